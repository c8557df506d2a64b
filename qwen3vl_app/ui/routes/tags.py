"""Tags that a person gives to items."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, Field

from qwen3vl_app.services import Services
from qwen3vl_app.types import ItemId
from qwen3vl_app.ui.routes.media import known_item
from qwen3vl_app.ui.serialize import Json


class Tagging(BaseModel):
    """Give a tag to an item, or take it away."""

    item: int
    name: str = Field(max_length=1000)
    on: bool


def tag_routes(services: Services) -> APIRouter:
    """``POST /api/tags``; the tags of all items are part of the status."""
    router = APIRouter(prefix="/api")
    library = services.library

    @router.post("/tags")
    def tag(job: Tagging) -> Json:
        item = known_item(services, job.item).id
        if job.on:
            library.tag([item], " ".join(job.name.split()))
        else:
            library.untag([item], job.name)
        return {"tags": tags_of(services, item)}

    return router


def tags_of(services: Services, item: ItemId) -> list[str]:
    """The tags of one item."""
    return list(services.library.tags_of([item]).get(item, ()))
