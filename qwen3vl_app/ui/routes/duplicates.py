"""Nearly equal pictures, a page of groups at a time. Nothing here changes or deletes anything."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query, Request, Response

from qwen3vl_app.services import Services
from qwen3vl_app.store.encoding import display
from qwen3vl_app.types import DuplicateGroup, Item
from qwen3vl_app.ui.lanes import Lane
from qwen3vl_app.ui.message_rows import message_row
from qwen3vl_app.ui.serialize import Json, item_card, name_of

if TYPE_CHECKING:
    from qwen3vl_app.store.library import Library

PAGE = 30
"""Groups at a time: about as many as two screens show."""

LOOKING, MOST_WAITING = 1, 8
"""Requests answered at once, and waiting: finding the groups anew takes seconds."""

MOST_GROUPS = 10**9
"""More than there are files."""

MOST_COPIES = 60
"""Of one group; a burst of more says nothing new."""


def duplicate_routes(services: Services) -> APIRouter:
    """``GET /api/duplicates``."""
    router = APIRouter(prefix="/api")
    library = services.library
    lane = Lane(LOOKING, MOST_WAITING)
    shown = name_of if services.settings.read_only else display  # a demo reveals no folders

    @router.get("/duplicates")
    async def duplicates(
        request: Request,
        after: Annotated[int, Query(ge=0, le=MOST_GROUPS)] = 0,
        limit: Annotated[int, Query(ge=1, le=100)] = PAGE,
    ) -> Response:
        return await lane.answer(request, found, after, limit)

    def found(after: int, limit: int) -> Json:
        space = services.models.loaded_space()
        groups = [] if space is None else library.duplicates(space, after=after, limit=limit + 1)
        return {
            "ready": space is not None,
            "groups": [group_row(library, group, shown) for group in groups[:limit]],
            "next": after + limit if len(groups) > limit else None,
        }

    return router


def group_row(library: Library, group: DuplicateGroup, shown: Callable[[Path], str]) -> Json:
    """One group: which to keep, why, and the others; ``shown`` writes their paths."""
    return {
        "keeper": _picture(library, group.keeper, shown),
        "reason": message_row(group.reason),
        "copies": [_picture(library, copy, shown) for copy in group.copies[:MOST_COPIES]],
        "more": max(0, len(group.copies) - MOST_COPIES),
    }


def _picture(library: Library, item: Item, shown: Callable[[Path], str]) -> Json:
    size = next(_sizes(library, item), None)
    return item_card(item) | {"path": shown(item.path), "bytes": size}


def _sizes(library: Library, item: Item) -> Iterator[int]:
    """Bytes of the files that the item is in and that are still there."""
    for original in library.originals(item.content_hash):
        with suppress(OSError, ValueError):
            yield original.path.stat().st_size
