"""What the library holds: pages of items, one item in detail, and forgetting."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request

from qwen3vl_app.services import Services
from qwen3vl_app.store.encoding import display
from qwen3vl_app.types import Item, ItemId, Kind, calendar_time
from qwen3vl_app.ui.filters import read_filter
from qwen3vl_app.ui.present import (
    Json,
    by_value,
    item_card,
    name_of,
    passage_lines,
    query_words,
    sibling_row,
)
from qwen3vl_app.ui.routes.media import known_item, media_type
from qwen3vl_app.ui.routes.tags import tags_of

PAGE = 60
"""Items per page of the Library's grid: two screens of a large display."""

MOST_SIBLINGS = 2000
"""Neighbours sent with one item; covers a film of three hours by moments."""


def item_routes(services: Services) -> APIRouter:
    """``/api/items``, ``/api/items/{id}`` and ``/api/collections``."""
    router = APIRouter(prefix="/api")
    library = services.library

    @router.get("/items")
    def items(
        request: Request,
        after: int | None = None,
        limit: Annotated[int, Query(ge=1, le=200)] = PAGE,
    ) -> Json:
        given = request.query_params
        where = read_filter({**given, "kinds": given.getlist("kind")})
        last = None if after is None else ItemId(after)
        found = library.list_items(where, after=last, limit=limit + 1)
        shown = found[:limit]
        return {
            "items": [item_card(item) for item in shown],
            "next": int(shown[-1].id) if len(found) > limit else None,
        }

    @router.get("/items/{item_id}")
    def detail(item_id: int, q: str = "") -> Json:
        return item_detail(services, known_item(services, item_id), query_words(q))

    @router.delete("/items/{item_id}")
    def forget(item_id: int) -> Json:
        item = known_item(services, item_id)
        paths = library.paths_of(item.content_hash) or [item.path]
        return {"files": services.indexer.folders.forget(paths)}

    @router.get("/collections")
    def collections() -> list[Json]:
        return [{"name": name, "items": count} for name, count in library.collections()]

    @router.get("/counts")
    def counts() -> Json:
        known = library.counts()
        return {"files": by_value(known.files), "items": by_value(known.items)}

    return router


def item_detail(services: Services, item: Item, words: list[str]) -> Json:
    """Everything the detail panel shows of one item."""
    library = services.library
    siblings = library.siblings(item.id)
    paths = list(dict.fromkeys([item.path, *library.paths_of(item.content_hash)]))
    present = next((path for path in paths if path.is_file()), None)
    lines = passage_lines(item, siblings) if item.kind is Kind.PASSAGE else []
    shown = name_of if services.settings.read_only else display  # a demo tells of no folders
    return item_card(item, words) | {
        "path": shown(present or item.path),
        "copies": [shown(path) for path in paths if path != (present or item.path)],
        "file": None if present is None else _file_row(present, item),
        "text": item.text,
        "taken": item.taken,
        "tags": tags_of(services, item.id),
        "lines": lines,
        "siblings": [sibling_row(other) for other in siblings[:MOST_SIBLINGS]],
    }


def _file_row(path: Path, item: Item) -> Json:
    stat = path.stat()
    changed = calendar_time(stat.st_mtime_ns)
    return {
        "size": stat.st_size,
        "changed": changed.isoformat(timespec="seconds"),
        "type": media_type(item, path.suffix),
    }
