"""What the library holds: pages of items, one item in detail, and removing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from qwen3vl_app.errors import AppError
from qwen3vl_app.media.originals import Originals
from qwen3vl_app.services import Services
from qwen3vl_app.store.encoding import display
from qwen3vl_app.types import Item, ItemId, Kind, calendar_time
from qwen3vl_app.types.reading import FILTERS, read_filter
from qwen3vl_app.ui.lanes import Lane
from qwen3vl_app.ui.previews import opened
from qwen3vl_app.ui.routes.collected import collections_of
from qwen3vl_app.ui.routes.in_folder import can_show_in_folder
from qwen3vl_app.ui.routes.media import LARGEST_ID, known_item, media_type
from qwen3vl_app.ui.routes.removals import removed_row
from qwen3vl_app.ui.routes.tags import tags_of
from qwen3vl_app.ui.serialize import (
    Json,
    by_value,
    item_card,
    name_of,
    passage_lines,
    picture_text_row,
    query_words,
    sibling_row,
)

if TYPE_CHECKING:
    from qwen3vl_app.store.library import Library

PAGE = 60
"""Items per page of the Library's grid: two screens of a large display."""

MOST_SIBLINGS = 2000
"""Neighbours sent with one item; covers a film of three hours by moments."""

DETAILS, MOST_WAITING = 4, 64
"""Items looked at in detail at once, and waiting: one of a book or a film takes a second."""

LONGEST_QUERY = 2000
"""Characters of a query whose words are marked."""

MOST_COPIES = 500
"""Paths sent with one item; some contents, such as an empty page, are in a library thousands of
times."""


def item_routes(services: Services, originals: Originals) -> APIRouter:
    """``/api/items``, ``/api/items/{id}``, which filters hide one, and ``/api/counts``."""
    router = APIRouter(prefix="/api")
    library = services.library
    details = Lane(DETAILS, MOST_WAITING)

    @router.get("/items")
    def items(
        request: Request,
        after: Annotated[int | None, Query(le=LARGEST_ID, ge=-LARGEST_ID)] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = PAGE,
        *,
        counted: bool = False,
    ) -> Json:
        given = request.query_params
        where = read_filter({**given, "kinds": given.getlist("kind")})
        last = None if after is None else ItemId(after)
        listed = library.list_items(where, after=last, limit=limit + 1)
        shown = listed[:limit]
        page = {
            "items": [item_card(item) for item in shown],
            "next": int(shown[-1].id) if len(listed) > limit else None,
        }
        return page | {"counts": by_value(library.count_items(where))} if counted else page

    @router.get("/items/{item_id}")
    async def detail(request: Request, item_id: int, q: str = "") -> Response:
        words = query_words(q[:LONGEST_QUERY])
        here = can_show_in_folder(request, services)
        return await details.answer(request, found, item_id, words, here)

    def found(item_id: int, words: list[str], here: bool) -> Json:
        row = item_detail(services, originals, known_item(services, item_id), words)
        return row | {"in_folder": here and row["file"] is not None}

    @router.get("/items/{item_id}/hidden")
    def hidden(request: Request, item_id: int) -> Json:
        item = known_item(services, item_id).id
        given = request.query_params
        return {"by": hidden_by(services, item, {**given, "kinds": given.getlist("kinds")})}

    @router.delete("/items/{item_id}")
    def forget(item_id: int) -> Json:
        item = known_item(services, item_id)
        paths = library.paths_of(item.content_hash) or [item.path]
        removed = services.indexer.folders.remove(paths)
        return removed_row(removed)

    @router.get("/counts")
    def counts() -> Json:
        known = library.counts()
        return {"files": by_value(known.files), "items": by_value(known.items)}

    return router


def item_detail(services: Services, originals: Originals, item: Item, words: list[str]) -> Json:
    """Everything the detail panel shows of one item."""
    library = services.library
    siblings = library.siblings(item.id)
    paths = library.paths_of(item.content_hash) or [item.path]
    file = _file_row(library, originals, item)
    present = paths[0] if file is None else file.pop("path")
    lines = passage_lines(item, siblings) if item.kind is Kind.PASSAGE else []
    shown = name_of if services.settings.read_only else display  # a demo reveals no folders
    return item_card(item, words) | {
        "path": shown(present),
        "copies": [shown(path) for path in paths if path != present][:MOST_COPIES],
        "file": file,
        "text": item.text,
        "read": picture_text_row(library.picture_texts.of([item.id]).get(item.id)),
        "taken": item.taken,
        "tags": tags_of(services, item.id),
        "collections": collections_of(services, item.id),
        "lines": lines,
        "siblings": [sibling_row(other) for other in siblings[:MOST_SIBLINGS]],
    }


def hidden_by(services: Services, item: ItemId, given: Mapping[str, Any]) -> list[str]:
    """The names of the filters, of those in ``given``, that this item does not pass.

    Raises:
        UsageError: A value that means nothing.
    """
    passing = services.library.passing
    if passing([item], read_filter(given)):
        return []
    named = [name for name in FILTERS if given.get(name)]
    alone = [name for name in named if not passing([item], read_filter({name: given[name]}))]
    return alone or named  # of several files with its bytes, each may fail another one


def _file_row(library: Library, originals: Originals, item: Item) -> Json | None:
    """The file that ``/m/full`` would send; None where there is none any more."""
    try:
        with opened(library, originals, item) as original:
            path, status = original.path, original.status
    except AppError:
        return None
    changed = calendar_time(status.st_mtime_ns)
    return {
        "path": path,
        "size": status.st_size,
        "changed": changed.isoformat(timespec="seconds"),
        "type": media_type(item, path.suffix),
    }
