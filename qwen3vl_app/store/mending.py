"""Takes what is damaged out of a library, and lets its files be indexed again.

Nothing is guessed: a row that is not what was written is dropped, and what it said is asked of the
files anew. What no file can restore, such as a tag, is lost, and the report names it.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from sqlite_utils import Database

from qwen3vl_app.store.integrity import FULL_TEXT, UNREADABLE, Key, damaged_rows, inspect, prepare
from qwen3vl_app.store.tables import full_text_index, listing_keys
from qwen3vl_app.store.tables.checksums import BY_NAME, SEALED, TABLE, CheckedConnection
from qwen3vl_app.store.tables.schema import MIGRATIONS
from qwen3vl_app.types import ItemId

log = logging.getLogger(__name__)

_WHOSE = frozenset({"content", "embedded", "space"})
"""Tables of which a damaged row leaves open what it was of, so all contents are looked at again;
what has a vector is not embedded again."""


def mended(conn: sqlite3.Connection) -> sqlite3.Connection | None:
    """A new library in memory with all rows that are what was written; None if that fails.

    Only the tables of rows are read: pages, indexes and definitions are made anew, and damaged
    ones do not matter. Costs about a second for 64 MB.
    """
    made = _empty()
    left: object
    try:
        _copy(conn, made)
        rows, missing = damaged_rows(made)
        with made:
            drop_damaged(made, rows, missing)
        left = inspect(made, words=True)
    except UNREADABLE as error:
        left = error
    if not left:
        return made
    log.warning("the library cannot be mended: %s", left)
    made.close()
    return None


def _empty() -> sqlite3.Connection:
    made = sqlite3.connect(":memory:", check_same_thread=False, factory=CheckedConnection)
    prepare(made)
    MIGRATIONS.apply(Database(made))
    return made


def _copy(conn: sqlite3.Connection, made: sqlite3.Connection) -> None:
    """All rows that can be read, with their checksums as they were; references may break."""
    triggers = made.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
    ).fetchall()
    with made:
        for name, _ in triggers:
            made.execute(f"DROP TRIGGER {name}")
        for table in (*(sealed.name for sealed in SEALED), "source", TABLE):
            columns = [row[1] for row in made.execute(f"PRAGMA table_info({table})")]
            put = f"INSERT OR IGNORE INTO {table} VALUES ({', '.join('?' * len(columns))})"
            for row in _readable(conn, table, columns):
                with suppress(*UNREADABLE):  # values that no such row can have
                    made.execute(put, row)
        _copy_numbers(conn, made)
        for _, sql in triggers:
            made.execute(sql)
        for index in FULL_TEXT:
            made.execute(f"INSERT INTO {index} ({index}) VALUES ('rebuild')")
    made.execute("PRAGMA foreign_keys = ON")


def _readable(
    conn: sqlite3.Connection, table: str, columns: Sequence[str]
) -> Iterator[Sequence[Any]]:
    """The rows from the first to what cannot be read, and then from the last back to it."""
    order = "name {0}, key {0}" if table == TABLE else "rowid {0}"
    for direction in ("", "DESC"):
        sql = f"SELECT {', '.join(columns)} FROM {table} NOT INDEXED ORDER BY "
        try:
            yield from conn.execute(sql + order.format(direction))
        except UNREADABLE as error:
            log.info("%s cannot be read to its end: %s", table, error)
        else:
            return


def _copy_numbers(conn: sqlite3.Connection, made: sqlite3.Connection) -> None:
    """By which the library is known, and from which ids go on, so that none is given twice."""
    with suppress(*UNREADABLE):
        (number,) = conn.execute("PRAGMA user_version").fetchone()
        made.execute(f"PRAGMA user_version = {int(number)}")
    for table in ("file", "item", "source", "removal", "removed_file"):
        made.execute("DELETE FROM sqlite_sequence WHERE name = ?", (table,))
        made.execute(
            "INSERT INTO sqlite_sequence SELECT ?1, coalesce(max(key), 0) FROM ("
            f"SELECT id AS key FROM {table} UNION ALL SELECT key FROM {TABLE} WHERE name = ?1)",
            (table,),
        )


def drop_damaged(
    conn: sqlite3.Connection,
    rows: Mapping[str, Sequence[Key]],
    missing: Mapping[str, Sequence[Key]],
) -> None:
    """Delete damaged rows, and order what they said from the files again. In a transaction.

    The files of these contents wait to be indexed; files whose own row was damaged are found
    again by a scan of the folders that were added.
    """
    contents = _contents_of(conn, rows, missing)
    for name, keys in rows.items():
        sealed = BY_NAME[name]
        conn.executemany(
            f"DELETE FROM {name} WHERE {sealed.key_of(name)} = ?", [(key,) for key in keys]
        )
    for name, keys in (*rows.items(), *missing.items()):
        conn.executemany(
            f"DELETE FROM {TABLE} WHERE name = ? AND key = ?", [(name, key) for key in keys]
        )
    _restore_references(conn)
    touched = {*rows, *missing}
    _index_again(conn, None if touched & _WHOSE or "item" in missing else contents)
    if touched & {"file", "folder"}:
        _scan_again(conn)
    _write_again(conn)


def _contents_of(
    conn: sqlite3.Connection,
    rows: Mapping[str, Sequence[Key]],
    missing: Mapping[str, Sequence[Key]],
) -> list[str] | None:
    """The contents of damaged items and vectors; None where one cannot be told."""
    items = {int(key) for key in rows.get("item", ())}
    for found in (rows, missing):
        items |= {int(str(key).split(" ")[0]) for key in found.get("vector", ())}
    contents: list[str] = []
    for item in items:
        # A hash that damage has changed matches no other content.
        sql = "SELECT hash FROM content WHERE hash = (SELECT content FROM item WHERE id = ?)"
        row = conn.execute(sql, (item,)).fetchone()
        if row is None:
            return None
        contents.append(row[0])
    return contents


def _restore_references(conn: sqlite3.Connection) -> None:
    """What a dropped row was named by: contents are their names, all else is dropped as well."""
    conn.execute("DELETE FROM item WHERE length(content) = 0")
    conn.execute("DELETE FROM reading WHERE file NOT IN (SELECT id FROM file)")
    named = (("file", "content"), ("file", "next_content"), ("item", "content"))
    for table, column in (*named, ("removed_file", "content")):
        conn.execute(
            f"INSERT OR IGNORE INTO content (hash) SELECT {column} FROM {table} "
            f"WHERE {column} IS NOT NULL"
        )
    known = "(SELECT hash FROM content)"
    conn.execute("DELETE FROM picture_text WHERE item NOT IN (SELECT id FROM item)")
    conn.execute(f"DELETE FROM comparison WHERE one NOT IN {known} OR other NOT IN {known}")


def _index_again(conn: sqlite3.Connection, contents: Sequence[str] | None) -> None:
    """Let the files of these contents wait, or all that have been indexed."""
    if contents is None:
        conn.execute("DELETE FROM embedded")
        conn.execute("UPDATE file SET outcome = NULL WHERE outcome IN ('indexed', 'duplicate')")
        return
    for content in contents:
        conn.execute("DELETE FROM embedded WHERE content = ?", (content,))
        conn.execute(
            "UPDATE file SET outcome = NULL "
            "WHERE content = ? AND outcome IN ('indexed', 'duplicate')",
            (content,),
        )


def _scan_again(conn: sqlite3.Connection) -> None:
    conn.execute(
        "INSERT INTO source (path, collection) SELECT path, collection FROM folder "
        "WHERE path NOT IN (SELECT path FROM source)"
    )


def _write_again(conn: sqlite3.Connection) -> None:
    """The texts of exact words and keys of listings that are missing, and none too many."""
    conn.execute("DELETE FROM wording WHERE item NOT IN (SELECT id FROM item)")
    lacking = conn.execute(
        "SELECT id FROM item WHERE id NOT IN (SELECT item FROM wording) "
        "AND EXISTS (SELECT 1 FROM file WHERE file.content = item.content)"
    ).fetchall()
    full_text_index.follow(conn, (), [ItemId(row[0]) for row in lacking])
    listing_keys.restore(conn)
