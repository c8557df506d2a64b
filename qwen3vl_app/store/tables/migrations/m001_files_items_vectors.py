"""The tables of the first release: files, items, vectors."""

from __future__ import annotations

from sqlite_utils import Database

_FIRST = (
    """
    CREATE TABLE content (
        hash TEXT PRIMARY KEY
    ) STRICT
    """,
    # A file that is still to be indexed has no outcome; its stamp is from when it was last read.
    # While a changed file is read again, searches still find `content`; `next_content` replaces
    # it once it is complete.
    """
    CREATE TABLE file (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        path BLOB NOT NULL UNIQUE,
        size INTEGER,
        mtime_ns INTEGER,
        content TEXT REFERENCES content(hash),
        next_content TEXT REFERENCES content(hash),
        outcome TEXT CHECK (outcome IN ('indexed', 'duplicate', 'skipped', 'failed')),
        reason TEXT NOT NULL DEFAULT '',
        updated TEXT NOT NULL
    ) STRICT
    """,
    # The outcome belongs into this index: without it, SQLite may go through all files of one
    # outcome to find those of one content.
    "CREATE INDEX file_content ON file(content, outcome)",
    "CREATE INDEX file_next_content ON file(next_content)",
    "CREATE INDEX file_outcome ON file(outcome)",
    # AUTOINCREMENT never reuses an id, so an id that a page, a kept score or a FAISS index still
    # holds may point to nothing, but never to another item.
    """
    CREATE TABLE item (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        content TEXT NOT NULL REFERENCES content(hash) ON DELETE CASCADE,
        ordinal INTEGER NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('picture', 'page', 'passage', 'video', 'moment')),
        page INTEGER,
        first_line INTEGER,
        last_line INTEGER,
        start_seconds REAL,
        end_seconds REAL,
        thumbnail TEXT NOT NULL,
        width INTEGER NOT NULL,
        height INTEGER NOT NULL,
        text TEXT NOT NULL,
        UNIQUE (content, ordinal)
    ) STRICT
    """,
    "CREATE INDEX item_thumbnail ON item(thumbnail)",
    """
    CREATE TABLE space (
        id INTEGER PRIMARY KEY,
        fingerprint TEXT NOT NULL UNIQUE,
        model TEXT NOT NULL,
        dimension INTEGER NOT NULL
    ) STRICT
    """,
    # The vector is the last column, so that rows of other spaces are skipped without reading it.
    """
    CREATE TABLE vector (
        item INTEGER NOT NULL REFERENCES item(id) ON DELETE CASCADE,
        space INTEGER NOT NULL REFERENCES space(id) ON DELETE CASCADE,
        value BLOB NOT NULL,
        PRIMARY KEY (item, space)
    ) STRICT
    """,
    """
    CREATE TABLE embedded (
        content TEXT NOT NULL REFERENCES content(hash) ON DELETE CASCADE,
        space INTEGER NOT NULL REFERENCES space(id) ON DELETE CASCADE,
        note TEXT NOT NULL,
        PRIMARY KEY (content, space)
    ) STRICT
    """,
    """
    CREATE TABLE collection (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE
    ) STRICT
    """,
    """
    CREATE TABLE collection_file (
        collection INTEGER NOT NULL REFERENCES collection(id) ON DELETE CASCADE,
        file INTEGER NOT NULL REFERENCES file(id) ON DELETE CASCADE,
        PRIMARY KEY (collection, file)
    ) STRICT
    """,
    "CREATE INDEX collection_file_file ON collection_file(file)",
    """
    CREATE TABLE source (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        path BLOB NOT NULL,
        collection INTEGER REFERENCES collection(id) ON DELETE SET NULL
    ) STRICT
    """,
)


def m001_files_items_vectors(db: Database) -> None:
    """Create all tables of the first release."""
    for statement in _FIRST:
        db.execute(statement)
