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
    space_checkpoint  what loads the embedder of a space again
    search_runs   what was asked, and what both stages answered
    run_label     what a run is called, and whose it is
    comparison    content x content: two pictures agree in detail, or do not
    model_choice  which models the library is to be searched with
    picture_text  words that were read from a picture, with its two full-text indexes
    listing_key   by what living items are sorted in the Library
    preference    what a person wants of this library, such as no history
    judgement     grades that people give to hits
    test_set      questions, documents and grades, each set whole
    pin           questions whose answer must not change
    evaluation    what a test set has said, run by run
    vector_place  the server on which vectors are searched, if there is one
    outbox        item x space: what that server may not have as it is here
    checksum      of every row of the tables above; see ``checksums``

A released migration is never edited; a change of the schema is a new one at the end.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import cache
from typing import TYPE_CHECKING

from sqlite_utils import Database, Migrations

from qwen3vl_app.errors import LibraryError, LibraryTooNewError
from qwen3vl_app.messages import Message
from qwen3vl_app.store.tables.migrations.m001_files_items_vectors import m001_files_items_vectors
from qwen3vl_app.store.tables.migrations.m002_words_tags_looks import m002_words_tags_looks
from qwen3vl_app.store.tables.migrations.m003_words_of_sections import m003_words_of_sections
from qwen3vl_app.store.tables.migrations.m004_checksums import m004_checksums
from qwen3vl_app.store.tables.migrations.m005_folded_words import m005_folded_words
from qwen3vl_app.store.tables.migrations.m006_readings import m006_readings
from qwen3vl_app.store.tables.migrations.m007_removals import m007_removals
from qwen3vl_app.store.tables.migrations.m008_messages import m008_messages
from qwen3vl_app.store.tables.migrations.m009_search_runs import m009_search_runs
from qwen3vl_app.store.tables.migrations.m010_comparisons import m010_comparisons
from qwen3vl_app.store.tables.migrations.m011_space_checkpoints import m011_space_checkpoints
from qwen3vl_app.store.tables.migrations.m012_picture_texts import m012_picture_texts
from qwen3vl_app.store.tables.migrations.m013_model_choices import m013_model_choices
from qwen3vl_app.store.tables.migrations.m014_listing_keys import m014_listing_keys
from qwen3vl_app.store.tables.migrations.m016_saved_searches import m016_saved_searches
from qwen3vl_app.store.tables.migrations.m017_judgements import m017_judgements
from qwen3vl_app.store.tables.migrations.m018_test_sets import m018_test_sets
from qwen3vl_app.store.tables.migrations.m019_evaluations import m019_evaluations
from qwen3vl_app.store.tables.migrations.m020_vector_place import m020_vector_place

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

MIGRATIONS = Migrations("library")
for _step in (
    m001_files_items_vectors,
    m002_words_tags_looks,
    m003_words_of_sections,
    m004_checksums,
    m005_folded_words,
    m006_readings,
    m007_removals,
    m008_messages,
    m009_search_runs,
    m010_comparisons,
    m011_space_checkpoints,
    m012_picture_texts,
    m013_model_choices,
    m014_listing_keys,
    m016_saved_searches,
    m017_judgements,
    m018_test_sets,
    m019_evaluations,
    m020_vector_place,
):
    MIGRATIONS()(_step)

FIRST = "m001_files_items_vectors"
"""What every library has applied."""

Definitions = frozenset[tuple[str, str, str]]
"""(type, name, SQL) of everything that a schema defines."""

_INDEXES = ("whole_word_", "fragment_", "picture_word_", "picture_fragment_")
_NOT_OURS = ("sqlite_", "_sqlite_", "idx__sqlite_", *_INDEXES)
"""What SQLite and sqlite-utils define by themselves, in words that change with their versions: the
names begin like this, and only they are compared."""


def migrate(db: Database, directory: Path, *, writable: bool) -> None:
    """Bring the tables to the state this version expects.

    Raises:
        LibraryTooNewError: They are newer than it.
        LibraryError: They are older, and the library is open for reading only.
    """
    applied = applied_to(db.conn)
    unknown = sorted(applied - {*known()})
    if unknown:
        raise LibraryTooNewError(
            Message.of("library.newer", path=str(directory), name=str(unknown[-1]))
        )
    pending = {*known()} - applied
    if pending and not writable:
        raise LibraryError(Message.of("library.older", path=str(directory)))
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
