"""The tables, as a sequence of migrations.

::

    source        what was added and is not scanned yet
    file          path, stamp, outcome          --.
    content       bytes, named by their hash  <---' several files may have the same
    item          one searchable part of a content, with its place and thumbnail
    vector        of an item in a space
    embedded      content x space: all its parts have been dealt with
    space         settings under which vectors are comparable
    collection, collection_file
    tag, item_tag
    wording       what exact words of an item are looked for in, with its two full-text indexes
    folder        what was added, to be scanned again and watched
    reading       what a file was like on its disk when it was read last, beside size and time
    vector_state  changes whenever what can be found does
    storage       how the search index keeps vectors
    removal, removed_file  what was removed, as it was
    checksum      of every row of the tables above; see ``checksums``

A released migration is never edited; a change of the schema is a new one at the end.
"""

from __future__ import annotations

import secrets
import sqlite3
from contextlib import closing
from functools import cache
from typing import TYPE_CHECKING

from sqlite_utils import Database, Migrations

from qwen3vl_app.errors import LibraryError, LibraryTooNewError
from qwen3vl_app.store.tables import checksums, full_text_index
from qwen3vl_app.types import ItemId

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

MIGRATIONS = Migrations("library")

FIRST = "m001_files_items_vectors"
"""What every library has applied."""

APPLICATION_ID = 0x51335653
"""``Q3VS`` in the header of the file, where ``file`` and SQLite itself look for it. Libraries from
before it have 0 there, as most SQLite files do, and are told by their tables."""

Definitions = frozenset[tuple[str, str, str]]
"""(type, name, SQL) of everything that a schema defines."""

_NOT_OURS = ("sqlite_", "_sqlite_", "idx__sqlite_", "whole_word_", "fragment_")
"""What SQLite and sqlite-utils define by themselves, in words that change with their versions: the
names begin like this, and only they are compared."""

