"""An ``ItemFilter`` as an expression over the few fields that a server has beside a vector."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from qwen3vl_app.index.milvus import both
from qwen3vl_app.index.milvus_client import in_list
from qwen3vl_app.store.encoding import storable
from qwen3vl_app.types import ItemFilter, Kind

_HOMES = """
    SELECT DISTINCT (
        SELECT min(other.collection) FROM file AS twin
        JOIN collection_file AS other ON other.file = twin.id WHERE twin.content = file.content)
    FROM collection_file JOIN file ON file.id = collection_file.file
    WHERE collection_file.collection = ? AND file.content IS NOT NULL
"""
"""The partition keys of the items of a collection: most have no other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushed:
    """What the server is asked to filter by."""

    expression: str
    """Everything that passes the filter passes it; empty for everything."""

    is_all: bool
    """Whether the opposite is true as well; else SQLite has to say what passes."""


def pushed(conn: sqlite3.Connection, where: ItemFilter) -> Pushed:
    """As much of a filter as the fields can tell. Caller must hold the library's lock."""
    parts = [*_of_item(where), *_of_collection(conn, where)]
    told = ItemFilter(
        kinds=where.kinds,
        taken_from=where.taken_from,
        taken_to=where.taken_to,
        orientation=where.orientation,
        min_seconds=where.min_seconds,
        max_seconds=where.max_seconds,
        collection=where.collection,
    )
    return Pushed(expression=both(*parts), is_all=where == told)


def _of_item(where: ItemFilter) -> Iterator[str]:
    if where.kinds != frozenset(Kind):
        yield f"kind in [{_quoted(*sorted(where.kinds))}]"
    if where.taken_from is not None or where.taken_to is not None:
        yield "taken != ''"
    if where.taken_from is not None:
        yield f"taken >= {_quoted(where.taken_from.isoformat())}"
    if where.taken_to is not None:
        yield f"taken <= {_quoted(where.taken_to.isoformat())}"
    if where.orientation is not None:
        yield f"shape == {_quoted(where.orientation)}"
    if where.min_seconds is not None or where.max_seconds is not None:
        yield f"seconds >= {float(where.min_seconds or 0)!r}"
    if where.max_seconds is not None:
        yield f"seconds <= {float(where.max_seconds)!r}"


def _of_collection(conn: sqlite3.Connection, where: ItemFilter) -> Iterator[str]:
    if where.collection is None:
        return
    name = storable(where.collection)
    row = conn.execute("SELECT id FROM collection WHERE name = ?", (name,)).fetchone()
    if row is None:
        yield "collection < 0"  # nothing passes
        return
    homes = sorted(one[0] for one in conn.execute(_HOMES, (row[0],)))
    yield in_list("collection", homes or [-1])
    yield f"array_contains(collections, {int(row[0])})"


def _quoted(*texts: str) -> str:
    """Our own words: kinds, days and shapes, in which no quotation mark can be."""
    return ", ".join(f"'{text}'" for text in texts)
