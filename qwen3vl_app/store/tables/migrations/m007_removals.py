"""What a person removed, and what was known of its files."""

from __future__ import annotations

from sqlite_utils import Database

from qwen3vl_app.store.tables import checksums

# What a person removed, and what was known of its files, so that all of it can be brought back. A
# content that is named here stays, with its items, vectors and tags, but no search finds it: only
# what a row of `file` names is found.
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
    """What was removed can be brought back, and stays removed until then."""
    for statement in _REMOVALS:
        db.execute(statement)
    for name in ("removal", "removed_file"):
        checksums.seal(db.conn, checksums.BY_NAME[name])
