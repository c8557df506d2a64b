"""Thumbnails, previews and originals, by hash or by the item's id."""

from __future__ import annotations

import os
import re
import stat

from fastapi import APIRouter, Query, Response
from fastapi.responses import FileResponse

from qwen3vl_app.services import Services
from qwen3vl_app.types import Item, ItemId, Kind, calendar_time
from qwen3vl_app.ui.access import is_inside
from qwen3vl_app.ui.failures import GoneError
from qwen3vl_app.ui.previews import PreviewCache, file_of
from qwen3vl_app.ui.routes.page import FOR_EVER

_HASH = re.compile(r"[0-9a-f]{32}")

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


class OriginalResponse(FileResponse):
    """A file of a person's, whose time may be one that no header can tell, such as 30,000 AD."""

    def set_stat_headers(self, stat_result: os.stat_result) -> None:
        told = int(calendar_time(stat_result.st_mtime_ns).timestamp())
        if told != int(stat_result.st_mtime):
            fields = [*stat_result][: stat.ST_CTIME + 1]  # the ten that are whole numbers
            fields[stat.ST_MTIME] = told
            stat_result = os.stat_result(fields)
        super().set_stat_headers(stat_result)


def media_routes(services: Services, previews: PreviewCache) -> APIRouter:
    """``/m/thumb``, ``/m/full``, ``/m/page`` and ``/m/preview``."""
    router = APIRouter(prefix="/m")
    library = services.library

    @router.get("/thumb/{name}")
    def thumb(name: str) -> Response:
        path = library.thumbnail_path(name) if _HASH.fullmatch(name) else None
        if path is None or not is_inside(path, library.thumbnails):
            raise GoneError("There is no such thumbnail.")
        return FileResponse(path, media_type=BROWSER_TYPES[path.suffix], headers=FOR_EVER)

    @router.get("/full/{item_id}")
    def full(item_id: int) -> Response:
        item = known_item(services, item_id)
        path = file_of(library, item)
        kind = media_type(item, path.suffix)
        headers = {"cache-control": "private, max-age=3600"}
        return OriginalResponse(
            path,
            media_type=kind,
            filename=path.name,
            content_disposition_type="attachment" if kind.endswith("octet-stream") else "inline",
            headers=headers if kind == "application/pdf" else headers | INERT,
        )

    @router.get("/page/{item_id}")
    def page(item_id: int) -> Response:
        return _preview(item_id, PAGE_PIXELS)

    @router.get("/preview/{item_id}")
    def preview(
        item_id: int, longest: int = Query(PAGE_PIXELS, ge=64, le=LARGEST_PREVIEW)
    ) -> Response:
        return _preview(item_id, longest)

    def _preview(item_id: int, longest: int) -> Response:
        item = known_item(services, item_id)
        path = previews.get(item, longest=longest)
        headers = {"cache-control": "private, max-age=86400"}
        return FileResponse(path, media_type="image/webp", headers=headers)

    return router


def known_item(services: Services, item_id: int) -> Item:
    """The item with this id.

    Raises:
        GoneError: The library has no such item.
    """
    item = services.library.item(ItemId(item_id))
    if item is None:
        raise GoneError(
            f"Item {item_id} is not in the library any more; search again.",
            code="item.gone",
            item=item_id,
        )
    return item
