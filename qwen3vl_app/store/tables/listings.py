"""Pages of items in any order, found by name. Callers must hold the library's lock."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from qwen3vl_app.store.tables.filters import Condition, conditions
from qwen3vl_app.store.tables.full_text_names import Names
from qwen3vl_app.store.tables.full_text_search import as_phrase, readable
from qwen3vl_app.store.tables.items import read_items
from qwen3vl_app.types import ContentHash, ItemId, Kind
from qwen3vl_app.types.listing import LONGEST_NAME_PART, Cursor, Listed, Listing, Order

_COLUMNS = {Order.NAME: "name", Order.DATE: "day", Order.SIZE: "size", Order.KIND: "kind"}

_DESCENDING = frozenset({Order.NEWEST, Order.DATE, Order.SIZE})
"""Whose usual direction has the greatest first."""

_FROM = "FROM listing_key AS listed JOIN item ON item.id = listed.item"

_TRIGRAM = 3


def read_page(
    conn: sqlite3.Connection,
    asked: Listing,
    after: Cursor | None,
    limit: int,
    names: Names | None = None,
) -> list[Listed]:
    """A page of a listing, beginning behind ``after``.

    Args:
        conn: The library's.
        asked: What is listed.
        after: The end of the page before; None for the first page.
        limit: Items at most.
        names: Where folders are not told: the names to look at instead of whole paths.
    """
    column = _COLUMNS.get(asked.order)
    way, beyond = ("DESC", "<") if is_descending(asked) else ("ASC", ">")
    condition, values = _passing(asked, names)
    if after is not None:
        end: list[str | int] = [after.item] if column is None else [after.value, after.item]
        keys = "listed.item" if column is None else f"listed.{column}, listed.item"
        marks = ", ".join("?" * len(end))
        condition, values = f"{condition} AND ({keys}) {beyond} ({marks})", [*values, *end]
    by = [f"listed.{column} {way}"] if column is not None else []
    rows = conn.execute(
        f"SELECT listed.item, {f'listed.{column}' if column else repr('')} {_FROM} "
        f"WHERE {condition} ORDER BY {', '.join([*by, f'listed.item {way}'])} LIMIT ?",
        (*values, limit),
    ).fetchall()
    found = read_items(conn, [ItemId(item) for item, _ in rows])
    members = _members(conn, asked, {item.content_hash for item in found.values()}, names)
    return [
        Listed(
            item=found[ItemId(item)],
            cursor=Cursor(item=ItemId(item), value=value),
            members=members.get(found[ItemId(item)].content_hash, 1),
        )
        for item, value in rows
        if ItemId(item) in found
    ]


def is_descending(asked: Listing) -> bool:
    """Whether the greatest comes first."""
    return (asked.order in _DESCENDING) is not asked.reverse


def read_ids(
    conn: sqlite3.Connection, asked: Listing, limit: int, names: Names | None = None
) -> list[ItemId]:
    """The ids of what is listed, the newest first, whatever its order; ``limit`` at most."""
    condition, values = _passing(asked, names)
    rows = conn.execute(
        f"SELECT listed.item {_FROM} WHERE {condition} ORDER BY listed.item DESC LIMIT ?",
        (*values, limit),
    )
    return [ItemId(row[0]) for row in rows]


def count_listed(
    conn: sqlite3.Connection, asked: Listing, names: Names | None = None
) -> dict[Kind, int]:
    """How many items are listed, by kind, of every kind that has some; groups count for one."""
    condition, values = _passing(asked, names)
    rows = conn.execute(
        f"SELECT item.kind, count(*) {_FROM} WHERE {condition} GROUP BY item.kind", values
    )
    return {Kind(kind): count for kind, count in rows}


def read_members(
    conn: sqlite3.Connection, asked: Listing, item: ItemId, limit: int, names: Names | None = None
) -> list[ItemId]:
    """Of the file of an item: what passes, in its order in the file."""
    condition, values = _each(asked, names)
    rows = conn.execute(
        f"SELECT item.id FROM item WHERE {condition} "
        "AND item.content = (SELECT content FROM item AS head WHERE head.id = ?) "
        "ORDER BY item.ordinal LIMIT ?",
        (*values, item, limit),
    )
    return [ItemId(row[0]) for row in rows]


def _members(
    conn: sqlite3.Connection, asked: Listing, contents: Iterable[ContentHash], names: Names | None
) -> dict[ContentHash, int]:
    if not asked.grouped:
        return {}
    condition, values = _each(asked, names)
    rows = conn.execute(
        f"SELECT item.content, count(*) FROM item WHERE {condition} "
        "AND item.content IN (SELECT value FROM json_each(?)) GROUP BY item.content",
        (*values, json.dumps(sorted(contents))),
    )
    return {ContentHash(content): count for content, count in rows}


def _passing(asked: Listing, names: Names | None) -> Condition:
    """What is listed, as SQL over ``item``; of a file that is grouped, its first item."""
    condition, values = _each(asked, names)
    if not asked.grouped:
        return condition, values
    # SQLite takes the other columns from the row that has the minimum
    firsts = f"SELECT item.id AS id, min(item.ordinal) FROM item WHERE {condition}"
    return f"item.id IN (SELECT id FROM ({firsts} GROUP BY item.content))", values


def _each(asked: Listing, names: Names | None) -> Condition:
    """What passes, as SQL over ``item``, grouped or not."""
    condition, values = conditions(asked.where)
    parts: list[Condition] = [(condition, values), *_named(asked.name, names)]
    if asked.these:
        parts.append(("item.id IN (SELECT value FROM json_each(?))", [_ids(asked.these)]))
    return " AND ".join(sql for sql, _ in parts), [one for _, given in parts for one in given]


def _named(name: str, names: Names | None) -> Sequence[Condition]:
    """That all words of ``name`` stand in the path of a file of an item."""
    words = [readable(word) for word in name[:LONGEST_NAME_PART].split()]
    if names is not None:
        return [
            ("item.id IN (SELECT value FROM json_each(?))", [_ids(names.with_part(word))])
            for word in words
        ]
    found: list[Condition] = []
    if long := [word for word in words if len(word) >= _TRIGRAM]:
        phrases = " AND ".join(as_phrase(word) for word in long)
        sql = "item.id IN (SELECT rowid FROM fragment WHERE fragment MATCH ?)"
        found.append((sql, [f"name : ({phrases})"]))
    scan = "item.id IN (SELECT item FROM wording WHERE instr(name, ?))"
    return [*found, *((scan, [word]) for word in words if len(word) < _TRIGRAM)]


def _ids(items: Iterable[Any]) -> str:
    return json.dumps(sorted(items))
