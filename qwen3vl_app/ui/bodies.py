"""How many bytes a request may bring, by route, and how slowly.

What is not a file is received whole before anything else sees it, so that a body that is too
large, too slow or no plain JSON costs no more than its limit. Files pass through as they arrive;
here they are only held to the pace, and their own routes hold them to a size.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.types import Message as AsgiMessage

from qwen3vl_app.messages import Message
from qwen3vl_app.ui.gradio_surface import API, NOTHING, REACHABLE, Row, reachable
from qwen3vl_app.ui.guard import OWN_PREFIXES
from qwen3vl_app.ui.plain_json import NotPlainError, check_plain
from qwen3vl_app.ui.refusing import refuse
from qwen3vl_app.ui.uploading import CutOffError, Pace, PacedFiles

BODILESS = frozenset({"GET", "HEAD", "OPTIONS", "DELETE", "TRACE", "CONNECT"})
"""Methods whose bodies mean nothing here."""

USUAL = 64 * 2**10
"""Bytes of what our scripts send: a path, a name, a list of patterns. Also for unknown routes."""

PATHS = 2**20
"""Bytes of a list of files: the 5,000 that the page shows at most, at 200 each."""

OFFER = 4 * 2**20
"""Bytes of 2,000 names of a folder, at 500 each, with the lists of patterns that apply to them."""

QUESTION = 256 * 2**10
"""Bytes of an event of the page: all its texts at their longest, twice, in most scripts."""

ROUTES: Mapping[str, int | None] = {
    "/api/upload": None,
    "/api/upload/done": PATHS,
    "/api/upload/undo": PATHS,
    "/api/upload/offer": OFFER,
    "/api/index/retry": PATHS,
    "/api/outcomes/forget": PATHS,
    "/api/removed/restore": PATHS,
    "/api/removed/discard": PATHS,
    "/api/folders/rescan": PATHS,
    "/api/chosen/tag": PATHS,
    "/api/chosen/collect": PATHS,
    "/api/chosen/remove": PATHS,
    "/api/exports": PATHS,
    "/api/hits/seen": QUESTION,
    "/api/hits/cost": QUESTION,
    "/api/hits/evidence": QUESTION,
    "/api/balance": PATHS,
    "/api/comparison": PATHS,
    "/api/judging/import": OFFER,
    "/gradio_api/upload": None,
    "/gradio_api/queue/join": QUESTION,
    "/gradio_api/run/predict": QUESTION,
    "/gradio_api/call/search": QUESTION,
    "/gradio_api/mcp": QUESTION,
    "/gradio_api/mcp/": QUESTION,
}
"""Most bytes by path; None for files."""

OFF_THREAD = 32 * 2**10
"""Bytes of JSON that are read on the event loop; more would keep others waiting."""


class BodyGuard:
    """ASGI middleware: 413 to bodies over the limit, 408 to slow ones, 400 to odd JSON."""

    def __init__(self, app: ASGIApp, *, rows: Sequence[Row] = REACHABLE) -> None:
        self._app = app
        self._rows = rows
        self._files = PacedFiles(app)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its whole body, or say what is wrong with it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif is_unused(scope["method"], scope["path"], self._rows):
            await refuse(scope, receive, send, 404, NOTHING)  # whatever its body is
        elif (most := limit_of(scope["method"], scope["path"])) is None:
            await self._files(scope, receive, send)
        else:
            await self._take(scope, receive, send, most)

    async def _take(self, scope: Scope, receive: Receive, send: Send, most: int) -> None:
        try:
            body = await _whole(scope, receive, most)
            if body is not None and scope["path"].startswith((*OWN_PREFIXES, API)):
                await _check(body)
        except _TooLargeError as error:
            await refuse(scope, receive, send, 413, error.why)
        except NotPlainError as error:
            await refuse(scope, receive, send, 400, error.why)
        except CutOffError as error:
            if not error.gone:
                await refuse(scope, receive, send, 408, error.why)
        else:
            await self._app(scope, receive if body is None else _Replay(body, receive), send)


def is_unused(method: str, path: str, rows: Sequence[Row] = REACHABLE) -> bool:
    """Whether this is an address of gradio that is not served."""
    return path.startswith(f"{API}/") and reachable(method, path, rows) is None


def limit_of(method: str, path: str) -> int | None:
    """Bytes that the body of a request may have; None for a file, which has its own limit."""
    if method in BODILESS:
        return 0
    return ROUTES.get(path, USUAL)


class _TooLargeError(Exception):
    """The body has more bytes than its route takes."""

    def __init__(self, path: str, most: int, size: int | None = None) -> None:
        where = path[:200]
        if size is None:
            self.why = Message.of("body.larger", path=where, limit=most)
        else:
            self.why = Message.of("body.large", path=where, size=size, limit=most)
        super().__init__(str(self.why))


async def _whole(scope: Scope, receive: Receive, most: int) -> bytes | None:
    """The body, read once; None if none was announced.

    Raises:
        _TooLargeError: It is announced to have, or has, more than ``most`` bytes.
        CutOffError: It does not arrive.
    """
    headers = Headers(scope=scope)
    announced = headers.get("content-length", "")
    if announced.isdecimal() and int(announced[:20]) > most:
        raise _TooLargeError(scope["path"], most, int(announced[:20]))
    if not announced.isdecimal() and "transfer-encoding" not in headers:
        return None
    pace, body = Pace(receive), bytearray()
    more = True
    while more:
        message = await pace()
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > most:
            raise _TooLargeError(scope["path"], most)
    return bytes(body)


async def _check(body: bytes) -> None:
    if len(body) > OFF_THREAD:
        await run_in_threadpool(check_plain, body)
    elif body:
        check_plain(body)


@dataclass(slots=True)
class _Replay:
    """``receive`` for the app: the body at once, then whether the client is still there."""

    body: bytes | None
    receive: Receive

    async def __call__(self) -> AsgiMessage:
        if self.body is None:
            return await self.receive()
        body, self.body = self.body, None
        return {"type": "http.request", "body": body, "more_body": False}
