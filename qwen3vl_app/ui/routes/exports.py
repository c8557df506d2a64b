"""Items to take along: a table, a list, or their originals in a ZIP archive.

A browser saves what an address answers, and an address holds no thousands of numbers. So what is
wanted is said first, and fetched once, by a key that nobody can guess.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from threading import Lock

from cachetools import TTLCache
from fastapi import APIRouter, Response
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from qwen3vl_app.media.originals import Originals
from qwen3vl_app.messages import Message
from qwen3vl_app.services import Services
from qwen3vl_app.store.browsing import Described
from qwen3vl_app.types import ItemId
from qwen3vl_app.ui.export_rows import as_csv, as_json
from qwen3vl_app.ui.failures import GoneError, TooBusyError
from qwen3vl_app.ui.lanes import Lane
from qwen3vl_app.ui.routes.chosen import Chosen
from qwen3vl_app.ui.serialize import Json
from qwen3vl_app.ui.zipping import Pieces, zipped

WRITING, MOST_WAITING = 1, 8
"""Requests answered at once, and waiting: each reads up to 10,000 items."""

MOST_KEPT, KEPT_SECONDS = 64, 600
"""Exports that wait to be fetched, and for how long."""

MOST_ARCHIVES = 3
"""Sent at once: each holds a thread and reads files of any size."""


class Format(StrEnum):
    """What an export is."""

    CSV = "csv"
    JSON = "json"
    ZIP = "zip"


_TYPES = {
    Format.CSV: "text/csv; charset=utf-8",
    Format.JSON: "application/json",
    Format.ZIP: "application/zip",
}


class Wanted(Chosen):
    """Items, and as what they are wanted."""

    format: Format


@dataclass(frozen=True, slots=True)
class _Export:
    ids: tuple[ItemId, ...]
    format: Format


def export_routes(services: Services, originals: Originals) -> APIRouter:
    """``POST /api/exports`` and ``GET /api/exports/{key}``."""
    router = APIRouter(prefix="/api/exports")
    lane = Lane(WRITING, MOST_WAITING)
    listings = services.library.listings
    waiting: TTLCache[str, _Export] = TTLCache(MOST_KEPT, KEPT_SECONDS)
    lock = Lock()
    archives = _Archives()

    @router.post("")
    async def order(job: Wanted) -> Response:
        return await lane.change(ordered, job)

    @router.get("/{key}")
    async def fetch(key: str) -> Response:
        with lock:
            export = waiting.get(key)
        if export is None:
            raise GoneError(Message.of("export.gone"))
        return await lane.run(written, export)

    def ordered(job: Wanted) -> Json:
        ids = tuple(job.items(services))
        key = secrets.token_urlsafe(24)
        with lock:
            waiting[key] = _Export(ids, job.format)
        return {"key": key, "items": len(ids)}

    def written(export: _Export) -> Response:
        described = listings.described(export.ids)
        headers = {
            "content-disposition": f'attachment; filename="library.{export.format}"',
            "cache-control": "no-store",
        }
        if export.format is Format.ZIP:
            return archives.sent(archive(described), headers)
        write = as_csv if export.format is Format.CSV else as_json
        return Response(write(described), media_type=_TYPES[export.format], headers=headers)

    def archive(described: list[Described]) -> Pieces:
        contents = dict.fromkeys(one.item.content_hash for one in described)
        files = (services.library.originals(content) for content in contents)
        return zipped(originals, files)

    return router


class _Archives:
    """Bounds how many archives are being sent."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._sent = 0

    def sent(self, pieces: Pieces, headers: Mapping[str, str]) -> Response:
        """The answer that sends these pieces.

        Raises:
            TooBusyError: Too many are being sent already.
        """
        with self._lock:
            if self._sent >= MOST_ARCHIVES:
                raise TooBusyError(Message.of("busy", n=self._sent))
            self._sent += 1
        return _ArchiveResponse(pieces, headers, self._over)

    def _over(self) -> None:
        with self._lock:
            self._sent -= 1


class _ArchiveResponse(StreamingResponse):
    """Sends an archive, and lets go of what it has open, whether the client stays or not."""

    def __init__(
        self,
        pieces: Pieces,
        headers: Mapping[str, str],
        over: Callable[[], None],
    ) -> None:
        super().__init__(pieces, media_type=_TYPES[Format.ZIP], headers=headers)
        self._pieces, self._over = pieces, over

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._pieces.close()
            self._over()
