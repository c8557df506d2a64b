"""Keeps the vector index of a space equal to what SQLite says can be found in it."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterable

import numpy as np

from qwen3vl_app.index.formats import StorageSetting, VectorFormat, cut
from qwen3vl_app.index.matrix import Matrix
from qwen3vl_app.index.protocol import Ids, draw
from qwen3vl_app.index.quantizers import EightBitCodes, OneBitCodes
from qwen3vl_app.index.snapshot import IndexSnapshot, SnapshotKey
from qwen3vl_app.index.two_stage import FLAT_ITEMS, TwoStageIndex
from qwen3vl_app.messages import Message
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
from qwen3vl_app.types import ContentHash, Space, Vectors

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


class SpaceIndex:
    """The index of one space: living items that have a vector there.

    SQLite is the truth; what is kept of the index on disk only spares reading it. Callers must
    hold the library's lock. Making one costs 0.2 s for 100,000 vectors where the index is on
    disk, else reading them all.
    """

    def __init__(self, connection: Connection, space: Space) -> None:
        self._connection = connection
        self.space = space
        with connection.reading() as conn:
            self._version = _data_version(conn)
            self._setting = read_storage(conn)
            self._snapshot = self._files()
            self._index, self._stamp = self._loaded(conn)
            if self._stamp != found_stamp(conn):
                self._agree(conn)
        self._choose_codes()
        self._keep()

    def close(self) -> None:
        """Keep on disk what is not there yet."""
        self._keep()

    def refresh(self) -> None:
        """Take in what another process has committed; without such commits it costs nothing."""
        with self._connection.reading() as conn:
            version = _data_version(conn)
            if version != self._version:
                self._version = version
                self._agree(conn)

    def search(self, vector: Vectors, k: int, among: Ids | None) -> tuple[Ids, Vectors]:
        """As ``VectorIndex.search``."""
        if vector.ndim == 1:
            vector = cut(vector[None], self._index.dimension)[0]
        return self._index.search(vector, k, among)

    def describe(self) -> Message:
        """How it is searched, in a few words."""
        kind = None if self._index.codes is None else self._index.codes.kind
        return described(len(self._index), self._index.dimension, self._setting.format, kind)

    def follow(
        self, conn: sqlite3.Connection, contents: Iterable[ContentHash], items: Ids
    ) -> None:
        """Agree with SQLite again: files of these contents, or vectors of these items, changed."""
        row = space_id(conn, self.space)
        if row is None:
            return
        self._index.delete(items)
        asked = np.union1d(item_ids(conn, contents), items)
        found, _ = searchable(conn, row, asked)
        self._index.delete(np.setdiff1d(asked, found))
        self._read(conn, row, self._index.missing(found))
        self._stamp = found_stamp(conn)
        if self._index.matrix.unsaved >= SAVE_ROWS:
            self._keep()

    def drop(self, conn: sqlite3.Connection, items: Ids) -> None:
        """Forget items whose rows have been deleted."""
        self._index.delete(items)
        self._stamp = found_stamp(conn)

    def ids(self) -> Ids:
        """What can be found now, ascending."""
        return self._index.ids()

    def damaged(self, conn: sqlite3.Connection) -> int:
        """How many vectors of the index are not those of SQLite; reads all of them."""
        return self._damaged(conn, self._index, self.ids())

    # ------------------------------------------------------------ between SQLite and the index

    def _files(self) -> IndexSnapshot:
        dimension = self._setting.dimension_of(self.space.dimension)
        return IndexSnapshot(
            self._connection.directory / INDEX,
            SnapshotKey(
                fingerprint=self.space.fingerprint, dimension=dimension, form=self._setting.format
            ),
            writable=self._connection.writable,
        )

    def _loaded(self, conn: sqlite3.Connection) -> tuple[TwoStageIndex, int | None]:
        """What the files have, and the stamp that it agreed with; else an empty index."""
        form = self._setting.format
        fetch = self._fetch if form is VectorFormat.BINARY else None
        loaded = self._snapshot.load(fetch)
        if loaded is not None and self._resembles(conn, loaded[0]):
            return loaded
        if loaded is not None:
            log.warning("the index on disk does not resemble the library and is built anew")
            self._snapshot.forget()
        dimension = self._setting.dimension_of(self.space.dimension)
        return TwoStageIndex(Matrix(dimension, form, fetch=fetch)), None

    def _resembles(self, conn: sqlite3.Connection, index: TwoStageIndex) -> bool:
        """Whether some rows of it are what SQLite has under their ids and stamps."""
        return not self._damaged(conn, index, draw(index.ids(), LOOKS, seed=0))

    def _damaged(self, conn: sqlite3.Connection, index: TwoStageIndex, ids: Ids) -> int:
        """How many of these rows are not what SQLite has under their ids and stamps."""
        matrix = index.matrix
        row = space_id(conn, self.space)
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
        if stamp == self._stamp:
            return
        row = space_id(conn, self.space)
        if row is not None:
            ids, stamps = searchable(conn, row)
            self._index.delete(self._outdated(ids, stamps))
            self._read(conn, row, self._index.missing(ids))
        self._stamp = stamp

    def _outdated(self, ids: Ids, stamps: Ids) -> Ids:
        """Ids in the index that SQLite has no longer, or with another stamp."""
        matrix = self._index.matrix
        alive = matrix.alive
        held, marks = matrix.ids_by_position[alive], matrix.stamps_by_position[alive]
        true = dict(zip(ids.tolist(), stamps.tolist(), strict=True))
        pairs = zip(held.tolist(), marks.tolist(), strict=True)
        return np.array([one for one, mark in pairs if true.get(one) != mark], np.int64)

    def _read(self, conn: sqlite3.Connection, row: int, ids: Ids) -> None:
        for found, stamps, vectors in read_stamped(conn, row, ids):
            self._index.upsert(found, cut(vectors, self._index.dimension), stamps)
            if self._index.matrix.unsaved >= 4 * SAVE_ROWS:
                self._keep(complete=False)
        self._choose_codes()

    def _fetch(self, ids: Ids) -> Vectors:
        """Vectors from SQLite, in this order; zeros for deleted rows, so that they sort last."""
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
        if len(self._index) >= KEPT_ITEMS:
            self._snapshot.save(self._index, self._stamp if complete else None)

    def _choose_codes(self) -> None:
        """Give the index the codes that its size and the setting ask for."""
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


def described(items: int, dimension: int, form: VectorFormat, kind: str | None) -> Message:
    """How so many items are searched, in a few words."""
    scan = Message.of("storage.all") if kind is None else Message.of("storage.codes", codes=kind)
    is_exact = kind != OneBitCodes.kind
    return Message.of(
        "storage.line",
        items=f"{items:,}",
        dimension=str(dimension),
        format=str(form),
        scan=scan,
        how=Message.of("storage.exact") if is_exact else Message.of("storage.scored"),
    )


def _data_version(conn: sqlite3.Connection) -> int:
    return int(conn.execute("PRAGMA data_version").fetchone()[0])
