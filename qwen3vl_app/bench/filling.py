"""A library of any size, without the hours of embedding that it would take."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from qwen3vl_app.media.stamps import stamp_of
from qwen3vl_app.store.belongings import DATABASE
from qwen3vl_app.store.library import Library
from qwen3vl_app.store.tables import checksums
from qwen3vl_app.store.tables.vectors import put_space
from qwen3vl_app.types import Space, Vectors


def fill(folder: Path, space: Space, pieces: Iterable[Vectors]) -> None:
    """A new library with one picture of one file for every vector."""
    Library.open(folder).close()
    with closing(sqlite3.connect(folder / DATABASE)) as conn:
        checksums.register(conn)
        row = put_space(conn, space)
        first = 1
        for vectors in pieces:
            _put(conn, row, first, vectors)
            conn.commit()
            first += len(vectors)


def mark_indexed(folder: Path, root: Path) -> None:
    """Let every file below ``root`` that a library has scanned count as indexed, as it is now."""
    files = [Path(place) / name for place, _, names in os.walk(root) for name in names]
    stamps = [(stamp_of(path, path.stat()), os.fsencode(path)) for path in files]
    with closing(sqlite3.connect(folder / DATABASE)) as conn, conn:
        checksums.register(conn)
        conn.execute("INSERT INTO content (hash) SELECT 'c' || id FROM file")
        conn.executemany(
            "UPDATE file SET outcome = 'indexed', content = 'c' || id, size = ?, mtime_ns = ? "
            "WHERE path = ?",
            [(stamp.size, stamp.mtime_ns, path) for stamp, path in stamps],
        )
        conn.executemany(
            "INSERT INTO reading (file, ctime_ns, inode, given_up_by) "
            "SELECT id, ?, ?, '' FROM file WHERE path = ?",
            [(stamp.ctime_ns, stamp.inode, path) for stamp, path in stamps],
        )


def _put(conn: sqlite3.Connection, space: int, first: int, vectors: Vectors) -> None:
    numbers = range(first, first + len(vectors))
    names = [f"c{number}" for number in numbers]
    conn.executemany("INSERT INTO content (hash) VALUES (?)", [(name,) for name in names])
    conn.executemany(
        "INSERT INTO file (path, content, outcome, updated) VALUES (?, ?, 'indexed', '')",
        [(f"/bench/{name}.jpg".encode(), name) for name in names],
    )
    conn.executemany(
        "INSERT INTO item (id, content, ordinal, kind, thumbnail, width, height, text) "
        "VALUES (?, ?, 0, 'picture', ?, 640, 480, '')",
        [(number, name, name) for number, name in zip(numbers, names, strict=True)],
    )
    rows = ((n, space, v.astype("<f4").tobytes()) for n, v in zip(numbers, vectors, strict=True))
    conn.executemany(
        "INSERT INTO vector (item, space, value, stamp) VALUES (?, ?, ?, random())", rows
    )
