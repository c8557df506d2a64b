"""More about how a file was at its last reading than its size and time."""

from __future__ import annotations

from sqlite_utils import Database

from qwen3vl_app.store.tables import checksums

# A separate table, because the checksums of existing rows do not cover these columns.
_READING = """
    CREATE TABLE reading (
        file INTEGER PRIMARY KEY REFERENCES file(id) ON DELETE CASCADE,
        ctime_ns INTEGER,
        inode INTEGER,
        given_up_by TEXT NOT NULL
    ) STRICT
"""


def m006_readings(db: Database) -> None:
    """Add what shows that another file of the same size and time took its place, and who failed.

    For files that were read before this step it is unknown; their bytes are compared, once.
    """
    db.execute(_READING)
    checksums.seal(db.conn, checksums.BY_NAME["reading"])
