"""What a file was like when it was read last, beside its size and time."""

from __future__ import annotations

from sqlite_utils import Database

from qwen3vl_app.store.tables import checksums

# A table of its own, because what is there of files has been sealed without these columns.
_READING = """
    CREATE TABLE reading (
        file INTEGER PRIMARY KEY REFERENCES file(id) ON DELETE CASCADE,
        ctime_ns INTEGER,
        inode INTEGER,
        given_up_by TEXT NOT NULL
    ) STRICT
"""


def m006_readings(db: Database) -> None:
    """What tells that a file was replaced by one of the same size and time, and who failed on it.

    It is unknown of files that were read before: they are compared by their bytes, once.
    """
    db.execute(_READING)
    checksums.seal(db.conn, checksums.BY_NAME["reading"])
