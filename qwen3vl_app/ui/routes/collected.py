"""Collections that a person puts an item's file into."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, Field

from qwen3vl_app.services import Services
from qwen3vl_app.types import ItemId
from qwen3vl_app.ui.routes.media import known_item
from qwen3vl_app.ui.serialize import Json


class Collecting(BaseModel):
    """Put an item's file into a collection, or take it out."""

    item: int
    name: str = Field(max_length=1000)
    on: bool


def collected_routes(services: Services) -> APIRouter:
    """``POST /api/collected``; the collections of all items are part of the status."""
    router = APIRouter(prefix="/api")
    library = services.library

    @router.post("/collected")
    def collected(job: Collecting) -> Json:
        item = known_item(services, job.item).id
        if job.on:
            library.collect([item], " ".join(job.name.split()))
        else:
            library.uncollect([item], job.name)
        return {"collections": collections_of(services, item)}

    return router


def collections_of(services: Services, item: ItemId) -> list[str]:
    """The collections of one item."""
    return list(services.library.collections_of([item]).get(item, ()))
