"""Keeps the vector index equal to what SQLite says can be found."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterable

import numpy as np

from qwen3vl_app.index.formats import StorageSetting, VectorFormat, cut
from qwen3vl_app.index.matrix import Matrix
from qwen3vl_app.index.protocol import Ids, draw
from qwen3vl_app.index.quantizers import EightBitCodes, OneBitCodes
from qwen3vl_app.index.snapshot import IndexSnapshot, SnapshotKey, forget_space
from qwen3vl_app.index.two_stage import FLAT_ITEMS, TwoStageIndex
from qwen3vl_app.store.belongings import INDEX
from qwen3vl_app.store.connection import Connection
from qwen3vl_app.store.tables.items import item_ids
from qwen3vl_app.store.tables.storage_setting import read_storage
from qwen3vl_app.store.tables.vectors import (
    found_stamp,
    read_stamped,
    read_vectors,
    searchable,
    space_id,
)
from qwen3vl_app.types import ContentHash, ItemId, Space, Vectors

log = logging.getLogger(__name__)

KEPT_ITEMS = 2_000
"""From here the index is kept on disk; smaller ones are read from SQLite in 0.1 s."""

SAVE_ROWS = 2_048
"""Rows that are kept on disk in one step while files are indexed: 16 MB at 2048 dimensions."""

FLAT_ROUNDED = 5_000
"""As ``FLAT_ITEMS`` for formats whose rows are decoded first, which takes ten times as long."""

LOOKS = 64
"""Rows that are compared with SQLite at opening. Whole pages of a damaged file would show."""

_LIKE = 0.02
"""How far rounding to eight bits may move one dimension of a vector of length 1."""


class SyncedIndex:
    """The index of the space in use: living items that have a vector there.

    SQLite is the truth; what is kept of the index on disk only spares reading it. Callers must
    hold the library's lock.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._setting = StorageSetting()
        self._index: TwoStageIndex | None = None
        self._snapshot: IndexSnapshot | None = None
        self._version = -1
        self._stamp: int | None = None
        self.space: Space | None = None

    def use(self, space: Space) -> None:
        """Work in this space from now on.

        Costs 0.2 s for 100,000 vectors where the index is on disk, else reading them all.
        """
        if space != self.space:
            self.close()
            self.space = space
            self.reopen()

    def reopen(self) -> None:
        """Take the index from disk again, in the view that is set now."""
        if self.space is None:
            return
        with self._connection.reading() as conn:
            self._version = _data_version(conn)
            self._setting = read_storage(conn)
            self._open(conn, self.space)
        self._keep()

    def close(self) -> None:
        """Keep on disk what is not there yet, and let go of the index."""
        self._keep()
        self._index = self._snapshot = self.space = self._stamp = None

    def refresh(self) -> None:
        """Take in what another process has committed; without such commits it costs nothing."""
        with self._connection.reading() as conn:
            version = _data_version(conn)
            if version != self._version:
                self._version = version
                self._agree(conn)

    def search(self, vector: Vectors, k: int, among: Ids | None) -> tuple[Ids, Vectors]:
        """As ``VectorIndex.search``; nothing while no space is in use."""
        if self._index is None:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        if vector.ndim == 1:
            vector = cut(vector[None], self._index.dimension)[0]
        return self._index.search(vector, k, among)

    def sample(self, count: int, seed: int = 0) -> tuple[Ids, Vectors]:
        """As ``VectorIndex.sample``, in the view that is set; nothing while no space is in use."""
        if self._index is None:
            return np.empty(0, np.int64), np.empty((0, 0), np.float32)
        return self._index.sample(count, seed)

    def describe(self) -> str:
        """How it is searched, in a few words; empty while no space is in use."""
        if self._index is None or self.space is None:
            return ""
        kind = None if self._index.codes is None else self._index.codes.kind
        return described(len(self._index), self._index.dimension, self._setting.format, kind)

    def follow(
        self, conn: sqlite3.Connection, contents: Iterable[ContentHash], items: Iterable[ItemId]
    ) -> None:
        """Agree with SQLite again: files of these contents, or vectors of these items, changed."""
        row = None if self.space is None else space_id(conn, self.space)
        if self._index is None or row is None:
            return
        of_contents = item_ids(conn, contents)
        changed = np.fromiter(items, np.int64)
        self._index.remove(changed)
        asked = np.union1d(of_contents, changed)
        found, _ = searchable(conn, row, asked)
        self._index.remove(np.setdiff1d(asked, found))
        self._read(conn, row, self._index.missing(found))
        self._stamp = found_stamp(conn)
        if self._index.matrix.unsaved >= SAVE_ROWS:
            self._keep()

    def drop(self, items: Iterable[int]) -> None:
        """Forget items whose rows have been deleted."""
        if self._index is not None:
            self._index.remove(np.fromiter(items, np.int64))
            with self._connection.reading() as conn:
                self._stamp = found_stamp(conn)

    def ids(self) -> Ids:
        """What can be found now, ascending."""
        return np.empty(0, np.int64) if self._index is None else self._index.ids()

    def damaged(self, conn: sqlite3.Connection) -> int:
        """How many vectors of the index are not those of SQLite; reads all of them."""
        return 0 if self._index is None else self._damaged(conn, self._index, self.ids())

    def forget_space(self, fingerprint: str) -> None:
        """Delete what is kept on disk of another space."""
        forget_space(self._connection.directory / INDEX, fingerprint)

    # ------------------------------------------------------------ between SQLite and the index

    def _open(self, conn: sqlite3.Connection, space: Space) -> None:
        dimension, form = self._setting.dimension_of(space.dimension), self._setting.format
        self._snapshot = IndexSnapshot(
            self._connection.directory / INDEX,
            SnapshotKey(fingerprint=space.fingerprint, dimension=dimension, form=form),
            writable=self._connection.writable,
        )
        fetch = self._fetch if form is VectorFormat.BINARY else None
        loaded = self._snapshot.load(fetch)
        if loaded is not None and not self._resembles(conn, loaded[0]):
            log.warning("the index on disk does not resemble the library and is built anew")
            self._snapshot.forget()
            loaded = None
        empty = TwoStageIndex(Matrix(dimension, form, fetch=fetch))
        self._index, self._stamp = loaded or (empty, None)
        if self._stamp != found_stamp(conn):
            self._agree(conn)
        self._choose_codes()

    def _resembles(self, conn: sqlite3.Connection, index: TwoStageIndex) -> bool:
        """Whether some rows of it are what SQLite has under their ids and stamps."""
        return not self._damaged(conn, index, draw(index.ids(), LOOKS, seed=0))

    def _damaged(self, conn: sqlite3.Connection, index: TwoStageIndex, ids: Ids) -> int:
        """How many of these rows are not what SQLite has under their ids and stamps."""
        matrix = index.matrix
        row = None if self.space is None else space_id(conn, self.space)
        if row is None or matrix.form is VectorFormat.BINARY:
            return 0
        places, count = matrix.places, 0
        for found, stamps, vectors in read_stamped(conn, row, ids):
            where = np.array([places[one] for one in found.tolist()], np.int64)
            same = matrix.stamps_by_position[where] == stamps  # others are stale, not damaged
            apart = np.abs(matrix.take(where) - cut(vectors, matrix.dimension)).max(axis=1)
            count += int((same & ~(apart < _LIKE)).sum())
        return count

    def _agree(self, conn: sqlite3.Connection) -> None:
        """Compare (id, stamp) of everything, and read what is new or has changed."""
        stamp = found_stamp(conn)
        if self._index is None or stamp == self._stamp:
            return
        row = None if self.space is None else space_id(conn, self.space)
        if row is not None:
            ids, stamps = searchable(conn, row)
            self._index.remove(self._outdated(ids, stamps))
            self._read(conn, row, self._index.missing(ids))
        self._stamp = stamp

    def _outdated(self, ids: Ids, stamps: Ids) -> Ids:
        """Ids in the index that SQLite has no longer, or with another stamp."""
        if self._index is None:
            return ids[:0]
        matrix = self._index.matrix
        alive = matrix.alive
        held, marks = matrix.ids_by_position[alive], matrix.stamps_by_position[alive]
        true = dict(zip(ids.tolist(), stamps.tolist(), strict=True))
        pairs = zip(held.tolist(), marks.tolist(), strict=True)
        return np.array([one for one, mark in pairs if true.get(one) != mark], np.int64)

    def _read(self, conn: sqlite3.Connection, row: int, ids: Ids) -> None:
        if self._index is None:
            return
        for found, stamps, vectors in read_stamped(conn, row, ids):
            self._index.add(found, cut(vectors, self._index.dimension), stamps)
            if self._index.matrix.unsaved >= 4 * SAVE_ROWS:
                self._keep(complete=False)
        self._choose_codes()

    def _fetch(self, ids: Ids) -> Vectors:
        """Vectors from SQLite in this order; one that is gone is as far as can be."""
        if self._index is None or self.space is None:
            raise RuntimeError("no space is in use")
        found = np.zeros((len(ids), self._index.dimension), np.float32)
        order = np.argsort(ids)
        with self._connection.reading() as conn:
            row = space_id(conn, self.space)
            for some, vectors in read_vectors(conn, -1 if row is None else row, ids):
                where = order[np.searchsorted(ids, some, sorter=order)]
                found[where] = cut(vectors, self._index.dimension)
        return found

    def _keep(self, *, complete: bool = True) -> None:
        """Bring the files up to date; small indexes have none."""
        if self._snapshot is None or self._index is None or len(self._index) < KEPT_ITEMS:
            return
        self._snapshot.save(self._index, self._stamp if complete else None)

    def _choose_codes(self) -> None:
        """Give the index the codes that its size and the setting ask for."""
        if self._index is None:
            return
        wanted = codes_for(self._setting, len(self._index))
        codes = self._index.codes
        if wanted is None or (codes is not None and codes.kind == wanted.kind):
            return  # what has codes and has shrunk keeps them until it is built anew
        log.info("%d items are searched by %s codes", len(self._index), wanted.kind)
        self._index.use_codes(wanted(self._index.dimension))


def codes_for(
    setting: StorageSetting, items: int
) -> type[OneBitCodes] | type[EightBitCodes] | None:
    """The codes that so many items are searched by; None to look at every vector."""
    if setting.format is VectorFormat.BINARY:
        return OneBitCodes
    if setting.format is not VectorFormat.FLOAT32:
        return OneBitCodes if items > FLAT_ROUNDED else None
    if items <= FLAT_ITEMS:
        return None
    return EightBitCodes if setting.exact else OneBitCodes


def described(items: int, dimension: int, form: VectorFormat, kind: str | None) -> str:
    """How so many items are searched, in a few words."""
    scan = "every vector" if kind is None else f"{kind} codes"
    exact = "candidates scored exactly" if kind == OneBitCodes.kind else "exact"
    return f"{items:,} items, {dimension} numbers as {form}; search over {scan}, {exact}"


def _data_version(conn: sqlite3.Connection) -> int:
    return int(conn.execute("PRAGMA data_version").fetchone()[0])
