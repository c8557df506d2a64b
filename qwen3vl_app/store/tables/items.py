"""Statements about items. Callers must hold the library's lock.

An item is *living* when at least one file has its content; only living items are ever shown.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from qwen3vl_app.index.protocol import Ids
from qwen3vl_app.store.encoding import decode_path, storable
from qwen3vl_app.store.rows import Standing
from qwen3vl_app.store.tables.checksums import BY_NAME, leave_out
from qwen3vl_app.store.tables.filters import LIVING, conditions
from qwen3vl_app.store.tables.vectors import found_stamp
from qwen3vl_app.types import Content, ContentHash, Item, ItemFilter, ItemId, Kind, Part, Place

_FIELDS = """
    item.id, item.content, item.ordinal, item.kind, item.page, item.first_line, item.last_line,
    item.start_seconds, item.end_seconds, item.section, item.thumbnail, item.width, item.height,
    item.text, item.look, item.taken, first.path, {whole_item}, {whole_file}, first.id,
    (SELECT picture_text.text FROM picture_text
        WHERE picture_text.item = item.id AND {whole_picture_text})
    FROM item LEFT JOIN file AS first ON first.id = (
        SELECT file.id FROM file WHERE file.content = item.content ORDER BY file.id LIMIT 1)
""".format(
    whole_item=BY_NAME["item"].is_whole("item"),
    whole_file=BY_NAME["file"].is_whole("first"),
    whole_picture_text=BY_NAME["picture_text"].is_whole("picture_text"),
)
"""What an item is made of, with the first of its files, and whether both are what was written."""

_ALL_BITS = (1 << 64) - 1

# CROSS: from the few items of a content to their vectors. The other way round, which SQLite would
# choose, every file costs reading the whole list of vectors.
_EMBEDDED_PARTS = """
    SELECT ordinal, kind, page, first_line, last_line, start_seconds, end_seconds, section
    FROM item CROSS JOIN vector ON vector.item = item.id AND vector.space = ?
    WHERE item.content = ?
"""

_UPSERT = """
    INSERT INTO item (content, ordinal, kind, page, first_line, last_line, start_seconds,
                      end_seconds, section, thumbnail, width, height, text, look, taken)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (content, ordinal) DO UPDATE SET
        kind = excluded.kind, page = excluded.page, first_line = excluded.first_line,
        last_line = excluded.last_line, start_seconds = excluded.start_seconds,
        end_seconds = excluded.end_seconds, section = excluded.section,
        thumbnail = excluded.thumbnail, width = excluded.width, height = excluded.height,
        text = excluded.text, look = excluded.look, taken = excluded.taken
    RETURNING id
"""


def put_item(
    conn: sqlite3.Connection, content_hash: ContentHash, content: Content, thumbnail: str
) -> ItemId:
    """Keep a part's item; one that is there already keeps its id."""
    part, place = content.part, content.part.place
    named = (content_hash, part.ordinal, part.kind.value)
    where = _columns(place)
    shown = (thumbnail, content.width, content.height, storable(content.text))
    made = (None if content.phash is None else signed(content.phash), content.taken)
    (item,) = conn.execute(_UPSERT, (*named, *where, *shown, *made)).fetchone()
    return ItemId(item)


def read_items(conn: sqlite3.Connection, ids: Iterable[ItemId]) -> dict[ItemId, Item]:
    """The living ones among these, in the order asked for."""
    wanted = [int(item) for item in ids]
    rows = conn.execute(
        f"SELECT {_FIELDS} WHERE item.id IN (SELECT value FROM json_each(?)) AND {LIVING}",
        (json.dumps(wanted),),
    )
    found = {item.id: item for item in _whole(conn, rows)}
    return {ItemId(item): found[ItemId(item)] for item in wanted if item in found}


def read_siblings(conn: sqlite3.Connection, item: ItemId) -> list[Item]:
    """All living items of the same content, this one included, in their order."""
    rows = conn.execute(
        f"SELECT {_FIELDS} WHERE {LIVING} "
        "AND item.content = (SELECT content FROM item WHERE id = ?) ORDER BY item.ordinal",
        (item,),
    )
    return [*_whole(conn, rows)]


def list_living(
    conn: sqlite3.Connection, where: ItemFilter, after: ItemId | None, limit: int
) -> list[Item]:
    """Living items that pass, newest first, older than ``after``."""
    condition, values = conditions(where)
    if after is not None:
        condition, values = f"{condition} AND item.id < ?", [*values, after]
    rows = conn.execute(
        f"SELECT {_FIELDS} WHERE {condition} ORDER BY item.id DESC LIMIT ?",
        (*values, limit),
    )
    return [*_whole(conn, rows)]


def standing(conn: sqlite3.Connection, where: ItemFilter) -> list[Standing]:
    """Every living item that passes, once for each of its files, in the order of these."""
    condition, values = conditions(where)
    rows = conn.execute(
        "SELECT file.path, item.id, item.page FROM item JOIN file ON file.content = item.content "
        f"WHERE {condition} AND {BY_NAME['file'].is_whole('file')} "
        f"AND {BY_NAME['item'].is_whole('item')} ORDER BY file.path, item.ordinal",
        values,
    )
    return [Standing(decode_path(path), ItemId(item), page) for path, item, page in rows]