_FIRST = (
    """
    CREATE TABLE content (
        hash TEXT PRIMARY KEY
    ) STRICT
    """,
    # A file that waits has no outcome; the stamp is that of its last reading. While a changed
    # file is being read again, `content` is what it still shows and `next_content` what it will.
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
    # With the outcome, or SQLite may walk all files of one outcome to find those of a content.
    "CREATE INDEX file_content ON file(content, outcome)",
    "CREATE INDEX file_next_content ON file(next_content)",
    "CREATE INDEX file_outcome ON file(outcome)",
    # AUTOINCREMENT: an id is never given twice, so an id kept by a page, a judgement or a FAISS
    # index can go missing but never mean another item.
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
    # The vector comes last: rows of other spaces are passed over without reading it.
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


@MIGRATIONS()
def m001_files_items_vectors(db: Database) -> None:
    """Everything the first release needs."""
    for statement in _FIRST:
        db.execute(statement)


_SECOND = (
    # A look is 64 bits without a sign; SQLite keeps them as a number with one.
    "ALTER TABLE item ADD COLUMN look INTEGER",
    "ALTER TABLE item ADD COLUMN taken TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE item ADD COLUMN section TEXT NOT NULL DEFAULT ''",
    # Without them, these columns are reached through the whole text of every item.
    "CREATE INDEX item_look ON item(look) WHERE look IS NOT NULL",
    "CREATE INDEX item_taken ON item(taken) WHERE taken <> ''",
    "CREATE TABLE tag (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE COLLATE NOCASE) STRICT",
    """
    CREATE TABLE item_tag (
        tag INTEGER NOT NULL REFERENCES tag(id) ON DELETE CASCADE,
        item INTEGER NOT NULL REFERENCES item(id) ON DELETE CASCADE,
        PRIMARY KEY (tag, item)
    ) STRICT
    """,
    "CREATE INDEX item_tag_item ON item_tag(item)",
    # Waiting files go in the order of their turn.
    "ALTER TABLE file ADD COLUMN turn INTEGER NOT NULL DEFAULT 0",
    "CREATE INDEX file_turn ON file(turn, id) WHERE outcome IS NULL",
    """
    CREATE TABLE folder (
        path BLOB PRIMARY KEY,
        collection INTEGER REFERENCES collection(id) ON DELETE SET NULL,
        watched INTEGER NOT NULL DEFAULT 0 CHECK (watched IN (0, 1))
    ) STRICT
    """,
)

# One plain table and two indexes over it: whole words, and any three characters in a row. The
# text is there once more, because only the very text that was indexed can be taken out again.
_WORDING = (
    """
    CREATE TABLE wording (
        item INTEGER PRIMARY KEY REFERENCES item(id) ON DELETE CASCADE,
        text TEXT NOT NULL,
        name TEXT NOT NULL
    ) STRICT
    """,
    """
    CREATE VIRTUAL TABLE whole_word USING fts5(
        text, name, content='wording', content_rowid='item',
        tokenize='unicode61 remove_diacritics 2')
    """,
    """
    CREATE VIRTUAL TABLE fragment USING fts5(
        text, name, content='wording', content_rowid='item', tokenize='trigram')
    """,
    """
    CREATE TRIGGER wording_inserted AFTER INSERT ON wording BEGIN
        INSERT INTO whole_word (rowid, text, name) VALUES (new.item, new.text, new.name);
        INSERT INTO fragment (rowid, text, name) VALUES (new.item, new.text, new.name);
    END
    """,
    """
    CREATE TRIGGER wording_deleted AFTER DELETE ON wording BEGIN
        INSERT INTO whole_word (whole_word, rowid, text, name)
            VALUES ('delete', old.item, old.text, old.name);
        INSERT INTO fragment (fragment, rowid, text, name)
            VALUES ('delete', old.item, old.text, old.name);
    END
    """,
    """
    CREATE TRIGGER wording_updated AFTER UPDATE ON wording BEGIN
        INSERT INTO whole_word (whole_word, rowid, text, name)
            VALUES ('delete', old.item, old.text, old.name);
        INSERT INTO fragment (fragment, rowid, text, name)
            VALUES ('delete', old.item, old.text, old.name);
        INSERT INTO whole_word (rowid, text, name) VALUES (new.item, new.text, new.name);
        INSERT INTO fragment (rowid, text, name) VALUES (new.item, new.text, new.name);
    END
    """,
)

_REROLL = "BEGIN UPDATE vector_state SET stamp = random(); END"

# Equal stamps mean equal vectors and equal living items: what is kept beside the database and
# was made at the same stamp needs no comparing. Triggers, so that no statement can forget it.
_VECTOR_STATE = (
    "ALTER TABLE vector ADD COLUMN stamp INTEGER NOT NULL DEFAULT 0",
    "CREATE INDEX vector_stamp ON vector(space, item, stamp)",
    """
    CREATE TABLE vector_state (
        id INTEGER PRIMARY KEY CHECK (id = 1), stamp INTEGER NOT NULL
    ) STRICT
    """,
    "INSERT INTO vector_state (id, stamp) VALUES (1, random())",
    f"CREATE TRIGGER vector_inserted AFTER INSERT ON vector {_REROLL}",
    f"CREATE TRIGGER vector_updated AFTER UPDATE ON vector {_REROLL}",
    f"CREATE TRIGGER vector_deleted AFTER DELETE ON vector {_REROLL}",
    f"""
    CREATE TRIGGER file_inserted AFTER INSERT ON file WHEN new.content IS NOT NULL {_REROLL}
    """,
    f"""
    CREATE TRIGGER file_updated AFTER UPDATE OF content ON file
        WHEN old.content IS NOT new.content {_REROLL}
    """,
    f"CREATE TRIGGER file_deleted AFTER DELETE ON file WHEN old.content IS NOT NULL {_REROLL}",
    """
    CREATE TABLE storage (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        dimension INTEGER,
        format TEXT NOT NULL CHECK (format IN ('float32', 'float16', 'int8', 'binary')),
        exact INTEGER NOT NULL DEFAULT 0 CHECK (exact IN (0, 1))
    ) STRICT
    """,
)


@MIGRATIONS()
def m002_words_tags_looks(db: Database) -> None:
    """Exact words, tags, looks and dates; turns and folders; what the vector cache needs."""
    for statement in (*_SECOND, *_WORDING, *_VECTOR_STATE):
        db.execute(statement)
    full_text_index.fill(db.conn)


@MIGRATIONS()
def m003_words_of_sections(db: Database) -> None:
    """Exact words find slides and sheets by their names."""
    sections = db.execute("SELECT id FROM item WHERE section <> ''").fetchall()
    full_text_index.follow(db.conn, (), [ItemId(row[0]) for row in sections])


@MIGRATIONS()
def m004_checksums(db: Database) -> None:
    """Every row has a checksum; the file says whose it is, and which one."""
    checksums.create(db.conn, checksums.SEALED_AT_FIRST)
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    # Of no meaning but to tell one library from another that was put in its place.
    db.execute(f"PRAGMA user_version = {1 + secrets.randbelow(2**31 - 2)}")


_NO_INDEXES = (
    "DROP TRIGGER wording_inserted",
    "DROP TRIGGER wording_deleted",
    "DROP TRIGGER wording_updated",
    "DROP TABLE whole_word",
    "DROP TABLE fragment",
    "DELETE FROM wording",
)

# Accents went by folding. Vowel signs are parts of words: without them, ``unicode61`` takes all
# words of Hindi or Thai for the same whose consonants are.
_WHOLE_WORD = """
    CREATE VIRTUAL TABLE whole_word USING fts5(
        text, name, content='wording', content_rowid='item',
        tokenize="unicode61 remove_diacritics 0 categories 'L* M* N* Co'")
"""


@MIGRATIONS()
def m005_folded_words(db: Database) -> None:
    """Exact words are found however they are written; texts and names are compared folded.

    Costs about 1 s for 1,000 passages of 300 words.
    """
    full_text_index.compose(db.conn)
    for statement in _NO_INDEXES:
        db.execute(statement)
    full_text_index.fill(db.conn)
    _, _, fragment, *triggers = _WORDING
    for statement in (_WHOLE_WORD, fragment):
        db.execute(statement)
    for index in ("whole_word", "fragment"):
        db.execute(f"INSERT INTO {index} ({index}) VALUES ('rebuild')")
    for statement in triggers:
        db.execute(statement)


# A table of its own, because what is there of files has been sealed without these columns.
_READING = """
    CREATE TABLE reading (
        file INTEGER PRIMARY KEY REFERENCES file(id) ON DELETE CASCADE,
        ctime_ns INTEGER,
        inode INTEGER,
        given_up_by TEXT NOT NULL
    ) STRICT
"""


@MIGRATIONS()
def m006_readings(db: Database) -> None:
    """What tells that a file was replaced by one of the same size and time, and who failed on it.

    Of files that were read before, nobody knows it: they are compared by their bytes, once.
    """
    db.execute(_READING)
    checksums.seal(db.conn, checksums.BY_NAME["reading"])


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


@MIGRATIONS()
def m007_removals(db: Database) -> None:
    """What was removed can be brought back, and stays removed until then."""
    for statement in _REMOVALS:
        db.execute(statement)
    for name in ("removal", "removed_file"):
        checksums.seal(db.conn, checksums.BY_NAME[name])


def migrate(db: Database, directory: Path, *, writable: bool) -> None:
    """Bring the tables to the state this version expects.

    Raises:
        LibraryTooNewError: They already are beyond it.
        LibraryError: They are older, and the library is open for reading only.
    """
    applied = applied_to(db.conn)
    unknown = sorted(applied - {*known()})
    if unknown:
        raise LibraryTooNewError(
            f"The library {directory} was written by a newer version of this program "
            f"({unknown[-1]}); update the program, or choose another folder with --library."
        )
    pending = {*known()} - applied
    if pending and not writable:
        raise LibraryError(
            f"The library {directory} was made by an older version of this program; "
            "open it once for writing, which brings it up to date."
        )
    if pending:
        MIGRATIONS.apply(db)
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # so that the header itself says it


def applied_to(conn: sqlite3.Connection) -> set[str]:
    """The migrations that a file says it has had; none where it is no library."""
    if not conn.execute(
        "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = '_sqlite_migrations'"
    ).fetchone():
        return set()
    rows = conn.execute(
        "SELECT name FROM _sqlite_migrations WHERE migration_set = ?", (MIGRATIONS.name,)
    )
    return {str(row[0]) for row in rows}


def is_as_made(conn: sqlite3.Connection, applied: Iterable[str]) -> bool:
    """Whether everything that these migrations make is there, to the letter."""
    done = {*applied}
    names = known()
    count = next((at for at, name in enumerate(names) if name not in done), len(names))
    return _made(count) <= _definitions(conn)


def _definitions(conn: sqlite3.Connection) -> Definitions:
    rows = conn.execute("SELECT type, name, coalesce(sql, '') FROM sqlite_master").fetchall()
    return frozenset(
        (str(kind), str(name), "" if str(name).startswith(_NOT_OURS) else str(sql))
        for kind, name, sql in rows
    )


@cache
def known() -> tuple[str, ...]:
    """The names of all migrations, in their order."""
    with closing(Database(memory=True)) as empty:
        return tuple(migration.name for migration in MIGRATIONS.pending(empty))


@cache
def _made(count: int) -> Definitions:
    """The schema after the first ``count`` migrations."""
    names = known()
    with closing(Database(memory=True)) as made:
        MIGRATIONS.apply(made, stop_before=names[count] if count < len(names) else None)
        return _definitions(made.conn)
