"""The guided queries of the sample collection, and the files that some of them ask with."""

from __future__ import annotations

import mimetypes

from fastapi import APIRouter
from fastapi.responses import FileResponse

from qwen3vl_app.messages import Message
from qwen3vl_app.services import Services
from qwen3vl_app.settings import SAMPLE_COLLECTION
from qwen3vl_app.types import ItemFilter
from qwen3vl_app.ui.failures import GoneError
from qwen3vl_app.ui.routes.media import INERT
from qwen3vl_app.ui.serialize import Json
from qwen3vl_app.ui.tour import guided_queries, tour_row

MOST_SAMPLES = 2000
"""Items of the collection that are looked at; the one that comes with the program has 248."""


def tour_routes(services: Services) -> APIRouter:
    """``GET /api/tour`` and ``GET /api/tour/{name}/file``.

    The page uploads that file as if a person had added it, so that no other way leads to a query.
    """
    router = APIRouter(prefix="/api/tour")

    @router.get("")
    def tour() -> Json:
        samples = services.library.list_items(
            ItemFilter(collection=SAMPLE_COLLECTION), limit=MOST_SAMPLES
        )
        stops = [tour_row(query, samples) for query in guided_queries()] if samples else []
        return {"collection": SAMPLE_COLLECTION, "stops": stops}

    @router.get("/{name}/file")
    def file(name: str) -> FileResponse:
        path = next((one.file for one in guided_queries() if one.name == name), None)
        if path is None:
            raise GoneError(Message.of("tour.gone"))
        return FileResponse(path, media_type=mimetypes.guess_type(path)[0], headers=INERT)

    return router
