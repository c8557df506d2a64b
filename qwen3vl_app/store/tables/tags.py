"""Statements about tags. Callers must hold the library's lock.

A tag belongs to items, so it stays with a file that is renamed or copied, and goes with the item
when the file's bytes change.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable

from qwen3vl_app.errors import UsageError
from qwen3vl_app.messages import Message
from qwen3vl_app.store.encoding import storable
from qwen3vl_app.store.tables.filters import LIVING
from qwen3vl_app.types import ItemId

LONGEST_TAG = 100
"""Characters; a tag is shown on a chip."""


def put_tag(conn: sqlite3.Connection, items: Iterable[ItemId], name: str) -> int:
    """Give a tag to the living ones among these items; how many did not have it yet.

    Raises:
        UsageError: The name is empty, too long, or not on one line.
    """
    name = _checked(name)
    conn.execute("INSERT OR IGNORE INTO tag (name) VALUES (?)", (name,))
    done = conn.execute(
        "INSERT OR IGNORE INTO item_tag (tag, item) SELECT tag.id, item.id FROM tag, item "
        f"WHERE tag.name = ? AND item.id IN (SELECT value FROM json_each(?)) AND {LIVING}",
        (name, _numbers(items)),
    )
    _drop_unused(conn)
    return done.rowcount


def remove_tag(conn: sqlite3.Connection, items: Iterable[ItemId], name: str) -> int:
    """Take a tag from items; how many had it. A tag without items is deleted."""
    done = conn.execute(
        "DELETE FROM item_tag WHERE tag = (SELECT id FROM tag WHERE name = ?) "
        "AND item IN (SELECT value FROM json_each(?))",
        (storable(name), _numbers(items)),
    )
    _drop_unused(conn)
    return done.rowcount


def list_tags(conn: sqlite3.Connection) -> list[tuple[str, int]]:
    """(name, number of living items that have it) in alphabetical order; those in use."""
    rows = conn.execute(
        "SELECT tag.name, count(*) FROM tag JOIN item_tag ON item_tag.tag = tag.id "
        f"JOIN item ON item.id = item_tag.item WHERE {LIVING} "
        "GROUP BY tag.id ORDER BY tag.name"
    )
    return rows.fetchall()


def tags_of(conn: sqlite3.Connection, items: Iterable[ItemId]) -> dict[ItemId, tuple[str, ...]]:
    """The tags of these items in alphabetical order; an item without any is not there."""
    rows = conn.execute(
        "SELECT item_tag.item, tag.name FROM item_tag JOIN tag ON tag.id = item_tag.tag "
        "WHERE item_tag.item IN (SELECT value FROM json_each(?)) ORDER BY tag.name",
        (_numbers(items),),
    )
    found: dict[ItemId, tuple[str, ...]] = {}
    for item, name in rows:
        found[ItemId(item)] = (*found.get(ItemId(item), ()), name)
    return found


def _checked(name: str) -> str:
    kept = storable(name.strip())
    if not kept or len(kept) > LONGEST_TAG or not kept.isprintable():
        raise UsageError(
            Message.of("tag.unusable", name=repr(kept[:LONGEST_TAG]), most=LONGEST_TAG)
        )
    return kept


def _drop_unused(conn: sqlite3.Connection) -> None:
    conn.execute("DELETE FROM tag WHERE id NOT IN (SELECT tag FROM item_tag)")


def _numbers(items: Iterable[ItemId]) -> str:
    return json.dumps([int(item) for item in items])
