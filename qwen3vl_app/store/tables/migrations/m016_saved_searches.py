"""Names and owners of searches, and what a library is asked to keep."""

from __future__ import annotations

from sqlite_utils import Database

from qwen3vl_app.store.tables import checksums

# A table of its own: the checksums of the runs that are there do not cover further columns.
_TABLES = (
    """
    CREATE TABLE run_label (
        run INTEGER PRIMARY KEY REFERENCES search_runs(id) ON DELETE CASCADE,
        name TEXT NOT NULL,
        owner TEXT NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE preference (
        name TEXT PRIMARY KEY,
        value TEXT NOT NULL
    ) STRICT
    """,
)


def m016_saved_searches(db: Database) -> None:
    """Add what runs are called and whose they are, and what a person wants of the library.

    A run without a row has no name, and was asked on the computer of the page.
    """
    for statement in _TABLES:
        db.execute(statement)
    for name in ("run_label", "preference"):
        checksums.seal(db.conn, checksums.BY_NAME[name])
