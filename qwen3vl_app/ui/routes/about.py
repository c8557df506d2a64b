"""The Settings screen's facts: models, folders, versions, suggested queries."""

from __future__ import annotations

from functools import cache

import orjson
from fastapi import APIRouter

from qwen3vl_app.doctor import versions
from qwen3vl_app.services import Services
from qwen3vl_app.settings import GUIDED_QUERIES, SAMPLE_COLLECTION
from qwen3vl_app.ui.present import Json, model_rows


def about_routes(services: Services) -> APIRouter:
    """``/api/models``, ``/api/about`` and ``/api/suggestions``."""
    router = APIRouter(prefix="/api")

    @router.get("/models")
    def models() -> list[Json]:
        return model_rows(services)

    @router.get("/about")
    def about() -> Json:
        return {
            "models": model_rows(services),
            "library": str(services.library.directory),
            "writable": services.library.writable,
            "spaces": [
                {"model": space.model, "dimension": space.dimension, "items": count}
                for space, count in services.library.spaces()
            ],
            "versions": versions(),
        }

    @router.get("/suggestions")
    def suggestions() -> list[str]:
        known = {name for name, _ in services.library.collections()}
        return suggested_queries() if SAMPLE_COLLECTION in known else []

    return router


@cache
def suggested_queries() -> list[str]:
    """Texts to try on the sample collection; none where it is not installed."""
    if not GUIDED_QUERIES.is_file():
        return []
    rows = orjson.loads(GUIDED_QUERIES.read_bytes())
    return [row["text"] for row in rows if set(row) <= {"text", "note"}][:8]
