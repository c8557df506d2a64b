"""Statements about which files are in which collections. Callers must hold the library's lock.

A collection holds files, so all items of a file are in it, and all files of the same bytes are
put in together: what is seen of them is one and the same.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable

from qwen3vl_app.store.encoding import storable
from qwen3vl_app.store.tables.collections import checked_name, put_collection
from qwen3vl_app.types import ItemId

_FILES = (
    "SELECT file.id FROM file JOIN item ON item.content = file.content "
    "WHERE item.id IN (SELECT value FROM json_each(?))"
)


def collect(conn: sqlite3.Connection, items: Iterable[ItemId], name: str) -> int:
    """Put the files of these items into a collection, made if need be; how many were not in it.

    Raises:
        UsageError: The name is empty, too long, or not on one line.
    """
    done = conn.execute(
        f"INSERT OR IGNORE INTO collection_file (collection, file) SELECT ?, id FROM ({_FILES})",
        (put_collection(conn, _usable(conn, name)), _numbers(items)),
    )
    return done.rowcount


def uncollect(conn: sqlite3.Connection, items: Iterable[ItemId], name: str) -> int:
    """Take the files of these items out of a collection, which stays; how many were in it."""
    done = conn.execute(
        "DELETE FROM collection_file WHERE collection = (SELECT id FROM collection "
        f"WHERE name = ?) AND file IN ({_FILES})",
        (storable(name), _numbers(items)),
    )
    return done.rowcount


def collections_of(
    conn: sqlite3.Connection, items: Iterable[ItemId]
) -> dict[ItemId, tuple[str, ...]]:
    """The collections of these items in alphabetical order; an item without any is not there."""
    rows = conn.execute(
        "SELECT DISTINCT item.id, collection.name FROM item "
        "JOIN file ON file.content = item.content "
        "JOIN collection_file ON collection_file.file = file.id "
        "JOIN collection ON collection.id = collection_file.collection "
        "WHERE item.id IN (SELECT value FROM json_each(?)) "
        "ORDER BY collection.name COLLATE NOCASE",
        (_numbers(items),),
    )
    found: dict[ItemId, tuple[str, ...]] = {}
    for item, name in rows:
        found[ItemId(item)] = (*found.get(ItemId(item), ()), name)
    return found


def _usable(conn: sqlite3.Connection, name: str) -> str:
    """The name as it is kept; one that is known may be longer than one that is made here."""
    kept = storable(name.strip())
    if conn.execute("SELECT 1 FROM collection WHERE name = ?", (kept,)).fetchone():
        return kept
    return checked_name(name)


def _numbers(items: Iterable[ItemId]) -> str:
    return json.dumps([int(item) for item in items])
