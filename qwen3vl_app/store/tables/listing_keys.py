"""By what a listing of the library is sorted: one row for each living item.

A listing is read a page at a time, each beginning behind the last row of the one before. For that
to cost the same on the first page and on the thousandth, every order has an index. Callers must
hold the library's lock; the rows follow the items inside the same transaction.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from qwen3vl_app.store.encoding import decode_path, display
from qwen3vl_app.types import ContentHash, ItemId, Kind, calendar_time
from qwen3vl_app.types.folding import fold

LONGEST_KEY = 200
"""Characters of a name that are sorted by."""

_DIGITS = re.compile(r"\d+")
_WIDTH = 12
"""Digits to which numbers in names are filled up, so that they sort by value."""

_RANKS = {kind.value: rank for rank, kind in enumerate(Kind)}

_DELETE = """
    DELETE FROM listing_key WHERE item IN (
        SELECT id FROM item WHERE content IN (SELECT value FROM json_each(?1))
        UNION SELECT value FROM json_each(?2))
"""

_ROWS = """
    SELECT item.id, item.kind, item.taken, first.path, first.mtime_ns, first.size
    FROM item JOIN file AS first ON first.id = (
        SELECT file.id FROM file WHERE file.content = item.content ORDER BY file.id LIMIT 1)
"""

_CHANGED = f"""{_ROWS} WHERE item.id IN (
        SELECT id FROM item WHERE content IN (SELECT value FROM json_each(?1))
        UNION SELECT value FROM json_each(?2))
"""

_INSERT = "INSERT INTO listing_key (item, name, day, size, kind) VALUES (?, ?, ?, ?, ?)"


def fill(conn: sqlite3.Connection) -> None:
    """Write the rows of all living items; there must be none yet."""
    conn.executemany(_INSERT, [_key(row) for row in conn.execute(_ROWS).fetchall()])


def follow(
    conn: sqlite3.Connection, contents: Iterable[ContentHash], items: Iterable[ItemId]
) -> None:
    """Agree with the items again: files of these contents, or these items themselves, changed."""
    changed = (json.dumps(sorted(contents)), json.dumps([int(item) for item in items]))
    rows = conn.execute(_CHANGED, changed).fetchall()
    conn.execute(_DELETE, changed)
    conn.executemany(_INSERT, [_key(row) for row in rows])


def restore(conn: sqlite3.Connection) -> None:
    """Write what is missing, and delete what belongs to no living item."""
    conn.execute("DELETE FROM listing_key WHERE item NOT IN (SELECT id FROM item)")
    lacking = conn.execute(f"{_ROWS} WHERE item.id NOT IN (SELECT item FROM listing_key)")
    conn.executemany(_INSERT, [_key(row) for row in lacking.fetchall()])


def name_key(path: Path) -> str:
    """A file's name as it is sorted: folded, ``img 9`` before ``img 10``."""
    name = fold(display(Path(path.name)))[:LONGEST_KEY]
    return _DIGITS.sub(lambda found: found[0].zfill(_WIDTH), name)


def _key(row: Sequence[Any]) -> tuple[int, str, str, int, str]:
    item, kind, taken, path, mtime_ns, size = row
    name = name_key(decode_path(path))
    return item, name, _day(taken, mtime_ns), size or 0, f"{_RANKS[kind]} {name}"


def _day(taken: str, mtime_ns: int | None) -> str:
    """When it was made, else when its file was changed, in local time as cameras write it."""
    if taken or mtime_ns is None:
        return taken[:19]
    changed = calendar_time(mtime_ns)
    try:
        return changed.astimezone().replace(tzinfo=None).isoformat(timespec="seconds")
    except (OverflowError, OSError, ValueError):  # beyond what the system's clock tells
        return datetime.isoformat(changed.replace(tzinfo=None), timespec="seconds")
