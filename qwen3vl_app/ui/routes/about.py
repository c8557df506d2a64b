"""The Settings screen's facts: models, folders, versions."""

from __future__ import annotations

from fastapi import APIRouter

from qwen3vl_app.doctor import versions
from qwen3vl_app.services import Services
from qwen3vl_app.ui.serialize import Json, model_rows


def about_routes(services: Services) -> APIRouter:
    """``/api/models`` and ``/api/about``."""
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

    return router
