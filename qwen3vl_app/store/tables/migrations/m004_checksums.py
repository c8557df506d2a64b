"""A checksum for every row, and marks that tell whose file this is."""

from __future__ import annotations

import secrets

from sqlite_utils import Database

from qwen3vl_app.store.tables import checksums

APPLICATION_ID = 0x51335653
"""``Q3VS`` in the header of the file, where ``file`` and SQLite itself look for it. Libraries from
before it have 0 there, as most SQLite files do, and are told by their tables."""


def m004_checksums(db: Database) -> None:
    """Give every row a checksum, the file the program's application id and its own id."""
    checksums.create(db.conn, checksums.SEALED_AT_FIRST)
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    # Random: it only tells this library from another one that was put in its place.
    db.execute(f"PRAGMA user_version = {1 + secrets.randbelow(2**31 - 2)}")
