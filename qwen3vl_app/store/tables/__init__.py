"""Statements about the tables of a library, a file for one or two. Callers must hold its lock.

``schema`` has the tables themselves, made by ``migrations``; ``checksums`` seals the rows of all.
``files``, ``outcomes`` and ``removals`` are about files; ``folders`` about what is scanned again;
``items``, ``tags`` and ``filters`` about what can be found; ``vectors`` about vectors and their
spaces; ``storage_setting`` about how the index keeps them. Exact words are in
``full_text_index``, read by ``full_text_search``, or by ``full_text_names`` for strangers.
"""
