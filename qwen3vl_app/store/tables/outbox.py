"""Statements about what a vector server is to have. Callers must hold the library's lock.

The outbox says which items may differ there, never how: what is sent is what the library has at
that moment. So a row that is sent twice, or for nothing, does no harm, and the order is free.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from qwen3vl_app.index.milvus import Beside
from qwen3vl_app.index.protocol import Ids
from qwen3vl_app.store.tables.checksums import BY_NAME
from qwen3vl_app.store.tables.filters import SHAPES
from qwen3vl_app.store.tables.vectors import read_stamped, searchable
from qwen3vl_app.types import Space, Vectors
from qwen3vl_app.types.vector_place import VectorPlace

_SHAPE = " ".join(f"WHEN {sql} THEN '{shape.value}'" for shape, sql in SHAPES.items())
_BESIDE = f"""
    SELECT item.id, item.kind,
        CASE WHEN NOT (item.width > 0 AND item.height > 0) THEN '' {_SHAPE} END,
        substr(item.taken, 1, 10), coalesce(item.end_seconds - item.start_seconds, -1.0),
        (SELECT json_group_array(DISTINCT member.collection)
            FROM file JOIN collection_file AS member ON member.file = file.id
            WHERE file.content = item.content)
    FROM item WHERE item.id IN (SELECT value FROM json_each(?))
"""
_CHUNK = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A row of the outbox."""

    id: int
    item: int
    space: int
    gone: str
    """A collection on the server that is to go; empty where an item is meant."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rows:
    """What a server is to have of some items: N of them."""

    ids: Ids
    vectors: Vectors
    beside: Sequence[Beside]


# ---------------------------------------------------------------- where


def read_place(conn: sqlite3.Connection) -> VectorPlace | None:
    """The server on which vectors are searched; None for the library's own folder."""
    whole = BY_NAME["vector_place"].is_whole("vector_place")
    row = conn.execute(f"SELECT address FROM vector_place WHERE {whole}").fetchone()
    return None if row is None else VectorPlace.read(row[0])


def write_place(conn: sqlite3.Connection, place: VectorPlace | None) -> None:
    """Search there from now on; nothing waits any more."""
    conn.execute("DELETE FROM outbox")
    conn.execute("DELETE FROM vector_place")
    if place is not None:
        conn.execute("INSERT INTO vector_place (id, address) VALUES (1, ?)", (str(place),))


def collection_of(conn: sqlite3.Connection, place: VectorPlace, space: Space) -> str:
    """The name of the collection of a space: no other library has one of the same name."""
    (library,) = conn.execute("PRAGMA user_version").fetchone()
    digest = blake2b(f"{library} {space.fingerprint}".encode(), digest_size=8)
    return f"{place.name}_{digest.hexdigest()}"


# ---------------------------------------------------------------- what waits


def waiting(conn: sqlite3.Connection, limit: int) -> list[Job]:
    """The first jobs, oldest first."""
    rows = conn.execute("SELECT id, item, space, gone FROM outbox ORDER BY id LIMIT ?", (limit,))
    return [Job(id=row[0], item=row[1], space=row[2], gone=row[3]) for row in rows]


def count_waiting(conn: sqlite3.Connection, space: int | None = None) -> int:
    """How many jobs there are, of all or of one space."""
    where = "" if space is None else "WHERE space = ?"
    values = () if space is None else (space,)
    return int(conn.execute(f"SELECT count(*) FROM outbox {where}", values).fetchone()[0])


def waiting_items(conn: sqlite3.Connection, space: int) -> Ids:
    """Items of a space that the server may not have as they are, ascending."""
    rows = conn.execute("SELECT DISTINCT item FROM outbox WHERE space = ? ORDER BY item", (space,))
    return np.fromiter((row[0] for row in rows), np.int64)


def put_items(conn: sqlite3.Connection, space: int, items: Iterable[int]) -> None:
    """Let these be sent, or deleted there where the library has them no longer."""
    conn.executemany(
        "INSERT INTO outbox (item, space, gone) VALUES (?, ?, '')",
        [(item, space) for item in items],
    )


def put_gone(conn: sqlite3.Connection, space: int, collection: str) -> None:
    """Let a collection go; nothing of its space waits any more. After its rows were deleted."""
    conn.execute("DELETE FROM outbox WHERE space = ? AND gone = ''", (space,))
    conn.execute("INSERT INTO outbox (item, space, gone) VALUES (0, 0, ?)", (collection,))


def done(conn: sqlite3.Connection, jobs: Iterable[Job]) -> None:
    """Forget these; those that came meanwhile about the same items stay."""
    conn.executemany("DELETE FROM outbox WHERE id = ?", [(job.id,) for job in jobs])


# ---------------------------------------------------------------- what is to be there


def space_of(conn: sqlite3.Connection, row: int) -> Space | None:
    """The space of a row; None where it was dropped."""
    found = conn.execute(
        "SELECT model, dimension, fingerprint FROM space WHERE id = ?", (row,)
    ).fetchone()
    if found is None:
        return None
    return Space(model=found[0], dimension=found[1], fingerprint=found[2])


def read_rows(conn: sqlite3.Connection, space: int, items: Ids) -> Iterator[Rows]:
    """Those of these items that can be found, in pieces."""
    found, _ = searchable(conn, space, items)
    for ids, stamps, vectors in read_stamped(conn, space, found):
        beside = _beside(conn, ids, stamps)
        yield Rows(ids=ids, vectors=vectors, beside=[beside[one] for one in ids.tolist()])


def marks(conn: sqlite3.Connection, space: int, among: Ids | None = None) -> dict[int, int]:
    """By item, of all that can be found or of these, ``Beside.mark``: the server has the same."""
    ids, stamps = searchable(conn, space, among)
    found: dict[int, int] = {}
    for begin in range(0, len(ids), _CHUNK):
        piece = slice(begin, begin + _CHUNK)
        beside = _beside(conn, ids[piece], stamps[piece])
        found |= {item: one.mark for item, one in beside.items()}
    return found


def _beside(conn: sqlite3.Connection, ids: Ids, stamps: Ids) -> dict[int, Beside]:
    stamp_of = dict(zip(ids.tolist(), stamps.tolist(), strict=True))
    rows = conn.execute(_BESIDE, (json.dumps(ids.tolist()),))
    return {
        item: Beside(
            stamp=stamp_of[item],
            kind=kind,
            shape=shape,
            taken=taken,
            seconds=seconds,
            collections=tuple(sorted(json.loads(collections))),
        )
        for item, kind, shape, taken, seconds, collections in rows
    }
