"""What is done to several items at once: each a single request, all of it or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from qwen3vl_app.errors import UsageError
from qwen3vl_app.messages import Message
from qwen3vl_app.services import Services
from qwen3vl_app.store.browsing import MOST_CHOSEN
from qwen3vl_app.store.encoding import storable
from qwen3vl_app.types import ItemId
from qwen3vl_app.types.reading import LONGEST_NAME
from qwen3vl_app.ui.lanes import Lane
from qwen3vl_app.ui.routes.removals import LARGEST, removed_row
from qwen3vl_app.ui.serialize import Json

CHANGING, MOST_WAITING = 1, 8
"""Requests answered at once, and waiting: each changes up to ``MOST_CHOSEN`` items."""


class Chosen(BaseModel):
    """Items by their numbers."""

    ids: list[Annotated[int, Field(ge=0, le=LARGEST)]] = Field(
        min_length=1, max_length=MOST_CHOSEN
    )
    whole: bool = False
    """Each stands for all items of its file."""

    def items(self, services: Services) -> Sequence[ItemId]:
        """The items that are meant, less those that are gone.

        Raises:
            UsageError: None of them is there any more.
        """
        ids = [ItemId(number) for number in self.ids]
        found = (
            services.library.listings.of_their_files(ids)
            if self.whole
            else list(services.library.items(ids))
        )
        if not found:
            raise UsageError(Message.of("chosen.gone"))
        return found


class Named(Chosen):
    """Give items a name, or take it away: that of a tag or of a collection."""

    name: str = Field(max_length=LONGEST_NAME)
    on: bool


def chosen_routes(services: Services) -> APIRouter:
    """``POST /api/chosen/tag``, ``/collect`` and ``/remove``."""
    router = APIRouter(prefix="/api/chosen")
    lane = Lane(CHANGING, MOST_WAITING)
    library = services.library

    @router.post("/tag")
    async def tag(job: Named) -> Response:
        return await lane.change(tagged, job)

    @router.post("/collect")
    async def collect(job: Named) -> Response:
        return await lane.change(collected, job)

    @router.post("/remove")
    async def remove(job: Chosen) -> Response:
        return await lane.change(removed, job)

    def tagged(job: Named) -> Json:
        items = job.items(services)
        if job.on:
            changed = library.tag(items, " ".join(job.name.split()))
        else:
            changed = library.untag(items, job.name)
        return {"items": len(items), "changed": changed}

    def collected(job: Named) -> Json:
        items = job.items(services)
        name = " ".join(job.name.split())
        if job.on:
            return {"items": len(items), "changed": library.collect(items, name)}
        if job.name not in dict(library.collections()):
            raise UsageError(Message.of("collection.unknown", name=storable(name)))
        return {"items": len(items), "changed": library.uncollect(items, job.name)}

    def removed(job: Chosen) -> Json:
        items = job.items(services)
        paths = library.listings.paths(items)
        ids = library.listings.of_their_files(items)
        row = removed_row(services.indexer.folders.remove(paths))
        return row | {"items": [int(item) for item in ids]}

    return router