def ids_of_their_files(conn: sqlite3.Connection, ids: Iterable[ItemId]) -> list[ItemId]:
    """All living items of the files of these items."""
    rows = conn.execute(
        f"SELECT item.id FROM item WHERE {LIVING} AND content IN ("
        "SELECT content FROM item AS one WHERE one.id IN (SELECT value FROM json_each(?)))",
        (_numbers(ids),),
    )
    return [ItemId(row[0]) for row in rows]


def item_ids(conn: sqlite3.Connection, contents: Iterable[ContentHash]) -> Ids:
    """Ids of all items of these contents, living or not."""
    rows = conn.execute(
        "SELECT id FROM item WHERE content IN (SELECT value FROM json_each(?))",
        (json.dumps(sorted(contents)),),
    )
    return np.fromiter((row[0] for row in rows), np.int64)


def count_by_kind(conn: sqlite3.Connection) -> dict[Kind, int]:
    """Living items of every kind."""
    rows = conn.execute(f"SELECT kind, count(*) FROM item WHERE {LIVING} GROUP BY kind")
    counts = dict(rows.fetchall())
    return {kind: counts.get(kind.value, 0) for kind in Kind}


def count_passing(conn: sqlite3.Connection, where: ItemFilter) -> dict[Kind, int]:
    """Living items that pass, of every kind that has some."""
    condition, values = conditions(where)
    rows = conn.execute(f"SELECT kind, count(*) FROM item WHERE {condition} GROUP BY kind", values)
    return {Kind(kind): count for kind, count in rows}


def kinds_of(conn: sqlite3.Connection, ids: Iterable[int]) -> dict[int, Kind]:
    """The kinds of these items, living or not."""
    rows = conn.execute(
        "SELECT id, kind FROM item WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps([int(item) for item in ids]),),
    )
    return {item: Kind(kind) for item, kind in rows}


MOST_KINDS = 200_000
"""Kinds that are remembered, some 20 MB."""


class KnownKinds:
    """Kinds of items by id, remembered until what can be found changes.

    Callers must hold the library's lock. A search asks for those of the 1,000 nearest, which takes
    1 ms from SQLite.
    """

    def __init__(self) -> None:
        self._known: dict[int, Kind] = {}
        self._stamp: int | None = None

    def of(self, conn: sqlite3.Connection, ids: Sequence[int]) -> dict[int, Kind]:
        """The kinds of these items, living or not."""
        if (stamp := found_stamp(conn)) != self._stamp:
            self._known.clear()
            self._stamp = stamp
        unknown = [item for item in ids if item not in self._known]
        if len(self._known) + len(unknown) > MOST_KINDS:
            self._known.clear()
            unknown = [*ids]
        if unknown:
            self._known |= kinds_of(conn, unknown)
        return {item: self._known[item] for item in ids if item in self._known}


def parts_with_vectors(
    conn: sqlite3.Connection, content_hash: ContentHash, space: int
) -> frozenset[Part]:
    """The parts of a content that need no embedding any more."""
    rows = conn.execute(_EMBEDDED_PARTS, (space, content_hash))
    return frozenset(
        Part(ordinal=row[0], kind=Kind(row[1]), place=_place(row[2:8])) for row in rows
    )


def _whole(conn: sqlite3.Connection, rows: Iterable[Sequence[Any]]) -> Iterator[Item]:
    """The items of rows that are what was written; the others are left out, and noted."""
    for row in rows:
        if not row[17]:
            leave_out(conn, "item", row[0])
        elif not row[18]:
            leave_out(conn, "file", row[19])
        else:
            yield _item(row)


def _item(row: Sequence[Any]) -> Item:
    return Item(
        id=ItemId(row[0]),
        content_hash=ContentHash(row[1]),
        ordinal=row[2],
        kind=Kind(row[3]),
        place=_place(row[4:10]),
        thumbnail=row[10],
        width=row[11],
        height=row[12],
        text=row[13],
        picture_text=row[20] or "",
        phash=None if row[14] is None else row[14] & _ALL_BITS,
        taken=row[15],
        path=decode_path(row[16]),
    )


def _numbers(ids: Iterable[ItemId]) -> str:
    return json.dumps([int(item) for item in ids])


def signed(phash: int) -> int:
    """A phash as SQLite keeps it: the same 64 bits as a number with a sign."""
    return phash - (1 << 64) if phash >> 63 else phash


def _place(row: Sequence[Any]) -> Place:
    page, first_line, last_line, start, end, section = row
    return Place(
        page=page,
        first_line=first_line,
        last_line=last_line,
        start=start,
        end=end,
        section=section,
    )


def _columns(place: Place) -> tuple[Any, ...]:
    lines = (place.first_line, place.last_line)
    return (place.page, *lines, place.start, place.end, storable(place.section))
