"""What a map is coloured by, of every item at once. Callers must hold the library's lock."""

from __future__ import annotations

import sqlite3

from qwen3vl_app.store.tables.filters import conditions
from qwen3vl_app.types import ItemFilter, ItemId, Kind
from qwen3vl_app.types.listing import MapRow


def read_map_rows(conn: sqlite3.Connection, where: ItemFilter) -> list[MapRow]:
    """A row of every living item that passes, by id; 0.3 s for 100,000."""
    condition, values = conditions(where)
    rows = conn.execute(
        "SELECT item.id, item.kind, substr(listing_key.day, 1, 10) FROM item "
        f"JOIN listing_key ON listing_key.item = item.id WHERE {condition} ORDER BY item.id",
        values,
    ).fetchall()
    inside = dict(
        conn.execute(
            "SELECT item.id, min(collection.name) FROM collection "
            "JOIN collection_file ON collection_file.collection = collection.id "
            "JOIN file ON file.id = collection_file.file "
            "JOIN item ON item.content = file.content GROUP BY item.id"
        ).fetchall()
    )
    return [
        MapRow(ItemId(item), Kind(kind), day, inside.get(item, "")) for item, kind, day in rows
    ]
