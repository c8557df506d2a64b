"""Statements about vectors and spaces. Callers must hold the library's lock.

A vector is stored once, at full size, as D little-endian float32 numbers.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator

import numpy as np

from qwen3vl_app.index.protocol import Ids
from qwen3vl_app.store.tables.checksums import BY_NAME, TABLE, leave_out, row_checksum
from qwen3vl_app.store.tables.filters import LIVING
from qwen3vl_app.types import ItemId, Space, Vectors

STALE = """
    outcome IN ('indexed', 'duplicate') AND NOT EXISTS (
        SELECT 1 FROM embedded WHERE embedded.content = file.content AND embedded.space = :space)
"""
"""Of files: indexed, but not in the space ``:space``."""

_STORED = np.dtype("<f4")
_CHUNK = 2000

_STAMPED = f"""
    SELECT item, stamp, vector.value, checksum.value FROM vector
    LEFT JOIN {TABLE} ON checksum.name = 'vector' AND key = {BY_NAME["vector"].key_of("vector")}
    WHERE space = ? AND item IN (SELECT value FROM json_each(?))
"""


def space_id(conn: sqlite3.Connection, space: Space) -> int | None:
    """The row of a space, or None while nothing was embedded in it."""
    row = conn.execute(
        "SELECT id FROM space WHERE fingerprint = ?", (space.fingerprint,)
    ).fetchone()
    return int(row[0]) if row else None


def put_space(conn: sqlite3.Connection, space: Space) -> int:
    """The row of a space, made if need be."""
    conn.execute(
        "INSERT OR IGNORE INTO space (fingerprint, model, dimension) VALUES (?, ?, ?)",
        (space.fingerprint, space.model, space.dimension),
    )
    remember_checkpoint(conn, space)
    row = conn.execute("SELECT id FROM space WHERE fingerprint = ?", (space.fingerprint,))
    return int(row.fetchone()[0])


def remember_checkpoint(conn: sqlite3.Connection, space: Space) -> None:
    """Keep what loads the embedder of a space that is there; a later place replaces the first."""
    if space.checkpoint:
        conn.execute(
            "INSERT INTO space_checkpoint (space, checkpoint) "
            "SELECT id, ?1 FROM space WHERE fingerprint = ?2 "
            "ON CONFLICT (space) DO UPDATE SET checkpoint = ?1 WHERE checkpoint <> ?1",
            (space.checkpoint, space.fingerprint),
        )


def list_spaces(conn: sqlite3.Connection) -> list[tuple[Space, int]]:
    """Every space with the number of its vectors, oldest first."""
    return _counted(conn, "(SELECT count(*) FROM vector WHERE vector.space = space.id)")


def coverage(conn: sqlite3.Connection) -> list[tuple[Space, int]]:
    """Every space with the number of living items embedded in it, oldest first.

    About 60 ms for 100,000 vectors.
    """
    living = (
        "(SELECT count(*) FROM vector JOIN item ON item.id = vector.item "
        f"WHERE vector.space = space.id AND {LIVING})"
    )
    return _counted(conn, living)


def _counted(conn: sqlite3.Connection, count: str) -> list[tuple[Space, int]]:
    rows = conn.execute(
        f"SELECT model, dimension, fingerprint, coalesce(checkpoint, ''), {count} FROM space "
        "LEFT JOIN space_checkpoint ON space_checkpoint.space = space.id "
        f"AND {BY_NAME['space_checkpoint'].is_whole('space_checkpoint')} ORDER BY space.id"
    )
    return [
        (Space(model=model, dimension=dimension, fingerprint=found, checkpoint=checkpoint), count)
        for model, dimension, found, checkpoint, count in rows
    ]


def waits_to_be_embedded(conn: sqlite3.Connection, space: Space) -> bool:
    """Whether a file that is indexed has contents that this space does not have.

    Those that its model has refused count as dealt with.
    """
    row = conn.execute(
        f"SELECT 1 FROM file WHERE {STALE} LIMIT 1", {"space": space_id(conn, space)}
    )
    return row.fetchone() is not None


def has_others(conn: sqlite3.Connection, space: Space) -> bool:
    """Whether there is any space beside this one."""
    sql = "SELECT 1 FROM space WHERE fingerprint <> ? LIMIT 1"
    return conn.execute(sql, (space.fingerprint,)).fetchone() is not None


def space_bytes(conn: sqlite3.Connection, space: Space) -> int:
    """What the vectors of a space take in the database."""
    count = conn.execute(
        "SELECT count(*) FROM vector WHERE space = ?", (space_id(conn, space),)
    ).fetchone()[0]
    return int(count) * space.dimension * _STORED.itemsize


def delete_space(conn: sqlite3.Connection, space: Space) -> int:
    """Delete a space with its vectors; returns the bytes that they took."""
    freed = space_bytes(conn, space)
    conn.execute("DELETE FROM space WHERE fingerprint = ?", (space.fingerprint,))
    return freed


def put_vector(
    conn: sqlite3.Connection, item: ItemId, space: int, dimension: int, vector: Vectors
) -> None:
    """Keep the vector of an item in a space.

    Raises:
        ValueError: It is not D finite numbers; such a vector would spoil every search.
    """
    if vector.shape != (dimension,) or not np.isfinite(vector).all():
        raise ValueError(f"not a vector of {dimension} finite numbers: {vector.shape}")
    conn.execute(
        "INSERT INTO vector (item, space, value, stamp) VALUES (?, ?, ?, random()) "
        "ON CONFLICT (item, space) DO UPDATE SET value = excluded.value, stamp = excluded.stamp",
        (item, space, vector.astype(_STORED).tobytes()),
    )


def found_stamp(conn: sqlite3.Connection) -> int:
    """A random number that changes whenever what can be found does, in any space.

    Triggers of the schema maintain it, so no statement can forget to.
    """
    return int(conn.execute("SELECT stamp FROM vector_state").fetchone()[0])


def searchable_ids(conn: sqlite3.Connection, space: int, among: Ids | None = None) -> Ids:
    """Ids of the living items with a vector in this space, of all or among these."""
    return searchable(conn, space, among)[0]


def searchable(conn: sqlite3.Connection, space: int, among: Ids | None = None) -> tuple[Ids, Ids]:
    """As ``searchable_ids``, with the stamp of every vector: (item, stamp) is never reused."""
    sql = (
        "SELECT item.id, vector.stamp FROM item "
        "JOIN vector ON vector.item = item.id AND vector.space = ? "
        f"WHERE {LIVING}"
    )
    if among is None:
        rows = conn.execute(sql, (space,)).fetchall()
    else:
        chosen = json.dumps(among.tolist())
        rows = conn.execute(
            f"{sql} AND item.id IN (SELECT value FROM json_each(?))", (space, chosen)
        ).fetchall()
    pairs = np.array(rows, np.int64).reshape(-1, 2)
    return np.ascontiguousarray(pairs[:, 0]), np.ascontiguousarray(pairs[:, 1])


def read_vectors(conn: sqlite3.Connection, space: int, ids: Ids) -> Iterator[tuple[Ids, Vectors]]:
    """Vectors of these items in pieces: ids (N,) and vectors (N, D), less damaged ones."""
    for found, _, vectors in read_stamped(conn, space, ids):
        yield found, vectors


def read_stamped(
    conn: sqlite3.Connection, space: int, ids: Ids
) -> Iterator[tuple[Ids, Ids, Vectors]]:
    """Vectors of these items in pieces: ids (N,), stamps (N,) and vectors (N, D).

    One that is not what was written is left out and noted, so it can be in no result.
    """
    for begin in range(0, len(ids), _CHUNK):
        piece = json.dumps(ids[begin : begin + _CHUNK].tolist())
        rows = [
            row for row in conn.execute(_STAMPED, (space, piece)) if _is_whole(conn, space, row)
        ]
        if rows:
            pairs = np.array([row[:2] for row in rows], np.int64)
            yield pairs[:, 0].copy(), pairs[:, 1].copy(), _array([row[2] for row in rows])


def _is_whole(conn: sqlite3.Connection, space: int, row: tuple[int, int, bytes, int]) -> bool:
    """Whether a vector is what was written; here and not in SQL, which would copy it twice."""
    item, stamp, value, checksum = row
    if isinstance(value, bytes) and row_checksum(item, space, stamp, value) == checksum:
        return True
    leave_out(conn, "vector", f"{item} {space}")
    return False


def _array(blobs: list[bytes]) -> Vectors:
    flat = np.frombuffer(b"".join(blobs), dtype=_STORED).astype(np.float32)
    return flat.reshape(len(blobs), -1)
