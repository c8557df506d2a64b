"""Grades that people give to hits."""

from __future__ import annotations

from sqlite_utils import Database

from qwen3vl_app.store.tables import checksums


def m017_judgements(db: Database) -> None:
    """Add a table of grades, of which the newest of a judge counts for a question and an item.

    It names items by their content: a grade outlives a file that is removed and added again.
    """
    db.execute(
        """
        CREATE TABLE judgement (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            asked TEXT NOT NULL,
            content TEXT NOT NULL,
            ordinal INTEGER NOT NULL,
            judge TEXT NOT NULL,
            owner TEXT NOT NULL,
            grade INTEGER NOT NULL CHECK (grade BETWEEN 0 AND 3),
            note TEXT NOT NULL,
            judged TEXT NOT NULL
        ) STRICT
        """
    )
    db.execute("CREATE INDEX judgement_asked ON judgement (asked, judge)")
    checksums.seal(db.conn, checksums.BY_NAME["judgement"])
