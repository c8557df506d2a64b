"""Nearly equal pictures: which stand for which in results, and which of them to keep."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from threading import Lock
from typing import TypeAlias

import numpy as np

from qwen3vl_app.index.near_duplicates import (
    PHASH_BITS,
    Gatherer,
    Phashes,
    bits_apart,
    chains,
    close_pairs,
)
from qwen3vl_app.messages import Message, Value
from qwen3vl_app.store.alike import AlikePictures, Seen
from qwen3vl_app.store.comparing import Comparisons
from qwen3vl_app.store.tables import items
from qwen3vl_app.store.tables.filters import LIVING
from qwen3vl_app.store.tables.vectors import found_stamp, read_vectors, space_id
from qwen3vl_app.store.thumbnails import Thumbnails
from qwen3vl_app.types import (
    ContentHash,
    DuplicateGroup,
    Item,
    ItemId,
    Kind,
    Space,
    Vectors,
    calendar_time,
)

Reading: TypeAlias = Callable[[], AbstractContextManager[sqlite3.Connection]]

_FACTS = f"""
    SELECT item.id, item.look, item.width * item.height, coalesce(file.size, 0),
        coalesce(file.mtime_ns, 0), item.content, item.thumbnail
    FROM item JOIN file ON file.id = (
        SELECT min(first.id) FROM file AS first WHERE first.content = item.content)
    WHERE item.look IS NOT NULL AND item.kind = '{Kind.PICTURE}' AND {LIVING}
