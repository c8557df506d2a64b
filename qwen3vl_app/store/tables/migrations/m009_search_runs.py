"""The history of searches."""

from __future__ import annotations

from sqlite_utils import Database

from qwen3vl_app.store.tables import checksums


def m009_search_runs(db: Database) -> None:
    """Add a table of questions with their answers, kept until cleared or displaced by newer."""
    db.execute(
        """
        CREATE TABLE search_runs (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            asked TEXT NOT NULL,
            pinned INTEGER NOT NULL DEFAULT 0 CHECK (pinned IN (0, 1)),
            question TEXT NOT NULL,
            answer TEXT NOT NULL
        ) STRICT
        """
    )
    checksums.seal(db.conn, checksums.BY_NAME["search_runs"])
