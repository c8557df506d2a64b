"""Thumbnails, previews and originals, by hash or by the item's id."""

from __future__ import annotations

import re

from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse

from qwen3vl_app.media.originals import Originals
from qwen3vl_app.messages import Message
from qwen3vl_app.services import Services
from qwen3vl_app.types import Item, ItemId, Kind
from qwen3vl_app.ui.access import is_inside
from qwen3vl_app.ui.failures import GoneError
from qwen3vl_app.ui.lanes import Lane
from qwen3vl_app.ui.open_files import OpenFileResponse
from qwen3vl_app.ui.previews import PreviewQueue, open_original
from qwen3vl_app.ui.routes.page import FOR_EVER
from qwen3vl_app.ui.serialize import name_of

_HASH = re.compile(r"[0-9a-f]{32}")

OPENING, MOST_OPENING = 4, 64
"""Originals opened at once, and waiting for that: one on a disk that does not answer, or that has
to be hashed, is no reason for the rest of the page to wait."""

LARGEST_ID = 2**63 - 1
"""SQLite has no larger numbers."""

PAGE_PIXELS = 1600
LARGEST_PREVIEW = 4096
"""Enough for zooming into a page; beyond it one preview would be tens of megabytes."""

BROWSER_TYPES = {
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".jfif": "image/jpeg",
    ".png": "image/png",
    ".apng": "image/png",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".bmp": "image/bmp",
    ".pdf": "application/pdf",
    ".mp4": "video/mp4",
    ".m4v": "video/mp4",
    ".mov": "video/quicktime",
    ".webm": "video/webm",
    ".mkv": "video/x-matroska",
    ".ogv": "video/ogg",
}
"""What a browser may render. Everything else is text or a download: never HTML, never SVG."""

INERT = {"content-security-policy": "default-src 'none'; sandbox"}
"""For originals other than PDF, whose viewer a sandbox would block."""


def media_type(item: Item, suffix: str) -> str:
    """The type under which the original of an item is served."""
    if item.kind is Kind.PASSAGE:
        return "text/plain; charset=utf-8"
    return BROWSER_TYPES.get(suffix.lower(), "application/octet-stream")


def media_routes(services: Services, previews: PreviewQueue, originals: Originals) -> APIRouter:
    """``/m/thumb``, ``/m/full``, ``/m/page`` and ``/m/preview``."""
    router = APIRouter(prefix="/m")
    library = services.library
    opening = Lane(OPENING, MOST_OPENING)

    @router.get("/thumb/{name}")
    def thumb(name: str) -> Response:
        path = library.thumbnail_path(name) if _HASH.fullmatch(name) else None
        if path is None or not is_inside(path, library.thumbnails):
            raise GoneError(Message.of("thumbnail.gone"))
        return FileResponse(path, media_type=BROWSER_TYPES[path.suffix], headers=FOR_EVER)

    @router.get("/full/{item_id}")
    async def full(item_id: int) -> Response:
        item = await run_in_threadpool(known_item, services, item_id)
        original = await opening.run(open_original, library, originals, item)
        kind = media_type(item, original.path.suffix)
        headers = {"cache-control": "private, max-age=3600"}
        return OpenFileResponse(
            original,
            media_type=kind,
            filename=name_of(original.path),
            content_disposition_type="attachment" if kind.endswith("octet-stream") else "inline",
            headers=headers if kind == "application/pdf" else headers | INERT,
        )

    @router.get("/page/{item_id}")
    async def page(request: Request, item_id: int) -> Response:
        return await _preview(request, item_id, PAGE_PIXELS)

    @router.get("/preview/{item_id}")
    async def preview(
        request: Request,
        item_id: int,
        longest: int = Query(PAGE_PIXELS, ge=64, le=LARGEST_PREVIEW),
    ) -> Response:
        return await _preview(request, item_id, longest)

    async def _preview(request: Request, item_id: int, longest: int) -> Response:
        item = await run_in_threadpool(known_item, services, item_id)
        path = await previews.get(request, item, longest)
        headers = {"cache-control": "private, max-age=86400"}
        return FileResponse(path, media_type="image/webp", headers=headers)

    return router


def known_item(services: Services, item_id: int) -> Item:
    """The item with this id.

    Raises:
        GoneError: The library has no such item.
    """
    item = services.library.item(ItemId(item_id)) if abs(item_id) <= LARGEST_ID else None
    if item is None:
        raise GoneError(Message.of("item.gone", item=str(item_id)[:20]))
    return item
