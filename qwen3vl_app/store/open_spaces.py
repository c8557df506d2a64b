"""The spaces of a library that are being searched, each with its own open index."""

from __future__ import annotations

import sqlite3
from collections import OrderedDict
from collections.abc import Collection, Iterable, Iterator

import numpy as np

from qwen3vl_app.index.snapshot import forget_space
from qwen3vl_app.store.belongings import INDEX
from qwen3vl_app.store.connection import Connection
from qwen3vl_app.store.index_sync import SpaceIndex
from qwen3vl_app.types import ContentHash, ItemId, Space

MOST_OPEN = 3
"""Indexes that are open at once: of the model that searches, of the one before it, whose space
answers until the new one is filled, and of one that is compared with them. Each holds up to 64 MB
of vectors, and above that maps them and holds its codes: 26 MB for 100,000 of 2048 dimensions."""


class OpenSpaces:
    """Opens the index of a space when it is first named. Callers must hold the library's lock."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._open: OrderedDict[str, SpaceIndex] = OrderedDict()

    def of(self, space: Space) -> SpaceIndex:
        """The index of a space, equal to what has been committed.

        Costs what ``SpaceIndex`` does where it is not open yet, else nothing. The one that was
        named longest ago is closed where more than ``MOST_OPEN`` would be open.
        """
        found = self._open.get(space.fingerprint)
        if found is None:
            found = SpaceIndex(self._connection, space)
            self._open[space.fingerprint] = found
            while len(self._open) > MOST_OPEN:
                self._open.popitem(last=False)[1].close()
        self._open.move_to_end(space.fingerprint)
        if not self._connection.writable:
            found.refresh()
        return found

    def __iter__(self) -> Iterator[SpaceIndex]:
        """The open ones, the one that was named last at the end."""
        return iter([*self._open.values()])

    def follow(
        self,
        conn: sqlite3.Connection,
        contents: Iterable[ContentHash],
        items: Iterable[ItemId],
        space: Space | None = None,
    ) -> None:
        """Agree with SQLite again: files of these contents, or vectors of these items, changed.

        Args:
            conn: After the commit.
            contents: Whose files changed; this concerns every space.
            items: Whose vectors changed.
            space: In which; None for any.
        """
        changed, none = np.fromiter(items, np.int64), np.empty(0, np.int64)
        contents = [*contents]
        for index in self:
            touched = space is None or space.fingerprint == index.space.fingerprint
            # a vector that has not changed here would be appended once more to the files
            index.follow(conn, contents, changed if touched else none)

    def drop(self, items: Iterable[int]) -> None:
        """Forget items whose rows have been deleted."""
        gone = np.fromiter(items, np.int64)
        with self._connection.reading() as conn:
            for index in self:
                index.drop(conn, gone)

    def rebuild(self, spaces: Collection[Space]) -> None:
        """Build indexes anew in the view that is set now; those that are open at once."""
        named = [index.space for index in self]
        self.forget([space.fingerprint for space in spaces])
        for space in named:
            self.of(space)

    def forget(self, fingerprints: Collection[str]) -> None:
        """Close these spaces, and delete what is kept on disk of their indexes."""
        for fingerprint in fingerprints:
            self._open.pop(fingerprint, None)
            forget_space(self._connection.directory / INDEX, fingerprint)

    def close(self) -> None:
        """Save what is not on disk yet, and close all."""
        while self._open:
            self._open.popitem()[1].close()