"""

_PHASHES = "SELECT id, look FROM item WHERE look IS NOT NULL"
"""From their index alone, pages of documents included."""

_ALL_BITS = (1 << 64) - 1

_FEW_NEW = 1000
"""Phashes up to which looking for what is close to each takes less time than finding all pairs."""

_TOGETHER = 1000
"""Vectors in memory at a time, beside those of the heads of groups."""


@dataclass(frozen=True, slots=True)
class _Facts:
    """What decides which of several pictures to keep."""

    item: int
    phash: int
    pixels: int
    bytes: int
    modified: int
    """Nanoseconds since the epoch."""

    seen: Seen
    """What it is compared by."""

    @property
    def order(self) -> tuple[int, int, int, int]:
        """Best first: the most pixels, the largest file, the oldest, the first."""
        return -self.pixels, -self.bytes, self.modified, self.item


class Duplicates:
    """Finds groups of nearly equal pictures. Thread-safe; holds the library's lock only to read.

    Nearly equal are pictures whose phashes, vectors and thumbnails all agree, and, where something
    may be written on them, the pictures themselves as far as ``comparisons`` has them. Pages of
    documents are left out: what tells two of them apart may be smaller than a thumbnail shows.
    """

    def __init__(self, reading: Reading, thumbnails: Thumbnails, comparisons: Comparisons) -> None:
        self._reading = reading
        self._comparisons = comparisons
        self._alike = AlikePictures(thumbnails, comparisons)
        self._lock = Lock()
        self._made_at: tuple[int, int, Space] | None = None
        self._groups: list[list[_Facts]] = []

    def groups(self, space: Space, after: int, limit: int) -> list[DuplicateGroup]:
        """Groups by number of copies, largest first, from position ``after``.

        Made anew when the library has changed: about 3 s for 100,000 pictures, and 20 ms for each
        that is compared with another by eye for the first time.
        """
        with self._lock:
            with self._reading() as conn:
                now = (found_stamp(conn), self._comparisons.version, space)
            if self._made_at != now:
                self._groups = sorted(
                    self._made(space), key=lambda group: (-len(group), group[0].item)
                )
                self._made_at = now
            chosen = self._groups[after : after + limit]
        with self._reading() as conn:
            known = items.read_items(conn, [ItemId(one.item) for group in chosen for one in group])
        return [group for group in (_shown(facts, known) for facts in chosen) if group]

    def among(self, space: Space, ids: Sequence[ItemId]) -> dict[ItemId, list[ItemId]]:
        """Near copies among these items: the first one of each group, and the others."""
        facts = {one.item: one for one in self._facts_of(ids)}
        order = [facts[item] for item in map(int, ids) if item in facts]
        return {
            ItemId(group[0].item): [ItemId(one.item) for one in group[1:]]
            for group in self._gathered(space, order)
        }

    def meet(self, space: Space, after: ItemId) -> None:
        """Let the pictures beyond this item be compared by eye with those that are close to them.

        So ``comparisons`` notes whose originals it needs, before a person sees these pictures. A
        tenth of a second for 100,000 pictures, and what ``groups`` takes for those that are close.
        """
        with self._reading() as conn:
            rows = conn.execute(_PHASHES).fetchall()
        facts = self._facts_of(_near(rows, after))
        for _ in self._gathered(space, sorted(facts, key=lambda one: one.order)):
            pass

    def _facts_of(self, ids: Sequence[int]) -> list[_Facts]:
        """Of the pictures among these items that are not deleted."""
        chosen = json.dumps([int(item) for item in ids])
        sql = f"{_FACTS} AND item.id IN (SELECT value FROM json_each(?))"
        with self._reading() as conn:
            return _facts(conn.execute(sql, (chosen,)).fetchall())

    def _made(self, space: Space) -> Iterator[list[_Facts]]:
        with self._reading() as conn:
            rows = conn.execute(_FACTS).fetchall()
        yield from self._gathered(space, sorted(_facts(rows), key=lambda one: one.order))

    def _gathered(self, space: Space, order: Sequence[_Facts]) -> Iterator[list[_Facts]]:
        """Groups of two and more, the first of them in this order being their head."""
        seen = {one.item: one.seen for one in order}
        for chain in _chained(order):
            gatherer = Gatherer(
                space.dimension,
                lambda head, other: self._alike.agree(seen[head], seen[other]),
            )
            for begin in range(0, len(chain), _TOGETHER):
                piece = chain[begin : begin + _TOGETHER]
                vectors = self._vectors(space, [one.item for one in piece])
                for one in piece:
                    if one.item in vectors:
                        gatherer.add(one.item, np.uint64(one.phash), vectors[one.item])
            by_id = {one.item: one for one in chain}
            yield from ([by_id[n] for n in group] for group in gatherer.groups if len(group) > 1)

    def _vectors(self, space: Space, ids: Sequence[int]) -> dict[int, Vectors]:
        with self._reading() as conn:
            row = space_id(conn, space)
            if row is None:
                return {}
            found: dict[int, Vectors] = {}
            for piece, vectors in read_vectors(conn, row, np.array(ids, np.int64)):
                found |= dict(zip(piece.tolist(), vectors, strict=True))
        return found


def _chained(order: Sequence[_Facts]) -> list[list[_Facts]]:
    """Pictures linked by chains of close phashes, two or more each, in the given order."""
    if len(order) < 2:
        return []
    phashes: Phashes = np.array([one.phash for one in order], np.uint64)
    distinct, of_each = np.unique(phashes, return_inverse=True)
    chain = chains(len(distinct), *close_pairs(distinct))[of_each]
    by_chain: dict[int, list[_Facts]] = {}
    for number, one in zip(chain.tolist(), order, strict=True):
        by_chain.setdefault(number, []).append(one)
    return [chained for chained in by_chain.values() if len(chained) > 1]


def _near(rows: Sequence[tuple[int, int]], after: ItemId) -> list[int]:
    """Of (item, phash), the items beyond one, and those whose phashes are close to theirs."""
    new = {phash & _ALL_BITS for item, phash in rows if item > after}
    if len(new) > _FEW_NEW:
        return [item for item, _ in rows]
    phashes: Phashes = np.array([phash & _ALL_BITS for _, phash in rows], np.uint64)
    is_near = np.zeros(len(rows), np.bool_)
    for phash in new:
        is_near |= bits_apart(phashes, np.uint64(phash)) <= PHASH_BITS
    return [rows[at][0] for at in np.flatnonzero(is_near).tolist()]


def _facts(rows: Sequence[tuple[int, int, int, int, int, str, str]]) -> list[_Facts]:
    return [
        _Facts(item, phash & _ALL_BITS, pixels, size, modified, Seen(ContentHash(content), name))
        for item, phash, pixels, size, modified, content, name in rows
    ]


def _shown(facts: Sequence[_Facts], known: dict[ItemId, Item]) -> DuplicateGroup | None:
    """None if fewer than two of the group are still in the library."""
    left = [one for one in facts if ItemId(one.item) in known]
    if len(left) < 2:
        return None
    found = [known[ItemId(one.item)] for one in left]
    return DuplicateGroup(
        keeper=found[0], reason=_reason(left[0], left[1], found[0]), copies=tuple(found[1:])
    )


def _reason(best: _Facts, second: _Facts, keeper: Item) -> Message:
    """Where the keeper is ahead of the second best."""
    size: dict[str, Value] = {"width": str(keeper.width), "height": str(keeper.height)}
    if best.pixels != second.pixels:
        return Message.of("keep.pixels", **size)
    size["bytes"] = f"{best.bytes:,}"
    if best.bytes != second.bytes:
        return Message.of("keep.bytes", **size)
    if best.modified != second.modified:
        day = calendar_time(best.modified).astimezone().date().isoformat()
        return Message.of("keep.oldest", **size, day=day)
    return Message.of("keep.first", **size)
