"""How many connections there may be, and which of them has to go.

A connection costs a file descriptor and some memory before it has asked for anything, so their
number is bounded: of all, of one client, and of answers that stay open. Where one too many comes,
the one goes that has least to lose. Whoever takes too long to ask, or to read an answer, goes too.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
from collections import Counter
from dataclasses import dataclass
from enum import IntEnum
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
"""For the rest of a body that nobody wants: time to read why, before the connection ends."""

STALL_SECONDS = 30.0
"""An answer of which less than ``STALL_BYTES`` could be sent in this time is given up."""

STALL_BYTES = 16 * 2**10
"""About half a kilobyte a second; the slowest mobile networks have ten times that."""

MOST = 512
"""Connections at once: a browser opens six, so these are more people than one computer serves."""

RESERVED = 128
"""File descriptors for everything else: the library, readers, models; measured at 45 to 70."""

FEWEST = 16
"""Connections at least, however few files may be open."""

HEAD_BYTES = 96 * 2**10
"""Of a request's head, where it comes in pieces; ``heads`` says what of it is accepted."""


class Stage(IntEnum):
    """How far a request has come; in the order in which connections go where one too many came."""

    WAITING = 0
    """Nothing has been asked, or not all of it."""

    ANSWERING = 1
    """The answer has begun and stays open: a stream of events, or a slow reader."""

    RECEIVING = 2
    """The body is arriving."""

    WORKING = 3
    """The program works on the answer; these never have to go."""


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
        self._all: set[Connection] = set()

    def __len__(self) -> int:
        return len(self._all)

    def add(self, connection: Connection) -> None:
        """A connection has been made."""
        self._all.add(connection)

    def remove(self, connection: Connection) -> None:
        """A connection has ended, or is about to; may be called again."""
        self._all.discard(connection)

    def has_room(self) -> bool:
        """Whether one more may come, after one with less to lose has gone if need be."""
        return len(self._all) < self.limits.total or self.drop_one(self._all)

    def has_room_for(self, client: str) -> bool:
        """The same for one client; programs on this computer may use all of it.

        They are this computer's own, or a proxy that stands for everybody.
        """
        if _is_loopback(client):
            return True
        own = [one for one in self._all if one.address == client]
        return len(own) < self.limits.client or self.drop_one(own)

    def drop_one(self, candidates: set[Connection] | list[Connection] | None = None) -> bool:
        """End the connection that has least to lose; False where all are being worked on."""
        among = self._all if candidates is None else candidates
        ranked = ((one.stage, one.since, one) for one in among)
        stage, _, first = min(ranked, key=lambda row: row[:2], default=(Stage.WORKING, 0.0, None))
        if first is None or stage is Stage.WORKING:
            return False
        first.end()
        return True

    def sweep(self, now: float) -> None:
        """End what has taken too long, and answers beyond the limit of one client, oldest first.

        Called about once a second; takes a millisecond for ``MOST`` connections.
        """
        for connection in list(self._all):
            if connection.is_overdue(now):
                connection.end()
        open_answers = [one for one in self._all if one.stage is Stage.ANSWERING]
        held = Counter(one.address for one in open_answers)
        for connection in sorted(open_answers, key=lambda one: one.since):
            if held[connection.address] > self.limits.answers:
                held[connection.address] -= 1
                connection.end()


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
        """Close at once; what has not been sent is dropped."""
        self._registry.remove(self)
        self.transport.abort()

    # ------------------------------------------------------------ called by asyncio and uvicorn

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.address = client_of(self.client[0] if self.client else "")
        self._registry.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._registry.remove(self)
        super().connection_lost(exc)

    def handle_events(self) -> None:
        super().handle_events()
        if self.cycle is not self._asked:  # a new request
            self._asked = self.cycle
            self.since = self.loop.time()

    def resume_writing(self) -> None:
        self._left = 0  # what piled up has been sent
        super().resume_writing()

    def on_response_complete(self) -> None:
        self.since = self.loop.time()
        super().on_response_complete()

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
