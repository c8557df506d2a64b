"""Nearly equal pictures, a page of groups at a time. Nothing here changes or deletes anything."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query

from qwen3vl_app.models.protocols import ModelState
from qwen3vl_app.services import Services
from qwen3vl_app.store.encoding import display
from qwen3vl_app.types import DuplicateGroup, Item
from qwen3vl_app.ui.present import Json, item_card, name_of
from qwen3vl_app.ui.reasons import reason_row

PAGE = 30
"""Groups at a time: about as many as two screens show."""

MOST_COPIES = 60
"""Of one group; a burst of more says nothing new."""


def duplicate_routes(services: Services) -> APIRouter:
    """``GET /api/duplicates``."""
    router = APIRouter(prefix="/api")
    library = services.library
    shown = name_of if services.settings.read_only else display  # a demo tells of no folders

    @router.get("/duplicates")
    def duplicates(
        after: Annotated[int, Query(ge=0)] = 0,
        limit: Annotated[int, Query(ge=1, le=100)] = PAGE,
    ) -> Json:
        embedder, _ = services.models.status()
        if library.space is None and embedder.state is ModelState.READY:
            library.use_space(services.models.space())
        found = library.duplicates(after=after, limit=limit + 1)
        return {
            "ready": library.space is not None,
            "groups": [group_row(group, shown) for group in found[:limit]],
            "next": after + limit if len(found) > limit else None,
        }

    return router


def group_row(group: DuplicateGroup, shown: Callable[[Path], str]) -> Json:
    """One group: which to keep, why, and the others; ``shown`` writes their paths."""
    return {
        "keeper": _picture(group.keeper, shown),
        "reason": reason_row(group.reason),
        "copies": [_picture(copy, shown) for copy in group.copies[:MOST_COPIES]],
        "more": max(0, len(group.copies) - MOST_COPIES),
    }


def _picture(item: Item, shown: Callable[[Path], str]) -> Json:
    try:
        size = item.path.stat().st_size
    except OSError:  # it has gone since it was indexed
        size = None
    return item_card(item) | {"path": shown(item.path), "bytes": size}
