"""How many connections there may be, and which of them has to go.

A connection costs a file descriptor and some memory before it has asked for anything, so their
number is bounded: of all, of one client, and of answers that stay open. At the limit, the one with
the least to lose is closed. So are those that take too long to ask or to read an answer.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
from collections import Counter
from dataclasses import dataclass
from enum import Enum
from typing import Any

import h11
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

log = logging.getLogger(__name__)

HEAD_SECONDS = 15.0
"""Until the whole head of a request must be there; browsers open connections ahead of need, and
open them again where one has gone."""

UNREAD_SECONDS = 5.0
"""For the rest of a body that was refused: time to read why, before the connection is closed."""

STALL_SECONDS = 30.0
"""An answer of which less than ``STALL_BYTES`` could be sent in this time is given up."""

STALL_BYTES = 16 * 2**10
"""About half a kilobyte a second; the slowest mobile networks have ten times that."""

MOST = 512
"""Connections at once: a browser opens six, so these are more people than one computer serves."""

RESERVED = 128
"""File descriptors for everything else: 21 after the start, and up to three for each thread that
reads the library, of which a server has 40 at most."""

FEWEST = 16
"""Connections at least, however few files may be open."""

HEAD_BYTES = 96 * 2**10
"""Of a request's head, where it comes in pieces; ``heads`` says what of it is accepted."""

PIECE = 64 * 2**10
"""Bytes read from a connection at once: what comes in many small chunks holds the others up for
as long as it takes to read them."""

SMALL_CHUNK = 64
"""Bytes under which a chunk of the chunked coding costs more to read than it brings."""

MOST_SMALL_CHUNKS = 4096
"""Of one request: a list sent line by line, not a file sent byte by byte."""


