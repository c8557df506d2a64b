"""Vectors to nearest ids, without SQL: ``store`` says what is in an index and keeps it current.

``protocol`` says what every index promises, and ``exact`` has the two plain ones. ``two_stage`` is
the one that libraries use: ``matrix`` has its vectors, in one of ``formats``; ``quantizers`` their
short codes, some turned by ``rotation`` first; ``snapshot`` keeps all of it on disk. ``milvus``
keeps the same promises on a server, asked through ``milvus_client``.
``near_duplicates`` puts nearly equal pictures into groups. What two of them have to have in common
to the eye is in ``agreeing``, asked of thumbnails, and in ``details``, asked of the pictures
themselves, with ``blocks`` of their pixels and the ``windows`` in which one lies in the other.
"""
