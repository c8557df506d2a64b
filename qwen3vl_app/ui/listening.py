"""Takes connections in, as many as can be served, and serves them until told to stop.

asyncio's own way of accepting has no limit; where files run out (``EMFILE``) it writes a traceback
for each place in its backlog, every second. Here one connection is accepted at a time.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import signal
import socket
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from starlette.types import ASGIApp
from uvicorn import Config, Server

from qwen3vl_app.ui.connections import (
    Connection,
    ConnectionLimits,
    Connections,
    client_of,
)
from qwen3vl_app.ui.quiet import OncePerMinute

log = logging.getLogger(__name__)

SWEEP_SECONDS = 1.0
"""Between two looks at all connections."""

RETRY_SECONDS = 0.2
"""Until the next try where no connection could be taken in."""

GRACE_SECONDS = 3
"""For answers that are being sent when the program is told to stop."""

BUSY = (
    b"HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/json\r\nretry-after: 5\r\n"
    b"connection: close\r\ncontent-length: 83\r\n\r\n"
    b'{"error":"Too many connections come from your computer; close some and try again."}'
)
"""To a client that holds too many connections, all of them at work."""

SHORT_OF = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
"""Errors of ``accept`` that mean the computer has run out of a resource."""


class Listener:
    """Accepts on one socket for as long as the server runs. Used on the event loop only."""

    def __init__(
        self, sock: socket.socket, registry: Connections, config: Config, server: Server
    ) -> None:
        self._socket = sock
        self._registry = registry
        self._config = config
        self._server = server
        self._task = asyncio.create_task(self._accept(), name="accept connections")

    def close(self) -> None:
        """Accept no more."""
        self._task.cancel()

    async def wait_closed(self) -> None:
        """Return once nothing is accepted any more."""
        with suppress(asyncio.CancelledError):
            await self._task

    async def _accept(self) -> None:
        loop = asyncio.get_running_loop()
        self._socket.setblocking(False)
        while True:
            try:
                sock, address = await loop.sock_accept(self._socket)
            except OSError as error:
                await self._wait_after(error)
                continue
            try:
                await self._take(loop, sock, client_of(str(address[0])))
            except asyncio.CancelledError:
                sock.close()
                raise
            except OSError as error:
                sock.close()
                await self._wait_after(error)
            except Exception:  # whatever it is, the next client must be let in
                sock.close()
                log.exception("A connection could not be taken in")

    async def _take(self, loop: asyncio.AbstractEventLoop, sock: socket.socket, who: str) -> None:
        if not self._registry.has_room_for(who):
            _refuse(sock)
            return
        while not self._registry.has_room():  # all are at work: the others wait to be accepted
            await asyncio.sleep(RETRY_SECONDS)
        sock.setblocking(False)
        await loop.connect_accepted_socket(self._protocol, sock)

    def _protocol(self) -> Connection:
        server = self._server
        return Connection(
            self._config, server.server_state, server.lifespan.state, registry=self._registry
        )

    async def _wait_after(self, error: OSError) -> None:
        """Wait until the resource is free; the connection idle longest is closed to free some."""
        if error.errno in SHORT_OF:
            log.warning("No further connection can be taken in for now (%s).", error.strerror)
            self._registry.drop_one()
            await asyncio.sleep(RETRY_SECONDS)
        else:  # the client has gone again, or its address cannot be reached
            await asyncio.sleep(0)


def _refuse(sock: socket.socket) -> None:
    sock.setblocking(False)
    with suppress(OSError):
        sock.send(BUSY)
    sock.close()


class BoundedServer(Server):
    """uvicorn's server, taking connections in as ``Connections`` allows.

    Args:
        app: What answers.
        limits: How many connections there may be.
        proxied: Whether a proxy on this computer is believed who its clients are.
    """

    def __init__(self, app: ASGIApp, limits: ConnectionLimits, *, proxied: bool = False) -> None:
        super().__init__(
            Config(
                app,
                http="h11",
                ws="none",
                log_level="warning",
                proxy_headers=proxied,
                timeout_graceful_shutdown=GRACE_SECONDS,
            )
        )
        self.registry = Connections(limits)
        self.was_terminated = False
        """Whether SIGTERM ended it."""

        self._swept = 0.0
        for name in ("uvicorn.error", "asyncio", __name__):
            logging.getLogger(name).addFilter(OncePerMinute())

    async def startup(self, sockets: Sequence[socket.socket] | None = None) -> None:
        """Begin to accept on ``sockets``, which listen already."""
        await self.lifespan.startup()
        if self.lifespan.should_exit:
            sys.exit(3)  # as uvicorn does
        self.servers: Any = [  # closed and waited for by uvicorn
            Listener(sock, self.registry, self.config, self) for sock in sockets or ()
        ]
        self.started = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the connections; ``run`` returns also after SIGTERM, so that all can be closed.

        uvicorn would send the signal once more, and nothing after it would run.
        """
        await super().shutdown(sockets)
        self.was_terminated = signal.SIGTERM in self._captured_signals
        self._captured_signals = [one for one in self._captured_signals if one != signal.SIGTERM]

    async def on_tick(self, counter: int) -> bool:
        """Called ten times a second by uvicorn; True ends the server."""
        now = asyncio.get_running_loop().time()
        if now - self._swept >= SWEEP_SECONDS:
            self._swept = now
            self.registry.sweep(now)
        return await super().on_tick(counter)
