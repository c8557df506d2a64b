"""What people removed from the library, and what was known about the files."""

from __future__ import annotations

from sqlite_utils import Database

from qwen3vl_app.store.tables import checksums

# Enough to bring back everything as it was. A content that is named here keeps its items, vectors
# and tags, but searches do not find it: they find only what a row of `file` points to.
_REMOVALS = (
    """
    CREATE TABLE removal (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        path BLOB NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('copy', 'file', 'folder')),
        stays INTEGER NOT NULL CHECK (stays IN (0, 1)),
        folders TEXT NOT NULL,
        removed TEXT NOT NULL,
        due TEXT NOT NULL DEFAULT ''
    ) STRICT
    """,
    "CREATE INDEX removal_path ON removal(path)",
    """
    CREATE TABLE removed_file (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        removal INTEGER NOT NULL REFERENCES removal(id) ON DELETE CASCADE,
        path BLOB NOT NULL,
        size INTEGER,
        mtime_ns INTEGER,
        content TEXT REFERENCES content(hash) ON DELETE SET NULL,
        outcome TEXT CHECK (outcome IN ('indexed', 'duplicate', 'skipped', 'failed')),
        reason TEXT NOT NULL,
        collections TEXT NOT NULL,
        trash TEXT NOT NULL
    ) STRICT
    """,
    "CREATE INDEX removed_file_removal ON removed_file(removal)",
    "CREATE INDEX removed_file_content ON removed_file(content)",
)


def m007_removals(db: Database) -> None:
    """Add the tables from which a removal can be undone; until then scans leave its files out."""
    for statement in _REMOVALS:
        db.execute(statement)
    for name in ("removal", "removed_file"):
        checksums.seal(db.conn, checksums.BY_NAME[name])
