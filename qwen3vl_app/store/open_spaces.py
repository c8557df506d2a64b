"""The spaces of a library that are being searched, each with its own open index."""

from __future__ import annotations

import sqlite3
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import TypeAlias

import numpy as np

from qwen3vl_app.index.milvus_client import MilvusServer
from qwen3vl_app.index.snapshot import forget_space
from qwen3vl_app.messages import NOTHING, Message
from qwen3vl_app.store.belongings import INDEX
from qwen3vl_app.store.connection import Connection
from qwen3vl_app.store.index_sync import SpaceIndex
from qwen3vl_app.store.sender import Sender
from qwen3vl_app.store.served_space import ServedSpace
from qwen3vl_app.store.tables.outbox import read_place
from qwen3vl_app.types import ContentHash, ItemId, Space
from qwen3vl_app.types.vector_place import VectorPlace

OpenSpace: TypeAlias = SpaceIndex | ServedSpace
"""An index in the library's folder, or one on a server."""

MOST_OPEN = 3
"""Indexes that are open at once: of the model that searches, of the one before it, whose space
answers until the new one is filled, and of one that is compared with them. Each holds up to 64 MB
of vectors, and above that maps them and holds its codes: 26 MB for 100,000 of 2048 dimensions."""


class OpenSpaces:
    """Opens the index of a space when it is first named. Callers must hold the library's lock."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._open: OrderedDict[str, OpenSpace] = OrderedDict()
        self._server: MilvusServer | None = None
        self._sender: Sender | None = None
        self.make_server: Callable[[VectorPlace], MilvusServer] = MilvusServer

    def follow_place(self) -> None:
        """Search where the library says; begins to send what waits, if that is a server.

        Another process may have moved the vectors, so every use looks: some 20 µs.
        """
        with self._connection.reading() as conn:
            place = read_place(conn)
        if place == (None if self._server is None else self._server.place):
            return
        self.close()
        self._server = None if place is None else self.make_server(place)
        if self._server is not None and self._connection.writable:
            self._sender = Sender(self._connection, self._server)
            self._connection.when_written = self._sender.wake
            self._server.when_doubtful = self._sender.doubt
            self._sender.start()

    def stop_sending(self) -> None:
        """Send what can be sent in some seconds; the caller must not hold the lock."""
        if self._sender is not None:
            self._sender.stop()
            self._sender.join()

    @property
    def sending_failure(self) -> Message:
        """Why the server is not told of changes at the moment; nothing where it is."""
        return NOTHING if self._sender is None else self._sender.failure

    def of(self, space: Space) -> OpenSpace:
        """The index of a space, equal to what has been committed.

        Costs what ``SpaceIndex`` does where it is not open yet, else nothing. The one that was
        named longest ago is closed where more than ``MOST_OPEN`` would be open.
        """
        self.follow_place()
        found = self._open.get(space.fingerprint)
        if found is None:
            if self._server is None:
                found = SpaceIndex(self._connection, space)
            else:
                found = ServedSpace(self._connection, space, self._server)
            self._open[space.fingerprint] = found
            while len(self._open) > MOST_OPEN:
                self._open.popitem(last=False)[1].close()
        self._open.move_to_end(space.fingerprint)
        if not self._connection.writable:
            found.refresh()
        return found

    def __iter__(self) -> Iterator[OpenSpace]:
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
        if self._sender is not None:
            self._sender.stop()  # which then closes the server
        elif self._server is not None:
            self._server.close()
        self._server = self._sender = None
