"""Names of slides and sheets in the full-text index."""

from __future__ import annotations

from sqlite_utils import Database

from qwen3vl_app.store.tables import full_text_index
from qwen3vl_app.types import ItemId


def m003_words_of_sections(db: Database) -> None:
    """Add the names of sections to the full-text index."""
    sections = db.execute("SELECT id FROM item WHERE section <> ''").fetchall()
    full_text_index.follow(db.conn, (), [ItemId(row[0]) for row in sections])
