"""The names of slides and sheets among the exact words."""

from __future__ import annotations

from sqlite_utils import Database

from qwen3vl_app.store.tables import full_text_index
from qwen3vl_app.types import ItemId


def m003_words_of_sections(db: Database) -> None:
    """Exact words find slides and sheets by their names."""
    sections = db.execute("SELECT id FROM item WHERE section <> ''").fetchall()
    full_text_index.follow(db.conn, (), [ItemId(row[0]) for row in sections])
