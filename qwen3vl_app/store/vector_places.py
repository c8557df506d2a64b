"""Where the vectors of a library are searched: its own folder, or a server they are moved to."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator

import numpy as np

from qwen3vl_app.errors import UsageError, VectorServerError
from qwen3vl_app.index.milvus import MilvusIndex
from qwen3vl_app.index.milvus_client import MilvusServer
from qwen3vl_app.index.protocol import draw
from qwen3vl_app.messages import Message
from qwen3vl_app.store.connection import Connection
from qwen3vl_app.store.open_spaces import OpenSpaces
from qwen3vl_app.store.served_space import disagreeing
from qwen3vl_app.store.tables import outbox
from qwen3vl_app.store.tables.vectors import found_stamp, list_spaces, read_vectors, space_id
from qwen3vl_app.types import Space
from qwen3vl_app.types.vector_place import LOCAL, VectorPlace

log = logging.getLogger(__name__)

LOOKS = 256
"""Vectors of each space that are compared, number by number, before a move counts."""

BATCH = 256
"""Items that are sent together."""

_LIKE = 1e-6
"""How far a number may be from what was sent: servers keep float32 as it is."""

Told = Callable[[int, int], None]
"""Called with how many items are there by now, and how many there are to be."""


class VectorPlaces:
    """Made by ``Library``; thread-safe like it.

    SQLite keeps every vector wherever they are searched, so nothing is ever embedded again, and a
    move that is interrupted costs what it had left to do.
    """

    def __init__(self, connection: Connection, spaces: OpenSpaces) -> None:
        self._connection, self._spaces = connection, spaces

    def now(self) -> VectorPlace | None:
        """The server; None for the library's own folder."""
        with self._connection.reading() as conn:
            return outbox.read_place(conn)

    @property
    def failure(self) -> Message:
        """Why the server is not told of changes at the moment; nothing where it is."""
        return self._spaces.sending_failure

    def use(self, address: str) -> None:
        """Make sure that vectors are searched there; a library that has none may begin there.

        Raises:
            UsageError: They are somewhere else, or the library is open for reading only.
        """
        wanted, now = VectorPlace.read(address), self.now()
        if wanted == now:
            return
        with self._connection.reading() as conn:
            has_some = any(count for _, count in list_spaces(conn))
        asked = LOCAL if wanted is None else str(wanted)
        if has_some:
            place = LOCAL if now is None else str(now)
            raise UsageError(Message.of("vectors.elsewhere", place=place, asked=asked))
        if not self._connection.writable:
            raise UsageError(Message.of("vectors.readonly", asked=asked))
        self._change(wanted)

    def move(self, address: str, told: Told = lambda _done, _total: None) -> list[str]:
        """Search there from now on; to where they are already, mends what differs.

        What is there already is not sent again, so an interrupted move goes on. A sample is
        compared before the library itself is changed.

        Returns:
            Collections that stay behind, because the server that had them does not answer.

        Raises:
            VectorServerError: The server fails, or what it gives back is not what was sent;
                the library is as before.
            LibraryReadOnlyError: The library is open for reading only.
        """
        self._connection.check_writable()
        wanted, now = VectorPlace.read(address), self.now()
        if wanted is not None:
            self._fill(wanted, told)
        if wanted == now:
            return []
        old = [] if now is None else [*self._collections(now)]
        self._change(wanted)
        return [] if now is None else self._dropped(now, old)

    # ------------------------------------------------------------ filling a server

    def _fill(self, place: VectorPlace, told: Told) -> None:
        """Make the server equal to the library, and verify it.

        What this program commits meanwhile changes the stamp, and is sent in another round.
        """
        server = self._spaces.make_server(place)
        try:
            while True:
                with self._connection.reading() as conn:
                    stamp = found_stamp(conn)
                    spaces = [space for space, count in list_spaces(conn) if count]
                for space in spaces:
                    self._fill_space(server, space, told)
                for space in spaces:
                    self._verify(server, space)
                with self._connection.reading() as conn:
                    if found_stamp(conn) == stamp:
                        return
        finally:
            server.close()

    def _fill_space(self, server: MilvusServer, space: Space, told: Told) -> None:
        index = self._index(server, space)
        there = index.marks()
        with self._connection.reading() as conn:
            row = space_id(conn, space)
            if row is None:
                return
            here = outbox.marks(conn, row)
        wrong = np.array(sorted(disagreeing(there, here)), np.int64)
        present = len(here) - len(wrong)
        told(max(present, 0), len(here))
        for begin in range(0, len(wrong), BATCH):
            piece = wrong[begin : begin + BATCH]
            with self._connection.reading() as conn:
                rows = [*outbox.read_rows(conn, row, piece)]
            for one in rows:
                index.upsert(one.ids, one.vectors, one.beside)
            kept = np.concatenate([np.empty(0, np.int64), *(one.ids for one in rows)])
            index.delete(np.setdiff1d(piece, kept))
            told(min(max(present, 0) + begin + len(piece), len(here)), len(here))

    def _verify(self, server: MilvusServer, space: Space) -> None:
        """Compare a sample number by number.

        Raises:
            VectorServerError: Something differs.
        """
        index = self._index(server, space)
        with self._connection.reading() as conn:
            row = space_id(conn, space)
            here = {} if row is None else outbox.marks(conn, row)
            drawn = draw(np.array(sorted(here), np.int64), LOOKS, seed=0)
            stored = {
                item: vector
                for ids, vectors in read_vectors(conn, -1 if row is None else row, drawn)
                for item, vector in zip(ids.tolist(), vectors, strict=True)
            }
        ids, vectors = index.fetch(drawn)
        given = dict(zip(ids.tolist(), vectors, strict=True))
        wrong = sum(
            item not in given or float(np.abs(given[item] - vector).max(initial=0)) > _LIKE
            for item, vector in stored.items()
        )
        wrong += abs(len(index) - len(here))
        if wrong:
            place = str(server.place)
            raise VectorServerError(
                Message.of("vectors.unequal", n=wrong, looked=len(stored), place=place)
            )

    def _index(self, server: MilvusServer, space: Space) -> MilvusIndex:
        with self._connection.reading() as conn:
            name = outbox.collection_of(conn, server.place, space)
        return MilvusIndex(server, name, space.dimension)

    # ------------------------------------------------------------ changing over

    def _change(self, place: VectorPlace | None) -> None:
        with self._connection.lock:
            with self._connection.writing() as conn:
                outbox.write_place(conn, place)
            self._spaces.follow_place()

    def _collections(self, place: VectorPlace) -> Iterator[str]:
        with self._connection.reading() as conn:
            for space, _ in list_spaces(conn):
                yield outbox.collection_of(conn, place, space)

    def _dropped(self, place: VectorPlace, names: list[str]) -> list[str]:
        """Delete what is searched no longer; what the server did not, as far as it answers."""
        server, left = self._spaces.make_server(place), []
        try:
            for name in names:
                try:
                    server.drop(name)
                except VectorServerError as error:
                    log.warning("%s stays on the server: %s", name, error)
                    left.append(name)
        finally:
            server.close()
        return left
