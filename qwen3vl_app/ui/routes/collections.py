"""Collections: listed, made, renamed, deleted. Their files stay whatever becomes of them."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, Field

from qwen3vl_app.services import Services
from qwen3vl_app.types.reading import LONGEST_NAME
from qwen3vl_app.ui.serialize import Json


class Collection(BaseModel):
    """A collection by its name."""

    name: str = Field(max_length=LONGEST_NAME)


class Renaming(Collection):
    """A collection, and what it is to be called."""

    new: str = Field(max_length=LONGEST_NAME)


def collection_routes(services: Services) -> APIRouter:
    """``GET /api/collections`` and ``POST /api/collections/make``, ``/rename``, ``/delete``."""
    router = APIRouter(prefix="/api/collections")
    library = services.library

    @router.get("")
    def rows() -> list[Json]:
        return [{"name": name, "items": count} for name, count in library.collections()]

    @router.post("/make")
    def make(job: Collection) -> list[Json]:
        library.listings.make_collection(" ".join(job.name.split()))
        return rows()

    @router.post("/rename")
    def rename(job: Renaming) -> list[Json]:
        library.listings.rename_collection(job.name, " ".join(job.new.split()))
        return rows()

    @router.post("/delete")
    def delete(job: Collection) -> list[Json]:
        library.listings.delete_collection(job.name)
        return rows()

    return router
