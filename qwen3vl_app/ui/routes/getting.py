"""Models to choose from: which there are, and how far those are that are being got."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from qwen3vl_app.models.getting.removing import remove_model
from qwen3vl_app.models.getting.sources import Source
from qwen3vl_app.services import Services
from qwen3vl_app.types.paths import LONGEST, encodable
from qwen3vl_app.ui.known_models import getting, known
from qwen3vl_app.ui.lanes import Lane
from qwen3vl_app.ui.serialize import Json

AT_ONCE, MOST_WAITING = 2, 8
"""Requests answered at once, and waiting: folders of models may be on a drive that is slow."""

Repository = Annotated[str, Field(max_length=LONGEST)]


class Model(BaseModel):
    """A model by its id, such as ``Qwen/Qwen3-VL-Embedding-2B``."""

    repository: Repository

    @property
    def id(self) -> str:
        """The same, fit to be a name of folders.

        Raises:
            UsageError: No file can be called so.
        """
        return encodable(self.repository)


class Get(Model):
    """A model to get; one that was begun goes on from where it was begun, unless told where."""

    source: Source | None = None


def getting_routes(services: Services) -> APIRouter:
    """``/api/models/known`` and ``/getting`` to be asked, ``/get``, ``/pause`` … to be told.

    Getting and pausing are answered at once with how far everything is; cancelling and removing
    delete gigabytes first.
    """
    router = APIRouter(prefix="/api/models")
    lane = Lane(AT_ONCE, MOST_WAITING)
    downloads = services.downloads

    @router.get("/known")
    async def list_known(request: Request) -> Response:
        return await lane.answer(request, known, services)

    @router.get("/getting")
    async def list_getting(request: Request) -> Response:
        return await lane.answer(request, getting, services)

    @router.post("/get")
    async def get(job: Get) -> Response:
        return await changed(lambda: downloads.start(job.id, job.source))

    @router.post("/pause")
    async def pause(job: Model) -> Response:
        return await changed(lambda: downloads.pause(job.id))

    @router.post("/cancel")
    async def cancel(job: Model) -> Response:
        return await changed(lambda: downloads.cancel(job.id))

    @router.post("/remove")
    async def remove(job: Model) -> Response:
        return await lane.change(removed, job)

    async def changed(work: Callable[[], object]) -> Response:
        def done() -> Json:
            work()
            return getting(services)

        return await lane.change(done)

    def removed(job: Model) -> Json:
        freed = remove_model(job.id)
        return known(services) | {"freed": freed}

    return router
