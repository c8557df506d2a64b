"""Pictures and clips of queries are taken from anybody who may search: within bounds."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from threading import Lock

from fastapi.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from qwen3vl_app.ui.access import refuse

UPLOAD = "/gradio_api/upload"

LARGEST = 2**30
"""Bytes of one upload: a clip of an hour. Files for the library take another way in."""

LARGEST_IN_PUBLIC = 2**26
"""The same where the page is for searching only: a picture, or a clip of a minute."""

KEPT = 2 * 2**30
"""Bytes of all query files together; the oldest go first, and those of yesterday go anyhow."""

NO_LENGTH = "An upload must say how long it is (Content-Length)."
BUSY = "Too many pictures and clips are arriving at once; try again in a minute."


class QueryUploadGuard:
    """ASGI middleware: what query files take on the disk stays within ``kept`` bytes.

    Room is made before an upload is received, and is held for it until it has ended, so uploads
    under way count as well.
    """

    def __init__(
        self, app: ASGIApp, *, folder: Path, largest: int = LARGEST, kept: int = KEPT
    ) -> None:
        self._app = app
        self._folder = folder
        self._largest = largest
        self._kept = kept
        self._lock = Lock()
        self._arriving = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass other requests on; take an upload where there is room, or say why not."""
        if scope["type"] != "http" or scope["path"] != UPLOAD or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        length = Headers(scope=scope).get("content-length", "")
        if not length.isdecimal():
            await refuse(scope, receive, send, 411, NO_LENGTH)
        elif (size := int(length)) > self._largest:
            await refuse(scope, receive, send, 413, self._too_large(size))
        elif not await run_in_threadpool(self._reserve, size):
            await refuse(scope, receive, send, 503, BUSY)
        else:
            try:
                await self._app(scope, receive, send)
            finally:
                with self._lock:
                    self._arriving -= size

    def _too_large(self, size: int) -> str:
        return (
            f"These pictures and clips have {size:,} bytes, over the limit of {self._largest:,} "
            "of a query; choose smaller ones."
        )

    def _reserve(self, size: int) -> bool:
        """Make room, deleting the oldest files; False where what arrives already fills it."""
        with self._lock:
            if self._arriving + size > self._kept:
                return False
            self._arriving += size
            self._sweep(self._kept - self._arriving)
            return True

    def _sweep(self, most: int) -> None:
        found = []
        for path in self._folder.rglob("*"):
            with suppress(OSError):  # it has just gone, or is a link that leads nowhere
                if path.is_file():
                    status = path.lstat()
                    found.append((status.st_mtime_ns, status.st_size, path))
        total = sum(size for _, size, _ in found)
        for _, size, path in sorted(found):
            if total <= most:
                return
            path.unlink(missing_ok=True)
            with suppress(OSError):  # the folder named by its hash, if nothing else is in it
                if path.parent != self._folder:
                    path.parent.rmdir()
            total -= size