class Stage(Enum):
    """The stage of a request; at the limit, connections are closed in this order."""

    WAITING = 0
    """Nothing has been asked, or not all of it."""

    ANSWERING = 1
    """The answer has begun and stays open: a stream of events, or a slow reader."""

    RECEIVING = 2
    """The body is arriving."""

    WORKING = 3
    """The program works on the answer; these are never closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionLimits:
    """How many connections are held at once."""

    total: int = MOST
    client: int = MOST // 2
    """From one other computer: half, so that no computer can keep all others out."""

    answers: int = MOST // 4
    """Answers to one client that are begun and stay open; a browser holds six."""

    @classmethod
    def for_files(cls, files: int) -> ConnectionLimits:
        """Limits for a process that may have ``files`` open: a connection may need two."""
        total = max(FEWEST, min(MOST, (files - RESERVED) // 2))
        return cls(total=total, client=total // 2, answers=total // 4)


class Connections:
    """Every connection there is. Used on the event loop only."""

    def __init__(self, limits: ConnectionLimits) -> None:
        self.limits = limits
        self._all: dict[Connection, None] = {}
        """In the order of their ``since``, so that the first of a stage is found at once."""

        self._held: Counter[str] = Counter()
        """How many there are of each client."""

    def __len__(self) -> int:
        return len(self._all)

    def add(self, connection: Connection) -> None:
        """A connection has been made."""
        self._all[connection] = None
        self._held[connection.address] += 1

    def remove(self, connection: Connection) -> None:
        """A connection has ended, or is about to; may be called again."""
        if connection in self._all:
            del self._all[connection]
            self._held[connection.address] -= 1
            if not self._held[connection.address]:
                del self._held[connection.address]

    def move_on(self, connection: Connection) -> None:
        """A connection has come to another stage."""
        if connection in self._all:
            del self._all[connection]
            self._all[connection] = None

    def has_room(self) -> bool:
        """Whether one more is accepted, after closing one with less to lose if need be."""
        return len(self._all) < self.limits.total or self.drop_one()

    def has_room_for(self, client: str) -> bool:
        """The same for one client; programs on this computer may use all of it.

        They are this computer's own, or a proxy that stands for everybody.
        """
        if self._held[client] < self.limits.client or _is_loopback(client):
            return True
        return self.drop_one(client)

    def drop_one(self, client: str | None = None) -> bool:
        """End the connection that has least to lose; False where all are being worked on.

        Args:
            client: Only one of this client.
        """
        for stage in (Stage.WAITING, Stage.ANSWERING, Stage.RECEIVING):
            for connection in self._all:
                if connection.stage is stage and client in (None, connection.address):
                    connection.end()
                    return True
        return False

    def sweep(self, now: float) -> None:
        """End what has taken too long, and answers beyond the limit of one client, oldest first.

        Called about once a second; takes a millisecond for ``MOST`` connections.
        """
        for connection in list(self._all):
            if connection.is_overdue(now):
                connection.end()
        open_answers = [one for one in self._all if one.stage is Stage.ANSWERING]
        held = Counter(one.address for one in open_answers)
        for connection in open_answers:
            if held[connection.address] > self.limits.answers:
                held[connection.address] -= 1
                connection.end()


class _Parser(h11.Connection):
    """The parser of HTTP, which refuses bodies in thousands of tiny chunks.

    Each is an event of its own, so that 64 KiB of them hold everybody up for a quarter second.
    """

    _small = 0

    def next_event(self) -> h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]:
        event = super().next_event()
        if isinstance(event, h11.Request):
            self._small = 0
        elif isinstance(event, h11.Data) and event.chunk_start and event.chunk_end:
            self._small += len(event.data) < SMALL_CHUNK
            if self._small > MOST_SMALL_CHUNKS:
                raise h11.RemoteProtocolError("too many small chunks")
        return event


class Connection(H11Protocol):
    """HTTP/1.1 as uvicorn speaks it, with the times by which a connection is judged."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        *,
        registry: Connections,
    ) -> None:
        super().__init__(config, server_state, app_state)
        self.conn = _Parser(h11.SERVER, HEAD_BYTES)
        self._registry = registry
        self._asked: object = None
        self._left = 0
        self._left_at = self.loop.time()
        self.address = ""
        self.since = self.loop.time()
        """When the present stage began, as far as it matters who was first."""

    @property
    def stage(self) -> Stage:
        """How far the request has come."""
        if self.cycle is None or self.cycle.response_complete:
            unsent = self.transport.get_write_buffer_size()
            return Stage.ANSWERING if unsent else Stage.WAITING
        if self.cycle.response_started:
            return Stage.ANSWERING
        return Stage.RECEIVING if self.cycle.more_body else Stage.WORKING

    def is_overdue(self, now: float) -> bool:
        """Whether the client takes too long to ask, to stop sending, or to read."""
        if unsent := self.transport.get_write_buffer_size():
            return self._is_stalled(unsent, now)
        self._left, self._left_at = 0, now
        if self.stage is not Stage.WAITING:
            return False
        unread = self.cycle is not None and self.conn.their_state is h11.SEND_BODY
        return now - self.since > (UNREAD_SECONDS if unread else HEAD_SECONDS)

    def _is_stalled(self, unsent: int, now: float) -> bool:
        if not self._left or unsent > self._left or self._left - unsent >= STALL_BYTES:
            self._left, self._left_at = unsent, now
        return now - self._left_at > STALL_SECONDS

    def end(self) -> None:
        """Close at once; of an answer, what the system has not taken over yet is dropped."""
        self._registry.remove(self)
        self.transport.abort()

    def _move_on(self) -> None:
        self.since = self.loop.time()
        self._registry.move_on(self)

    # ------------------------------------------------------------ called by asyncio and uvicorn

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        transport.max_size = PIECE  # type: ignore[attr-defined]  # of asyncio's own transports
        self.address = client_of(self.client[0] if self.client else "")
        self._registry.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._registry.remove(self)
        super().connection_lost(exc)

    def handle_events(self) -> None:
        super().handle_events()
        if self.cycle is not self._asked:  # a new request
            self._asked = self.cycle
            self._move_on()

    def resume_writing(self) -> None:
        self._left = 0  # what piled up has been sent
        super().resume_writing()

    def on_response_complete(self) -> None:
        self._move_on()
        super().on_response_complete()

    def send_400_response(self, msg: str) -> None:
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            super().send_400_response(msg)
        else:  # an answer has begun
            self.end()
        if self.cycle is not None:  # what the app would still say can no longer be sent
            self.cycle.disconnected = True
            self.cycle.message_event.set()

    def shutdown(self) -> None:
        if self.cycle is None or self.cycle.response_complete:
            self.transport.close()
        else:
            super().shutdown()


def client_of(address: str) -> str:
    """Who is at an address: of IPv6, the network of 64 bits that one subscriber is given."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        if not found.is_loopback:
            return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)


def _is_loopback(client: str) -> bool:
    try:
        return ipaddress.ip_address(client).is_loopback
    except ValueError:
        return False
