"""A space whose vectors are searched on a server; SQLite has them all, and is right.

What waits to be sent is scored here, so a search finds what was committed although the server
does not have it yet; and what the server finds is scored here again, so an item has the same
similarity wherever it is searched, and one that has gone meanwhile is not shown.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable
from dataclasses import dataclass

import numpy as np

from qwen3vl_app.errors import VectorServerBehindError
from qwen3vl_app.index.milvus import MilvusIndex, both
from qwen3vl_app.index.milvus_client import MilvusServer, in_list
from qwen3vl_app.index.protocol import Ids, best_first, check_query
from qwen3vl_app.messages import Message
from qwen3vl_app.store.connection import Connection
from qwen3vl_app.store.pushed_filters import pushed
from qwen3vl_app.store.tables import filters, outbox
from qwen3vl_app.store.tables.vectors import found_stamp, read_vectors, searchable_ids, space_id
from qwen3vl_app.types import EVERYTHING, ContentHash, ItemFilter, Space, Vectors

FEW = 2_000
"""Allowed items that are scored here, without the server: 0.1 s at 2048 dimensions."""

MOST_WAITING = 10_000
"""Items that wait to be sent and are scored here meanwhile, half a second; beyond, a search would
take longer than anybody waits, and says so instead."""

_PIECE = 2_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Asked:
    """What one search asks the server, as of one moment."""

    row: int | None
    """Of the space; None while nothing was embedded in it."""

    expression: str
    allowed: Ids | None
    """The only items that may be found; None where the expression says it all."""

    fresh: Ids
    """Items that may be found and wait to be sent: scored here, whatever the server has."""


class ServedSpace:
    """As ``SpaceIndex``, on a server. Thread-safe.

    ``find`` asks the server and must not hold the library's lock; all else asks SQLite alone, and
    callers must hold it.
    """

    def __init__(self, connection: Connection, space: Space, server: MilvusServer) -> None:
        self._connection = connection
        self.space = space
        self._server = server
        with connection.reading() as conn:
            name = outbox.collection_of(conn, server.place, space)
        self.index = MilvusIndex(server, name, space.dimension)
        self._ids: tuple[int, Ids] | None = None
        """The stamp of what can be found, and what it was at that."""

    def close(self) -> None:
        """Nothing is to be kept."""

    def refresh(self) -> None:
        """Nothing is remembered that SQLite would not tell anew."""

    def follow(
        self, conn: sqlite3.Connection, contents: Iterable[ContentHash], items: Ids
    ) -> None:
        """Triggers have noted in the outbox what changed."""

    def drop(self, conn: sqlite3.Connection, items: Ids) -> None:
        """As ``follow``."""

    def describe(self) -> Message:
        """How it is searched, in a few words."""
        with self._connection.reading() as conn:
            row = space_id(conn, self.space)
            waiting = 0 if row is None else outbox.count_waiting(conn, row)
        place, kind = str(self._server.place), self.index.kind
        return described_at(len(self.ids()), self.space.dimension, place, waiting, kind)

    def ids(self) -> Ids:
        """What can be found now, ascending; by SQLite."""
        with self._connection.reading() as conn:
            stamp, row = found_stamp(conn), space_id(conn, self.space)
            if self._ids is None or self._ids[0] != stamp:
                found = np.empty(0, np.int64) if row is None else searchable_ids(conn, row)
                self._ids = stamp, np.sort(found)
            return self._ids[1]

    def search(self, vector: Vectors, k: int, among: Ids | None) -> tuple[Ids, Vectors]:
        """As ``VectorIndex.search``, by the vectors in SQLite."""
        with self._connection.reading() as conn:
            row = space_id(conn, self.space)
            return self._scored(conn, row, vector, self.ids() if among is None else among, k)

    def damaged(self, conn: sqlite3.Connection) -> int:
        """What of the server is not what SQLite has, and does not wait to be sent; asks it."""
        row = space_id(conn, self.space)
        if row is None:
            return 0
        wrong = disagreeing(self.index.marks(), outbox.marks(conn, row))
        return len(wrong - {*outbox.waiting_items(conn, row).tolist()})

    def find(
        self,
        vector: Vectors,
        k: int,
        where: ItemFilter = EVERYTHING,
        *,
        without: Collection[int] = (),
        among: Collection[int] | None = None,
    ) -> tuple[Ids, Vectors]:
        """As ``Store.search``: ids and similarities, best first.

        Raises:
            VectorServerError: The server is down, slow, refuses, or lacks too much.
        """
        check_query(vector, self.space.dimension)
        with self._connection.reading() as conn:
            asked = self._asked(conn, where, without, among)
        found = asked.fresh
        if asked.row is not None and k > 0:
            found = np.union1d(found, self._from_server(asked, vector, k))
        # in pieces, so that another search or a commit can come between
        best, similarities = np.empty(0, np.int64), np.empty(0, np.float32)
        for begin in range(0, len(found), _PIECE):
            with self._connection.reading() as conn:
                piece = found[begin : begin + _PIECE]
                more, theirs = self._scored(conn, asked.row, vector, piece, k)
            best, similarities = best_first(
                np.concatenate([best, more]), np.concatenate([similarities, theirs]), k
            )
        return best, similarities

    def _asked(
        self,
        conn: sqlite3.Connection,
        where: ItemFilter,
        without: Collection[int],
        among: Collection[int] | None,
    ) -> _Asked:
        row = space_id(conn, self.space)
        waiting = np.empty(0, np.int64) if row is None else outbox.waiting_items(conn, row)
        if len(waiting) > MOST_WAITING:
            place = str(self._server.place)
            raise VectorServerBehindError(
                Message.of("vectors.behind", n=len(waiting), place=place, most=MOST_WAITING)
            )
        told = pushed(conn, where)
        parts, allowed = [told.expression], None
        if among is not None:
            allowed = np.unique(np.fromiter(among, np.int64))
        if not told.is_all or (allowed is not None and where != EVERYTHING):
            passing = filters.living_ids(conn, where)
            allowed = np.unique(passing) if allowed is None else np.intersect1d(allowed, passing)
        left_out = np.union1d(np.fromiter(without, np.int64), waiting)
        fresh = waiting[~np.isin(waiting, np.fromiter(without, np.int64))]
        if allowed is not None:
            fresh = np.intersect1d(fresh, allowed)
            allowed = np.setdiff1d(allowed, left_out)
        elif where != EVERYTHING:
            fresh = np.array(sorted(filters.passing(conn, fresh.tolist(), where)), np.int64)
        if allowed is None and len(left_out):
            parts.append(in_list("item", left_out.tolist(), outside=True))
        return _Asked(row=row, expression=both(*parts), allowed=allowed, fresh=fresh)

    def _from_server(self, asked: _Asked, vector: Vectors, k: int) -> Ids:
        """What it finds nearest; few allowed items are not worth asking it."""
        if asked.allowed is not None and len(asked.allowed) <= FEW:
            return asked.allowed
        if not self.index.is_there() and not self._was_sent():
            return np.empty(0, np.int64)
        return self.index.search(vector, k, asked.allowed, expression=asked.expression)[0]

    def _was_sent(self) -> bool:
        """Where the server had no collection: whether it got one just now.

        Raises:
            VectorServerBehindError: It has none, though not everything waits to be sent.
        """
        with self._connection.reading() as conn:
            row = space_id(conn, self.space)
            waiting = np.empty(0, np.int64) if row is None else outbox.waiting_items(conn, row)
            missing = np.setdiff1d(self.ids(), waiting)
        if not len(missing):
            return False
        if not self.index.is_there():
            self._server.when_doubtful()
            values = {"place": str(self._server.place), "name": self.index.name}
            raise VectorServerBehindError(Message.of("vectors.lost", **values))
        return True

    def _scored(
        self, conn: sqlite3.Connection, row: int | None, vector: Vectors, ids: Ids, k: int
    ) -> tuple[Ids, Vectors]:
        """Those of these items that can be found, by the vectors that are stored."""
        found, similarities = [np.empty(0, np.int64)], [np.empty(0, np.float32)]
        if row is not None and len(ids):
            living = searchable_ids(conn, row, ids)
            for some, vectors in read_vectors(conn, row, living):
                found.append(some)
                similarities.append(vectors @ vector)
        return best_first(np.concatenate(found), np.concatenate(similarities), k)


def described_at(items: int, dimension: int, place: str, waiting: int, kind: str = "") -> Message:
    """How so many items are searched on a server, in a few words; by a kind of index, if known."""
    line = Message.of("storage.served", items=f"{items:,}", dimension=str(dimension), place=place)
    if kind:
        line = Message.of("storage.served_index", line=line, kind=kind)
    return line if not waiting else Message.of("storage.served_waiting", line=line, n=waiting)


def disagreeing(there: dict[int, int], here: dict[int, int]) -> set[int]:
    """Items that only one side has, or that have another mark."""
    wrong = there.items() ^ here.items()
    return {item for item, _ in wrong}
