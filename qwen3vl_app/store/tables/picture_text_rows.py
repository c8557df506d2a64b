"""Words that were read from pictures. Callers must hold the library's lock."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable

from qwen3vl_app.messages import Message
from qwen3vl_app.store.encoding import decode_path, storable
from qwen3vl_app.store.rows import UnreadPicture
from qwen3vl_app.store.tables.checksums import BY_NAME, leave_out
from qwen3vl_app.store.tables.filters import LIVING
from qwen3vl_app.store.tables.full_text_index import indexed
from qwen3vl_app.types import ItemId, Kind, PictureText, TextLine, TextOutcome

# A video is read by its moments, where it has some.
_READABLE = """
    (item.kind IN ('picture', 'moment')
     OR item.kind = 'page' AND trim(item.text, char(9, 10, 11, 12, 13, 32, 160)) = ''
     OR item.kind = 'video' AND NOT EXISTS (
         SELECT 1 FROM item AS moment WHERE moment.content = item.content
         AND moment.kind = 'moment'))
"""

_WHOLE = BY_NAME["picture_text"].is_whole("picture_text")


def unread(conn: sqlite3.Connection, reader: int) -> list[UnreadPicture]:
    """Living pictures, pages without text layer and moments that this reader has not read.

    Newest first; 0.2 s for 100,000.
    """
    rows = conn.execute(
        "SELECT item.id, item.kind, item.width, item.height, item.taken, ("
        "SELECT path FROM file WHERE file.content = item.content ORDER BY file.id LIMIT 1) "
        f"FROM item WHERE {LIVING} AND {_READABLE} AND NOT EXISTS (SELECT 1 FROM picture_text "
        "WHERE picture_text.item = item.id AND reader = ?) ORDER BY item.id DESC",
        (reader,),
    )
    return [
        UnreadPicture(
            item=ItemId(item),
            kind=Kind(kind),
            size=(width, height),
            taken=taken,
            suffix=decode_path(path).suffix.lower(),
        )
        for item, kind, width, height, taken, path in rows
    ]


def count_read(conn: sqlite3.Connection, reader: int) -> int:
    """Living items that this reader has dealt with, however it ended."""
    row = conn.execute(
        "SELECT count(*) FROM picture_text JOIN item ON item.id = picture_text.item "
        f"WHERE reader = ? AND {LIVING}",
        (reader,),
    ).fetchone()
    return int(row[0])


def put(conn: sqlite3.Connection, item: ItemId, reader: int, found: PictureText) -> None:
    """Keep what was read from an item; does nothing if that has been deleted."""
    text = storable(found.text)
    boxes = [[line.confidence, *line.corners] for line in found.lines]
    conn.execute(
        "INSERT INTO picture_text (item, reader, outcome, reason, text, boxes, words) "
        "SELECT id, ?2, ?3, ?4, ?5, ?6, ?7 FROM item WHERE id = ?1 ON CONFLICT (item) DO UPDATE "
        "SET reader = excluded.reader, outcome = excluded.outcome, reason = excluded.reason, "
        "text = excluded.text, boxes = excluded.boxes, words = excluded.words",
        (
            *(int(item), reader, found.outcome.value, found.reason.to_json()),
            *(text, json.dumps(boxes), indexed(text)),
        ),
    )


def read(conn: sqlite3.Connection, items: Iterable[ItemId]) -> dict[ItemId, PictureText]:
    """What was read from these items; those that no reader has dealt with are not there."""
    rows = conn.execute(
        f"SELECT item, outcome, reason, text, boxes, {_WHOLE} FROM picture_text "
        "WHERE item IN (SELECT value FROM json_each(?))",
        (json.dumps([int(item) for item in items]),),
    )
    found = {}
    for item, outcome, reason, text, boxes, is_whole in rows:
        if not is_whole:
            leave_out(conn, "picture_text", item)
            continue
        found[ItemId(item)] = PictureText(
            outcome=TextOutcome(outcome),
            lines=_lines(text, boxes),
            reason=Message.from_json(reason),
        )
    return found


def _lines(text: str, boxes: str) -> tuple[TextLine, ...]:
    placed = json.loads(boxes)
    return tuple(
        TextLine(text=words, confidence=confidence, corners=tuple(corners))
        for words, (confidence, *corners) in zip(text.split("\n"), placed, strict=bool(placed))
    )
