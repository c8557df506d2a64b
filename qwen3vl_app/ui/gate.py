"""Stands before gradio: lets through what the page uses, as this program wrote it."""

from __future__ import annotations

import mimetypes
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import orjson
from fastapi.concurrency import run_in_threadpool
from starlette.datastructures import Headers, QueryParams
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.types import Message as AsgiMessage

from qwen3vl_app.errors import UsageError
from qwen3vl_app.messages import Message
from qwen3vl_app.ui.access import NO_FILE
from qwen3vl_app.ui.event_bodies import (
    MOST_BYTES,
    Event,
    Json,
    composed,
    composed_call,
    session_of_body,
)
from qwen3vl_app.ui.given_files import GivenFiles
from qwen3vl_app.ui.gradio_surface import API, NOTHING, REACHABLE, Row, Way, reachable
from qwen3vl_app.ui.mcp_messages import known_message
from qwen3vl_app.ui.owners import header_of, is_https
from qwen3vl_app.ui.query_parts import Arriving
from qwen3vl_app.ui.refusing import refuse
from qwen3vl_app.ui.sessions import Sessions

TOO_LONG = Message.of("body.long", limit=MOST_BYTES)

HEADERS = frozenset(
    {
        *(b"host", b"accept", b"accept-encoding", b"content-type", b"content-length", b"range"),
        *(b"if-none-match", b"if-modified-since", b"if-range", b"user-agent", b"connection"),
        b"mcp-protocol-version",
    }
)
"""What gradio sees of a request. It reflects others: ``Origin`` of any port of this computer as
permission for that page to read (CORS), ``X-Forwarded-Host`` as the address of its own files."""

NOTHING_MORE = b'data: {"msg":"close_stream","event_id":null}\n\n'
"""Gradio's own message at the end of a stream (``CloseStreamMessage``)."""

SHOWN = frozenset(
    {
        *("image/png", "image/jpeg", "image/webp", "image/gif", "image/bmp", "image/avif"),
        *("video/mp4", "video/webm", "video/quicktime", "video/ogg"),
    }
)
"""What a browser shows and never runs; everything else it may only save."""


