"""Test sets and pinned questions."""

from __future__ import annotations

from sqlite_utils import Database

from qwen3vl_app.store.tables import checksums


def m018_test_sets(db: Database) -> None:
    """Add a table of test sets, each whole as JSON, and one of pinned questions.

    A pin names its item by content, as grades do, and keeps how it stood when it was asked last
    and when it last held.
    """
    db.execute(
        """
        CREATE TABLE test_set (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            name TEXT NOT NULL UNIQUE,
            body TEXT NOT NULL,
            made TEXT NOT NULL
        ) STRICT
        """
    )
    db.execute(
        """
        CREATE TABLE pin (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            question TEXT NOT NULL,
            content TEXT NOT NULL,
            ordinal INTEGER NOT NULL,
            must INTEGER NOT NULL CHECK (must IN (0, 1)),
            first INTEGER NOT NULL CHECK (first > 0),
            made TEXT NOT NULL,
            held TEXT NOT NULL,
            latest TEXT NOT NULL
        ) STRICT
        """
    )
    for name in ("test_set", "pin"):
        checksums.seal(db.conn, checksums.BY_NAME[name])
