"""What the head of a request may hold: its address and its headers, before anything reads them."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

from qwen3vl_app.messages import NOTHING, Message
from qwen3vl_app.ui.refusing import refuse

LONGEST_PAGE_ADDRESS = 64 * 2**10
"""Bytes of the page's own address, in which a whole question stands: 8,000 characters of any
script, percent-encoded at up to eight bytes each."""

LONGEST_ADDRESS = 16 * 2**10
"""Bytes of every other address; the page's own longest has 10, with 1,000 items of a map in it."""

MOST_HEADERS = 100
"""Browsers send about 20, proxies add about 10."""

MOST_HEADER_BYTES = 32 * 2**10
"""Of all headers together: cookies of other programs at this host name come along."""


class HeadGuard:
    """ASGI middleware: answers 414 to long addresses and 431 to many or long headers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or say what of it is too long."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif found := _too_long_address(scope):
            await refuse(scope, receive, send, 414, found)
        elif found := _too_many_headers(scope["headers"]):
            await refuse(scope, receive, send, 431, found)
        else:
            await self._app(scope, receive, send)


def _too_long_address(scope: Scope) -> Message:
    path = scope.get("raw_path") or scope["path"].encode()
    length = len(path) + len(scope["query_string"])
    most = LONGEST_PAGE_ADDRESS if scope["path"] == "/" else LONGEST_ADDRESS
    return NOTHING if length <= most else Message.of("address.long", size=length, limit=most)


def _too_many_headers(headers: list[tuple[bytes, bytes]]) -> Message:
    if len(headers) > MOST_HEADERS:
        return Message.of("headers.many", n=len(headers), limit=MOST_HEADERS)
    size = sum(len(name) + len(value) for name, value in headers)
    if size <= MOST_HEADER_BYTES:
        return NOTHING
    return Message.of("headers.long", size=size, limit=MOST_HEADER_BYTES)
