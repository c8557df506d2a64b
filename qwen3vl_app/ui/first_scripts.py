"""Puts our first scripts at the head of gradio's page, before anything of gradio runs.

What is given to gradio as ``head`` is added by its own scripts, after they have read the browser's
language.
"""

from __future__ import annotations

from collections.abc import Sequence

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEAD = b"<head>"


class FirstScripts:
    """ASGI middleware: the page itself, and nothing else, gets more scripts.

    It is asked for without compression, because it has to be changed; it is the only document
    of that kind and has about 100 kB.
    """

    def __init__(self, app: ASGIApp, *, urls: Sequence[str]) -> None:
        self._app = app
        self._tags = "".join(f'<script src="{url}"></script>' for url in urls).encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and the page back with the scripts."""
        if scope["type"] != "http" or scope["path"] != "/":
            await self._app(scope, receive, send)
            return
        page = _Page(self._tags, send)
        await self._app(_uncompressed(scope), receive, page.take)


class _Page:
    """Holds a document back until it is whole."""

    def __init__(self, tags: bytes, send: Send) -> None:
        self._tags = tags
        self._send = send
        self._start: Message = {}
        self._body = b""

    async def take(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
            return
        self._body += message.get("body", b"")
        if message.get("more_body", False):
            return
        whole = self._body.replace(HEAD, HEAD + self._tags, 1)
        headers = MutableHeaders(raw=list(self._start["headers"]))
        if "content-length" in headers and self._body:
            headers["content-length"] = str(len(whole))
        await self._send({**self._start, "headers": headers.raw})
        await self._send({"type": "http.response.body", "body": whole})


def _uncompressed(scope: Scope) -> Scope:
    headers = [pair for pair in scope["headers"] if pair[0] != b"accept-encoding"]
    return {**scope, "headers": headers}
