"""Statements about collections: named sets of files. Callers must hold the library's lock."""

from __future__ import annotations

import json
import sqlite3

from qwen3vl_app.errors import UsageError
from qwen3vl_app.messages import Message
from qwen3vl_app.store.encoding import storable

LONGEST_COLLECTION = 80
"""Characters; a collection is chosen from a list."""


def list_collections(conn: sqlite3.Connection) -> list[tuple[str, int]]:
    """Names in alphabetical order, with the number of living items in each."""
    rows = conn.execute(
        "SELECT collection.name, count(DISTINCT item.id) FROM collection "
        "LEFT JOIN collection_file ON collection_file.collection = collection.id "
        "LEFT JOIN file ON file.id = collection_file.file "
        "LEFT JOIN item ON item.content = file.content "
        "GROUP BY collection.id ORDER BY collection.name COLLATE NOCASE"
    )
    return rows.fetchall()


def put_collection(conn: sqlite3.Connection, name: str) -> int:
    """The row of a collection, made if need be."""
    name = storable(name)
    conn.execute("INSERT INTO collection (name) VALUES (?) ON CONFLICT DO NOTHING", (name,))
    row = conn.execute("SELECT id FROM collection WHERE name = ?", (name,))
    return int(row.fetchone()[0])


def make_collection(conn: sqlite3.Connection, name: str) -> None:
    """Make an empty collection.

    Raises:
        UsageError: There is one of that name, or nothing can have it.
    """
    put_collection(conn, _unused(conn, name))


def rename_collection(conn: sqlite3.Connection, name: str, new: str) -> None:
    """Give a collection another name; removed files that come back know it by that, too.

    Raises:
        UsageError: There is none of the one name, or one of the other, or nothing can have that.
    """
    row = _known(conn, name)
    unused = _unused(conn, new, besides=row)
    conn.execute("UPDATE collection SET name = ? WHERE id = ?", (unused, row))
    _rename_in_removals(conn, storable(name), unused)


def delete_collection(conn: sqlite3.Connection, name: str) -> None:
    """Delete a collection; its files stay. Removed files that come back do not bring it back.

    Raises:
        UsageError: There is none of that name.
    """
    conn.execute("DELETE FROM collection WHERE id = ?", (_known(conn, name),))
    _rename_in_removals(conn, storable(name), None)


def checked_name(name: str) -> str:
    """A name as a collection can have it: on one line, without space around it.

    Raises:
        UsageError: There is none in it, or it is too long.
    """
    kept = storable(name.strip())
    if not kept or len(kept) > LONGEST_COLLECTION or not kept.isprintable():
        shown = repr(kept[:LONGEST_COLLECTION])
        raise UsageError(Message.of("collection.unusable", name=shown, most=LONGEST_COLLECTION))
    return kept


def _known(conn: sqlite3.Connection, name: str) -> int:
    row = conn.execute("SELECT id FROM collection WHERE name = ?", (storable(name),)).fetchone()
    if row is None:
        raise UsageError(Message.of("collection.unknown", name=storable(name)))
    return int(row[0])


def _unused(conn: sqlite3.Connection, name: str, besides: int = 0) -> str:
    name = checked_name(name)
    row = conn.execute("SELECT id FROM collection WHERE name = ?", (name,)).fetchone()
    if row is not None and row[0] != besides:
        raise UsageError(Message.of("collection.exists", name=name))
    return name


def _rename_in_removals(conn: sqlite3.Connection, name: str, new: str | None) -> None:
    """In what removals remember, by names: of files, and of folders."""
    rows = conn.execute(
        "SELECT id, collections FROM removed_file "
        "WHERE EXISTS (SELECT 1 FROM json_each(collections) WHERE value = ?)",
        (name,),
    ).fetchall()
    for row, written in rows:
        names = [new if one == name else one for one in json.loads(written)]
        kept = json.dumps([one for one in names if one is not None])
        conn.execute("UPDATE removed_file SET collections = ? WHERE id = ?", (kept, row))
    for row, written in conn.execute("SELECT id, folders FROM removal").fetchall():
        folders = json.loads(written)
        if any(one[1] == name for one in folders):
            changed = [[path, new if c == name else c, *rest] for path, c, *rest in folders]
            conn.execute("UPDATE removal SET folders = ? WHERE id = ?", (json.dumps(changed), row))
