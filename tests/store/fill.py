"""Many items at once, as a library has them after indexing pictures."""

from __future__ import annotations

import numpy as np

from qwen3vl_app.store.library import Library
from qwen3vl_app.store.tables.vectors import put_space
from qwen3vl_app.types import Space, Vectors

WIDE = Space(model="test", dimension=64, fingerprint="test-64")


def directions(count: int, dimension: int = 64, seed: int = 0) -> Vectors:
    """Vectors of length 1 around a few centres."""
    random = np.random.default_rng(seed)
    centres = random.standard_normal((20, dimension))
    vectors = centres[random.integers(0, 20, count)]
    vectors = vectors + 0.5 * random.standard_normal((count, dimension))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def fill(library: Library, vectors: Vectors, space: Space = WIDE, first: int = 1) -> None:
    """One picture file for every vector, with ids from ``first``; the index is not told."""
    numbers = range(first, first + len(vectors))
    rows = zip(numbers, vectors, strict=True)
    with library._connection.writing() as conn:
        row = put_space(conn, space)
        conn.executemany("INSERT INTO content (hash) VALUES (?)", [(f"c{n}",) for n in numbers])
        conn.executemany(
            "INSERT INTO file (path, content, outcome, updated) VALUES (?, ?, 'indexed', '')",
            [(f"/p/{n}.png".encode(), f"c{n}") for n in numbers],
        )
        conn.executemany(
            "INSERT INTO item (id, content, ordinal, kind, thumbnail, width, height, text) "
            "VALUES (?, ?, 0, 'picture', '', 1, 1, '')",
            [(n, f"c{n}") for n in numbers],
        )
        conn.executemany(
            "INSERT INTO vector (item, space, value, stamp) VALUES (?, ?, ?, random())",
            [(n, row, vector.astype("<f4").tobytes()) for n, vector in rows],
        )
