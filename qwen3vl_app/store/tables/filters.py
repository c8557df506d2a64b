"""An ``ItemFilter`` as SQL. Callers must hold the library's lock."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from unicodedata import normalize

import numpy as np

from qwen3vl_app.index.protocol import Ids
from qwen3vl_app.store.encoding import bounds_under, encode_path, storable
from qwen3vl_app.types import (
    SQUARE_WITHIN,
    ItemFilter,
    ItemId,
    Kind,
    Orientation,
    storable_number,
)

LIVING = "EXISTS (SELECT 1 FROM file WHERE file.content = item.content)"

Condition = tuple[str, list[Any]]
"""SQL, and the values of its placeholders."""

_FIRST_DAY, _LAST_DAY = date(1678, 1, 1), date(2262, 1, 1)
"""What nanoseconds since 1970 in 64 bits can tell; files changed outside count as changed just
before and just after."""

_EARLIEST, _LATEST = -(1 << 63), (1 << 63) - 1

_LONG, _SHORT = SQUARE_WITHIN
SHAPES = {
    Orientation.LANDSCAPE: f"item.width * {_SHORT} > item.height * {_LONG}",
    Orientation.PORTRAIT: f"item.height * {_SHORT} > item.width * {_LONG}",
    Orientation.SQUARE: f"max(item.width, item.height) * {_SHORT} <= "
    f"min(item.width, item.height) * {_LONG}",
}
"""Of items whose size is known; exactly one is true."""


def conditions(where: ItemFilter) -> Condition:
    """A filter as SQL over ``item``; only living items pass."""
    parts = [_of_files(where), *_of_item(where)]
    return " AND ".join(sql for sql, _ in parts), [
        value for _, values in parts for value in values
    ]


def living_ids(conn: sqlite3.Connection, where: ItemFilter) -> Ids:
    """Ids of the living items that pass a filter."""
    condition, values = conditions(where)
    rows = conn.execute(f"SELECT item.id FROM item WHERE {condition}", values)
    return np.fromiter((row[0] for row in rows), np.int64)


def passing(conn: sqlite3.Connection, ids: Iterable[ItemId], where: ItemFilter) -> set[ItemId]:
    """Those of these items that are living and pass a filter."""
    condition, values = conditions(where)
    chosen = json.dumps([int(item) for item in ids])
    rows = conn.execute(
        f"SELECT item.id FROM item WHERE item.id IN (SELECT value FROM json_each(?)) "
        f"AND {condition}",
        [chosen, *values],
    )
    return {ItemId(row[0]) for row in rows}


def _inside(folder: Path) -> Condition:
    """Below a folder, however its name is composed: disks of a Mac keep another form (NFD)."""
    forms = {folder, *(Path(normalize(form, str(folder))) for form in ("NFC", "NFD"))}
    if folder.is_absolute():
        sql = "(file.path = ? OR (file.path >= ? AND file.path < ?))"
        values = [value for one in forms for value in (encode_path(one), *bounds_under(one))]
    else:
        sql = "instr(file.path, ?)"
        values = [b"/" + encode_path(one) + b"/" for one in forms]
    return f"({' OR '.join([sql] * len(forms))})", values


def _of_files(where: ItemFilter) -> Condition:
    """Some file of the item meets all conditions on files; without any, there is one."""
    parts = list(_of_file(where))
    if not parts:
        return LIVING, []
    sql = " AND ".join(["file.content IS NOT NULL", *(sql for sql, _ in parts)])
    return (
        f"item.content IN (SELECT file.content FROM file WHERE {sql})",
        [value for _, values in parts for value in values],
    )


def _of_file(where: ItemFilter) -> Iterator[Condition]:
    if where.collection is not None:
        yield (
            "file.id IN (SELECT collection_file.file FROM collection_file JOIN collection "
            "ON collection.id = collection_file.collection WHERE collection.name = ?)",
            [storable(where.collection)],
        )
    if where.folder is not None:
        yield _inside(where.folder)
    yield from _between("file.size", *map(_storable_number, (where.min_bytes, where.max_bytes)))
    if where.modified_from is not None:
        first = _midnight(where.modified_from)
        yield "file.mtime_ns >= ?", [first if where.modified_from > _FIRST_DAY else _EARLIEST]
    if where.modified_to is not None:
        end = _midnight(_clamped(where.modified_to) + timedelta(days=1))
        yield "file.mtime_ns <= ?", [end - 1 if where.modified_to < _LAST_DAY else _LATEST]


def _of_item(where: ItemFilter) -> Iterator[Condition]:
    if where.kinds != frozenset(Kind):
        yield "item.kind IN (SELECT value FROM json_each(?))", [json.dumps(sorted(where.kinds))]
    if where.taken_from is not None or where.taken_to is not None:
        days = (where.taken_from, where.taken_to)
        yield "item.taken <> ''", []
        yield from _between(
            "substr(item.taken, 1, 10)", *(day and day.isoformat() for day in days)
        )
    if where.orientation is not None:
        yield f"item.width > 0 AND item.height > 0 AND {SHAPES[where.orientation]}", []
    yield from _between(
        "(item.end_seconds - item.start_seconds)", where.min_seconds, where.max_seconds
    )
    if where.tag is not None:
        yield (
            "item.id IN (SELECT item_tag.item FROM item_tag JOIN tag ON tag.id = item_tag.tag "
            "WHERE tag.name = ?)",
            [storable(where.tag)],
        )


def _between(value: str, low: object, high: object) -> Iterator[Condition]:
    if low is not None:
        yield f"{value} >= ?", [low]
    if high is not None:
        yield f"{value} <= ?", [high]


def _storable_number(number: int | None) -> int | None:
    return None if number is None else storable_number(number)


def _clamped(day: date) -> date:
    return min(max(day, _FIRST_DAY), _LAST_DAY)


def _midnight(day: date) -> int:
    """When this day begins here, in nanoseconds since the epoch.

    Where clocks are put forward at midnight, it begins at 01:00, and ``timestamp`` gives that very
    moment; ``astimezone`` would give one an hour sooner. Where they are put back, at the first of
    the two midnights.
    """
    return int(datetime.combine(_clamped(day), time.min).timestamp()) * 10**9
