"""Statements about how the index keeps vectors. Callers must hold the library's lock."""

from __future__ import annotations

import sqlite3

from qwen3vl_app.index.formats import StorageSetting, VectorFormat


def read_storage(conn: sqlite3.Connection) -> StorageSetting:
    """What is set, or the default: all dimensions as float32."""
    row = conn.execute("SELECT dimension, format, exact FROM storage").fetchone()
    if row is None:
        return StorageSetting()
    return StorageSetting(dimension=row[0], format=VectorFormat(row[1]), exact=bool(row[2]))


def write_storage(conn: sqlite3.Connection, setting: StorageSetting) -> None:
    """Set it for this library, in every space."""
    conn.execute(
        "INSERT INTO storage (id, dimension, format, exact) VALUES (1, ?, ?, ?) "
        "ON CONFLICT (id) DO UPDATE SET dimension = excluded.dimension, "
        "format = excluded.format, exact = excluded.exact",
        (setting.dimension, setting.format.value, int(setting.exact)),
    )
