"""Keeps the vector index in memory equal to what SQLite says can be found."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

import numpy as np

from qwen3vl_app.store.connection import Connection
from qwen3vl_app.store.index import FaissIndex, Ids, VectorIndex
from qwen3vl_app.store.items import item_ids
from qwen3vl_app.store.vectors import read_vectors, searchable_ids, space_id
from qwen3vl_app.types import ContentHash, ItemId, Space, Vectors


class LiveIndex:
    """The index of the space in use: living items that have a vector there.

    Nothing of it is kept on disk. Every method wants the library's lock held.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._index: VectorIndex | None = None
        self._version = -1
        self.space: Space | None = None

    def use(self, space: Space) -> None:
        """Work in this space from now on; costs reading its vectors, about 1 s for 20,000."""
        if space != self.space:
            self.space = space
            self._index = FaissIndex(space.dimension)
            with self._connection.reading() as conn:
                self._version = _data_version(conn)
                self._agree(conn)

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
        return self._index.search(vector, k, among)

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
        found = searchable_ids(conn, row, asked)
        self._change(conn, row, gone=np.setdiff1d(asked, found), found=found)

    def drop(self, items: Iterable[int]) -> None:
        """Forget items whose rows have been deleted."""
        if self._index is not None:
            self._index.remove(np.fromiter(items, np.int64))

    def ids(self) -> Ids:
        """What can be found now, ascending."""
        return np.empty(0, np.int64) if self._index is None else self._index.ids()

    def _agree(self, conn: sqlite3.Connection) -> None:
        row = None if self.space is None else space_id(conn, self.space)
        if row is not None:
            found = searchable_ids(conn, row)
            self._change(conn, row, gone=np.setdiff1d(self.ids(), found), found=found)

    def _change(self, conn: sqlite3.Connection, space: int, *, gone: Ids, found: Ids) -> None:
        if self._index is None:
            return
        self._index.remove(gone)
        for ids, vectors in read_vectors(conn, space, self._index.missing(found)):
            self._index.add(ids, vectors)


def _data_version(conn: sqlite3.Connection) -> int:
    return int(conn.execute("PRAGMA data_version").fetchone()[0])
