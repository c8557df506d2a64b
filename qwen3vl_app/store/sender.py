"""Sends to a vector server what waits in the outbox, on a thread of its own."""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from qwen3vl_app.errors import AppError
from qwen3vl_app.index.milvus import MilvusIndex
from qwen3vl_app.index.milvus_client import MilvusServer
from qwen3vl_app.index.protocol import draw
from qwen3vl_app.messages import NOTHING, Message
from qwen3vl_app.store.connection import Connection
from qwen3vl_app.store.served_space import disagreeing
from qwen3vl_app.store.tables import outbox
from qwen3vl_app.store.tables.outbox import Job
from qwen3vl_app.store.tables.vectors import list_spaces, searchable_ids, space_id
from qwen3vl_app.types import Space

log = logging.getLogger(__name__)

BATCH = 256
"""Jobs that are sent together: 4 MB at 4096 dimensions."""

FIRST_WAIT, LONGEST_WAIT = 1.0, 30.0
"""Seconds until the server is asked again after it failed; doubled each time."""

COMPARE_AFTER, COMPARE_EVERY = 3.0, 600.0
"""Seconds without anything to send after which both sides are compared, first and then again; a
command that ends sooner costs the server nothing."""

LOOKS = 256
"""Items of each space whose marks are compared where both sides have as many."""

AT_THE_END = 10.0
"""Seconds for which a program that ends goes on sending; the rest waits for the next start."""


class Sender:
    """Makes a server what the library is. Thread-safe; holds no lock while the server is asked.

    A job is forgotten after the server has confirmed it, so a program or server that ends in
    between costs a repetition, which changes nothing.
    """

    def __init__(self, connection: Connection, server: MilvusServer) -> None:
        self._connection, self._server = connection, server
        self._wanted, self._closing = threading.Event(), threading.Event()
        self._doubtful = threading.Event()
        self._doubtful.set()
        self.failure: Message = NOTHING
        """Why nothing is sent at the moment; nothing where all is well."""

        self._thread = threading.Thread(target=self._work, name="sender", daemon=True)

    def start(self) -> None:
        """Begin with what was left over."""
        self._thread.start()
        self.wake()

    def wake(self) -> None:
        """Something may wait."""
        self._wanted.set()

    def doubt(self) -> None:
        """The server may have less than it has confirmed: compare again, once it answers."""
        self._doubtful.set()
        self._wanted.set()

    def stop(self) -> None:
        """End after the request in flight; returns at once."""
        self._closing.set()
        self._wanted.set()

    def join(self) -> None:
        """Wait for the end; the caller must not hold the library's lock."""
        if self._thread.ident is not None and self._thread is not threading.current_thread():
            self._thread.join(AT_THE_END + 2)

    # ------------------------------------------------------------ one step

    def send_some(self) -> bool:
        """Send a batch; False where nothing waits.

        Raises:
            VectorServerError: The server did not take it; it waits still.
        """
        with self._connection.reading() as conn:
            jobs = outbox.waiting(conn, BATCH)
        if not jobs:
            return False
        by_space: defaultdict[int, list[Job]] = defaultdict(list)
        for job in jobs:
            if job.gone:
                self._server.drop(job.gone)
            else:
                by_space[job.space].append(job)
        for space, some in by_space.items():
            self._send(space, some)
        with self._connection.writing() as conn:
            outbox.done(conn, jobs)
        return True

    def compare(self) -> bool:
        """Let what the server lacks or has too much of be sent; False where some are not compared.

        Done after the start, after each failure and now and then: the server, or the library, may
        have been set back to an older state. Counts and some marks are compared, and all marks
        where those differ.
        """
        with self._connection.reading() as conn:
            spaces = [space for space, count in list_spaces(conn) if count]
        skipped = [space for space in spaces if not self._compare(space)]
        return not skipped

    def _compare(self, space: Space) -> bool:
        with self._connection.reading() as conn:
            row = space_id(conn, space)
            if row is None:
                return True
            if outbox.count_waiting(conn, row):
                return False  # counts could not agree
            here = searchable_ids(conn, row)
            looked = draw(here, LOOKS, seed=secrets.randbits(32))
            some = outbox.marks(conn, row, looked)
            index = self._index(outbox.collection_of(conn, self._server.place, space), space)
        if len(index) == len(here) and index.marks(looked) == some:
            return True
        there = index.marks()
        with self._connection.writing() as conn:
            wrong = disagreeing(there, outbox.marks(conn, row))
            outbox.put_items(conn, row, sorted(wrong))
        log.warning("%d items differ on the server and are sent again", len(wrong))
        return True

    def _send(self, space: int, jobs: Sequence[Job]) -> None:
        items = np.unique([job.item for job in jobs]).astype(np.int64)
        with self._connection.reading() as conn:
            known = outbox.space_of(conn, space)
            if known is None:
                return  # dropped; its collection goes by a job of its own
            rows = [*outbox.read_rows(conn, space, items)]
            index = self._index(outbox.collection_of(conn, self._server.place, known), known)
        kept = np.concatenate([np.empty(0, np.int64), *(piece.ids for piece in rows)])
        for piece in rows:
            index.upsert(piece.ids, piece.vectors, piece.beside)
        index.delete(np.setdiff1d(items, kept))

    def _index(self, name: str, space: Space) -> MilvusIndex:
        return MilvusIndex(self._server, name, space.dimension)

    # ------------------------------------------------------------ the thread

    def _work(self) -> None:
        try:
            self._go_on()
        finally:
            self._server.close()

    def _go_on(self) -> None:
        wait = FIRST_WAIT
        while True:
            within = COMPARE_AFTER if self._doubtful.is_set() else COMPARE_EVERY
            idle = not self._wanted.wait(within)
            self._wanted.clear()
            try:
                self._send_all()
                if (idle or self.failure) and not self._closing.is_set():
                    self._doubtful.clear()
                    if not self.compare():  # which notes what is to be sent, and so wakes this
                        self._doubtful.set()
            except AppError as error:
                self.failure = error.message
                log.warning("%s", error)
                self._doubtful.set()  # it may come back without what it had last confirmed
                self._closing.wait(wait)
                wait = min(2 * wait, LONGEST_WAIT)
                self._wanted.set()
            else:
                self.failure, wait = NOTHING, FIRST_WAIT
            if self._closing.is_set():
                return

    def _send_all(self) -> None:
        end: float | None = None
        while self.send_some():
            if self._closing.is_set():
                end = time.monotonic() + AT_THE_END if end is None else end
                if time.monotonic() > end:
                    return
