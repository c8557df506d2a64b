"""Items, vectors and file outcomes on disk: SQLite is the truth, ``index`` derived from it.

``library`` is what others open: ``searching`` is its side that finds, ``writer`` the one that
changes. What they ask of a database is in ``tables``; ``index_sync`` keeps the index of a space
equal to it, ``open_spaces`` those of all spaces that are being searched, and ``storage`` measures
how else they could keep vectors. ``vector_places`` moves them to a server and back;
``served_space`` is then searched there, ``sender`` tells it of changes, and ``pushed_filters``
says filters in its words. ``protocols`` says what any store promises, in the values of
``rows``.

Beside the database: ``thumbnails``, ``uploads``, ``trash``, and the nearly equal pictures of
``duplicates``, which ``alike`` compares by eye and ``comparing`` by what is known of their
originals. That the database stays whole is the work of ``connection`` and ``opening``, ``lock``
and ``presence``, ``integrity`` and ``mending``, ``backups`` and ``restoring``.
"""
