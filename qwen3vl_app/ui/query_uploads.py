"""Pictures and clips of queries are taken from anybody who may search: within bounds."""

from __future__ import annotations

from pathlib import Path

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.types import Message as AsgiMessage

from qwen3vl_app.messages import Message
from qwen3vl_app.ui.connections import client_of
from qwen3vl_app.ui.query_room import BUSY, QueryRoom, Upload
from qwen3vl_app.ui.refusing import refuse
from qwen3vl_app.ui.uploading import Arriving, CutOffError, take_in

__all__ = ["BUSY", "KEPT", "LARGEST", "LARGEST_IN_PUBLIC", "NO_LENGTH", "UPLOAD"]

UPLOAD = "/gradio_api/upload"

LARGEST = 2**30
"""Bytes of one upload: a clip of an hour. Files for the library take another way in."""

LARGEST_IN_PUBLIC = 2**26
"""The same where the page is for searching only: a picture, or a clip of a minute."""

KEPT = 2 * 2**30
"""Bytes of all query files together; the oldest go first, and those of yesterday go anyhow."""

NO_LENGTH = Message.of("upload.length")


class QueryUploadGuard:
    """ASGI middleware: what query files take on the disk stays within ``kept`` bytes.

    Room is made as bytes arrive, whatever an upload announces, and by deleting no more than it
    takes; see ``QueryRoom``.

    Args:
        app: What takes the upload.
        folder: Where query files are.
        largest: Bytes of one upload.
        kept: Bytes of all query files.
        share: Bytes of one client's query files; half of all unless given.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        folder: Path,
        largest: int = LARGEST,
        kept: int = KEPT,
        share: int | None = None,
    ) -> None:
        self._app = app
        self._folder = folder
        self._largest = largest
        self._room = QueryRoom(folder, kept=kept, share=kept // 2 if share is None else share)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass other requests on; take an upload where there is room, or say why not."""
        if scope["type"] != "http" or scope["path"] != UPLOAD or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        length = headers.get("content-length", "")
        if not length.isdecimal():
            await refuse(scope, receive, send, 411, NO_LENGTH)
        elif int(length[:20]) > self._largest:
            said = _too_large(int(length[:20]), self._largest)
            await refuse(scope, receive, send, said.status, said.why)
        else:
            await self._take(scope, receive, send)

    async def _take(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = client_of((scope.get("client") or ("",))[0])
        upload = await run_in_threadpool(self._room.begin, client)
        body = _Counted(receive, upload, self._room, self._largest)
        answer = _Answer(send, self._folder)
        try:
            await take_in(self._app, scope, body, answer)
        finally:
            self._room.end(upload, answer.paths())


class _Counted(Arriving):
    """An upload whose bytes are counted as they arrive."""

    def __init__(self, receive: Receive, upload: Upload, room: QueryRoom, largest: int) -> None:
        super().__init__(receive)
        self._upload = upload
        self._room = room
        self._largest = largest

    async def look(self, message: AsgiMessage) -> None:
        piece = message.get("body", b"")
        if self._upload.size + len(piece) > self._largest:
            raise _too_large(self._upload.size + len(piece), self._largest)
        if not self._room.fits(self._upload, len(piece)):
            await run_in_threadpool(self._room.make_room, self._upload)


class _Answer:
    """``send``, which reads along where the files were put."""

    def __init__(self, send: Send, folder: Path) -> None:
        self._send = send
        self._folder = folder
        self._taken = False
        self._body = b""

    async def __call__(self, message: AsgiMessage) -> None:
        if message["type"] == "http.response.start":
            self._taken = message["status"] == 200
        else:
            self._body += message.get("body", b"")
        await self._send(message)

    def paths(self) -> list[Path]:
        """The files that were stored."""
        return [self._folder / one for one in orjson.loads(self._body)] if self._taken else []


def _too_large(size: int, most: int) -> CutOffError:
    return CutOffError(Message.of("query.large", size=size, limit=most), status=413)
