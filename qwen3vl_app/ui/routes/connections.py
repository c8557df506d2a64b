"""Settings › Connections: what programs and assistants may ask here, and what they did ask."""

from __future__ import annotations

from dataclasses import asdict

from fastapi import APIRouter

from qwen3vl_app.services import Services
from qwen3vl_app.ui.recent_calls import RecentCalls
from qwen3vl_app.ui.serialize import Json


def connection_routes(services: Services, calls: RecentCalls) -> APIRouter:
    """``GET /api/connections``."""
    router = APIRouter(prefix="/api")
    settings = services.settings

    @router.get("/connections")
    def connections() -> Json:
        return {
            "api": settings.api,
            "mcp": settings.mcp,
            "password": settings.auth is not None,
            "calls": [asdict(call) for call in calls.newest()],
        }

    return router
