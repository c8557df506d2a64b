"""What test sets have said, run by run."""

from __future__ import annotations

from sqlite_utils import Database

from qwen3vl_app.store.tables import checksums


def m019_evaluations(db: Database) -> None:
    """Add a table of evaluations; it names the set, which may be replaced or removed since."""
    db.execute(
        """
        CREATE TABLE evaluation (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            test_set TEXT NOT NULL,
            ran TEXT NOT NULL,
            answer TEXT NOT NULL
        ) STRICT
        """
    )
    db.execute("CREATE INDEX evaluation_test_set ON evaluation (test_set)")
    checksums.seal(db.conn, checksums.BY_NAME["evaluation"])
