"""What the library takes on its disk."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from qwen3vl_app.services import Services
from qwen3vl_app.store.disk_use import measure
from qwen3vl_app.ui.lanes import Lane
from qwen3vl_app.ui.serialize import Json, by_value

MEASURING, MOST_WAITING = 1, 4
"""Requests answered at once, and waiting: each looks at every thumbnail."""


def disk_routes(services: Services) -> APIRouter:
    """``GET /api/disk``."""
    router = APIRouter(prefix="/api")
    lane = Lane(MEASURING, MOST_WAITING)

    @router.get("/disk")
    async def disk(request: Request) -> Response:
        return await lane.answer(request, measured)

    def measured() -> Json:
        use = measure(services.library.directory)
        return {"bytes": by_value(use.bytes), "free": use.free}

    return router
