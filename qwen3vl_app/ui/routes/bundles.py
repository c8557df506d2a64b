"""A finished search to take along, as one page of HTML or as JSON."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from fastapi import APIRouter, Request, Response

from qwen3vl_app.doctor import versions
from qwen3vl_app.inspection.bundle import bundle
from qwen3vl_app.inspection.bundle_page import bundle_json, bundle_page
from qwen3vl_app.services import Services
from qwen3vl_app.types.run import Owner, RunId
from qwen3vl_app.ui.lanes import Lane, while_there
from qwen3vl_app.ui.own_runs import own_run
from qwen3vl_app.ui.routes.history import Known, Number

WRITING, MOST_WRITING = 1, 4
"""Bundles made at once, and waiting: each is some megabytes in memory."""

SAVED_ONLY = {
    "content-security-policy": "default-src 'none'; sandbox",
    "cache-control": "private, no-store",
}
"""A browser saves the page; opened at our address, none of its scripts may run."""


class Format(StrEnum):
    """What a bundle is written as."""

    HTML = "html"
    JSON = "json"


_TYPES = {Format.HTML: "text/html; charset=utf-8", Format.JSON: "application/json"}


def bundle_routes(services: Services) -> APIRouter:
    """``GET /api/runs/{run}/bundle``; everybody takes their own runs along."""
    router = APIRouter(prefix="/api/runs/{run}")
    lane = Lane(WRITING, MOST_WRITING)

    @router.get("/bundle")
    async def fetch(
        request: Request,
        owner: Known,
        run: Number,
        format: Format = Format.HTML,  # noqa: A002  # the name in the address
        language: Literal["en", "zh"] = "en",
    ) -> Response:
        def written() -> bytes:
            found = _bundle(services, RunId(run), owner)
            return bundle_json(found) if format is Format.JSON else bundle_page(found, language)

        content = await while_there(request, lane.run(written))
        named = f'attachment; filename="search-{run}.{format.value}"'
        headers = {"content-disposition": named, **SAVED_ONLY}
        return Response(content, media_type=_TYPES[format], headers=headers)

    return router


def _bundle(services: Services, run: RunId, owner: Owner) -> dict[str, object]:
    kept = own_run(services, run, owner)
    return bundle(services.library, services.reader, kept, versions(), owner=owner)
