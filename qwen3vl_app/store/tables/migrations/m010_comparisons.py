"""Results of comparing the originals of two pictures."""

from __future__ import annotations

from sqlite_utils import Database

from qwen3vl_app.store.tables import checksums


def m010_comparisons(db: Database) -> None:
    """Add a table of whether two pictures agree; a row lives as long as both contents do."""
    db.execute(
        """
        CREATE TABLE comparison (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            one TEXT NOT NULL REFERENCES content(hash) ON DELETE CASCADE,
            other TEXT NOT NULL REFERENCES content(hash) ON DELETE CASCADE,
            agree INTEGER NOT NULL CHECK (agree IN (0, 1)),
            UNIQUE (one, other)
        ) STRICT
        """
    )
    db.execute("CREATE INDEX comparison_other ON comparison(other)")
    checksums.seal(db.conn, checksums.BY_NAME["comparison"])
