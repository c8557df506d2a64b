"""Loading again a model that has failed."""

from __future__ import annotations

from fastapi import APIRouter

from qwen3vl_app.services import Services
from qwen3vl_app.ui.serialize import Json, model_row


def model_routes(services: Services) -> APIRouter:
    """``POST /api/models/retry``; answers at once with the models as they are."""
    router = APIRouter(prefix="/api/models")

    @router.post("/retry")
    def retry() -> list[Json]:
        services.models.retry()
        return [model_row(status) for status in services.models.status()]

    return router