class GradioGate:
    """ASGI middleware: a request without a row in ``REACHABLE`` is answered with 404.

    Args:
        app: Gradio's application.
        events: The page's events by number.
        given: The query files that were given out.
        sessions: Bounds what gradio remembers of browser tabs.
        rows: What is reachable, as ``surface`` gives it.
        names: Host names of a proxy in front, which is trusted about the scheme.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        events: Mapping[int, Event],
        given: GivenFiles,
        sessions: Sessions,
        names: Iterable[str] = (),
        rows: Sequence[Row] = REACHABLE,
    ) -> None:
        self.wrapped = app
        self._rows = rows
        self._events = events
        self._given = given
        self._sessions = sessions
        self._names = frozenset(name.lower() for name in names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request, or let gradio answer it."""
        if scope["type"] == "lifespan":
            await self.wrapped(scope, receive, send)
            return
        row = (
            reachable(scope["method"], scope["path"], self._rows)
            if scope["type"] == "http"
            else None
        )
        if row is None:
            await refuse(scope, receive, send, 404, NOTHING)
        elif row.way is Way.EVENT:
            await self._event(row, scope, receive, send)
        elif row.way is Way.CALL:
            await self._call(scope, receive, send)
        elif row.way is Way.MCP:
            await self._mcp(scope, receive, send)
        elif row.way is Way.STREAM:
            await self._stream(scope, receive, send)
        elif row.way is Way.UPLOAD:
            await self._upload(scope, receive, send)
        elif row.way is Way.FILE:
            await self._file(scope, receive, send)
        else:
            await self.wrapped(self._plain(scope), receive, send)

    async def _event(self, row: Row, scope: Scope, receive: Receive, send: Send) -> None:
        def compose(raw: bytes) -> Json:
            return composed(raw, self._events, self._given, queued=row.queued)

        await self._joined(compose, scope, receive, send)

    async def _call(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A call is an event of a tab that nobody has."""
        name = scope["path"].rpartition("/")[2]

        def compose(raw: bytes) -> Json:
            session = secrets.token_hex(16)
            return composed_call(raw, name, self._events, self._given, session)

        path = f"{API}/queue/join"
        joining = {**scope, "path": path, "raw_path": path.encode()}
        await self._joined(compose, joining, receive, send)

    async def _joined(
        self, compose: Callable[[bytes], Json], scope: Scope, receive: Receive, send: Send
    ) -> None:
        body = await self._read(compose, scope, receive, send)
        if body is None:
            return
        await self._sessions.joined(body["session_hash"])
        await self._handed_on(body, scope, receive, send)

    async def _mcp(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Messages are answered one by one: there is no stream of others to be opened."""
        if scope["method"] != "POST":
            await refuse(scope, receive, send, 405, NOTHING, {"allow": "POST"})
            return
        body = await self._read(known_message, scope, receive, send)
        if body is not None:
            path = f"{API}/mcp/"  # without the slash, gradio answers where it is
            there = {**scope, "path": path, "raw_path": path.encode()}
            await self._handed_on(body, there, receive, send)

    async def _read(
        self, compose: Callable[[bytes], Json], scope: Scope, receive: Receive, send: Send
    ) -> Json | None:
        """The body for gradio; None where it was refused, or the client has left."""
        raw = await _body(receive, MOST_BYTES)
        if raw is None:
            return None
        if len(raw) > MOST_BYTES:
            await refuse(scope, receive, send, 413, TOO_LONG)
            return None
        try:
            return await run_in_threadpool(compose, raw)
        except UsageError as error:
            await refuse(scope, receive, send, 400, error.message)
            return None

    async def _handed_on(self, body: Json, scope: Scope, receive: Receive, send: Send) -> None:
        whole = orjson.dumps(body)
        headers = {b"content-type": b"application/json", b"content-length": b"%d" % len(whole)}
        await self.wrapped(self._plain(scope, headers), _replayed(whole, receive), send)

    async def _stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = QueryParams(scope["query_string"]).get("session_hash")
        try:
            session = session_of_body(asked)
        except UsageError as error:
            await refuse(scope, receive, send, 400, error.message)
            return
        if self._sessions.has_read_all(session):
            # gradio would break off with an error; what the tab asked has been answered
            await Response(NOTHING_MORE, media_type="text/event-stream")(scope, receive, send)
            return
        plain = {**self._plain(scope), "query_string": f"session_hash={session}".encode()}
        with self._sessions.reading(session):
            await self.wrapped(plain, receive, send)

    async def _upload(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        arriving = Arriving(self._given.new_part)
        try:
            await arriving.take(request.headers.get("content-type", ""), request.stream())
            keys = await run_in_threadpool(self._kept, arriving)
        except ClientDisconnect:
            return
        except OSError as error:
            why = Message.of("disk.refused", said=str(error.strerror))
            await refuse(scope, receive, send, 507, why)
        else:
            await JSONResponse(keys)(scope, receive, send)
        finally:
            arriving.discard()

    def _kept(self, arriving: Arriving) -> list[str]:
        return [self._given.add(one.path, one.name).key for one in arriving.files]

    async def _file(self, scope: Scope, receive: Receive, send: Send) -> None:
        key = scope["path"].removeprefix(f"{API}/file=")
        file = await run_in_threadpool(self._given.find, key)
        if file is None:
            await refuse(scope, receive, send, 404, NO_FILE)
            return
        kind, _ = mimetypes.guess_type(file.path.name)
        shown = kind in SHOWN
        response = FileResponse(
            file.path,
            media_type=kind if shown else "application/octet-stream",
            filename=file.path.name,
            content_disposition_type="inline" if shown else "attachment",
            headers={"cache-control": "private, max-age=3600"},
        )
        await response(scope, receive, send)

    def _plain(self, scope: Scope, headers: Mapping[bytes, bytes] | None = None) -> Scope:
        """The request with the headers that are known, and without a query string."""
        whose = header_of(scope)
        own = dict([*(headers or {}).items(), *([whose] if whose else [])])
        known = [(n, v) for n, v in scope["headers"] if n in HEADERS and n not in own]
        return {
            **scope,
            "headers": [*known, *own.items()],
            "query_string": b"",
            "scheme": self._scheme(Headers(scope=scope)),
        }

    def _scheme(self, headers: Headers) -> str:
        """``https`` where a proxy in front, known by name, says that it was asked so."""
        return "https" if is_https(headers, self._names) else "http"


async def _body(receive: Receive, most: int) -> bytes | None:
    """The body, read no further than just beyond ``most`` bytes; None if the client has left."""
    found = bytearray()
    while len(found) <= most:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        found += message.get("body", b"")
        if not message.get("more_body", False):
            break
    return bytes(found)


def _replayed(body: bytes, receive: Receive) -> Receive:
    """Hands out the body once, then what else comes from the client."""
    left: list[AsgiMessage] = [{"type": "http.request", "body": body, "more_body": False}]

    async def next_message() -> AsgiMessage:
        return left.pop() if left else await receive()

    return next_message


def events_of(blocks: Any) -> dict[int, Event]:  # noqa: ANN401  # gradio has no types
    """The events of gradio's page, as a client names them."""
    return {number: _event(number, fn) for number, fn in blocks.fns.items()}


def _event(number: int, fn: Any) -> Event:  # noqa: ANN401
    if not fn.targets:
        inputs = ("value",) * len(fn.inputs)
        name = fn.api_name
        return Event(number, name, None, inputs, queued=True, is_endpoint=True)
    ((source, name),) = fn.targets
    inputs = tuple(
        "box" if one.get_block_name() == "multimodaltextbox" else "choices" for one in fn.inputs
    )
    return Event(number=number, name=name, source=source, inputs=inputs, queued=bool(fn.queue))
