"""What was removed: listed, brought back, or deleted for good."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from qwen3vl_app.services import Services
from qwen3vl_app.store.encoding import display
from qwen3vl_app.store.rows import Removal, RemovalId
from qwen3vl_app.store.trash import Removed
from qwen3vl_app.ui.lanes import Lane
from qwen3vl_app.ui.serialize import Json, name_of

CHANGING, MOST_WAITING = 2, 32
"""Requests answered at once, and waiting: a copy that comes back may be of gigabytes."""

MOST_SHOWN = 1000
"""Removals sent to the page; the command line lists all."""

MOST_IDS = 10_000
"""Removals of one request."""

LARGEST = 2**53
"""Of numbers that the page's scripts can tell apart."""

Ids = Annotated[list[Annotated[int, Field(ge=0, le=LARGEST)]], Field(max_length=MOST_IDS)]


class Chosen(BaseModel):
    """Removals by their numbers."""

    ids: Ids


class Discarded(BaseModel):
    """Removals by their numbers; None for all."""

    ids: Ids | None = None


def removal_routes(services: Services) -> APIRouter:
    """``/api/removed``, ``/api/removed/restore`` and ``/api/removed/discard``."""
    router = APIRouter(prefix="/api/removed")
    lane = Lane(CHANGING, MOST_WAITING)
    trash = services.library.trash

    @router.get("")
    async def removed(request: Request) -> Response:
        return await lane.answer(request, rows)

    @router.post("/restore")
    async def restore(job: Chosen) -> Response:
        return await lane.change(restored, job)

    @router.post("/discard")
    async def discard(job: Discarded) -> Response:
        return await lane.change(discarded, job)

    def rows() -> list[Json]:
        return [removal_row(one) for one in trash.all()[:MOST_SHOWN]]

    def restored(job: Chosen) -> Json:
        paths = services.indexer.folders.restore([RemovalId(number) for number in job.ids])
        return {"paths": paths, "rows": rows()}

    def discarded(job: Discarded) -> Json:
        chosen = None if job.ids is None else [RemovalId(number) for number in job.ids]
        return {"files": trash.discard(chosen), "rows": rows()}

    return router


def removed_row(removed: Removed) -> Json:
    """What a removal has done, as the page says it."""
    return {"ids": list(removed.ids), "files": removed.files, "copies": removed.copies}


def removal_row(removal: Removal) -> Json:
    """One row of what was removed."""
    return {
        "id": removal.id,
        "name": name_of(removal.path),
        "path": display(removal.path),
        "kind": removal.kind.value,
        "stays": removal.stays,
        "files": removal.files,
        "bytes": removal.bytes,
        "removed": removal.removed,
        "until": removal.until,
        "thumb": removal.thumbnail,
    }
