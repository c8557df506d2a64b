"""How the index keeps vectors: measured on this library, changed, and old vectors dropped."""

from __future__ import annotations

from threading import Lock

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from qwen3vl_app.errors import LibraryBusyError
from qwen3vl_app.index.formats import StorageSetting, VectorFormat
from qwen3vl_app.messages import Message
from qwen3vl_app.services import Services
from qwen3vl_app.store.encoding import storable
from qwen3vl_app.store.storage import StorageOption
from qwen3vl_app.types import Space
from qwen3vl_app.ui.lanes import Lane
from qwen3vl_app.ui.message_rows import message_row
from qwen3vl_app.ui.serialize import Json

AT_ONCE, MOST_WAITING = 2, 8
"""Requests answered at once, and waiting: measuring takes seconds, dropping reads all vectors."""

LARGEST_DIMENSION = 2**20
"""No model has as many; the library says which are too many for its own."""


class Change(BaseModel):
    """A way of keeping vectors."""

    dimension: int | None = Field(default=None, ge=1, le=LARGEST_DIMENSION)
    format: VectorFormat
    exact: bool = False


class Drop(BaseModel):
    """Spaces whose vectors are to go, by fingerprint."""

    spaces: list[str]


def storage_routes(services: Services) -> APIRouter:
    """``GET /api/storage`` and ``POST /api/storage/measure``, ``/apply``, ``/drop``."""
    router = APIRouter(prefix="/api/storage")
    storage = services.library.storage
    measuring = Lock()
    lane = Lane(AT_ONCE, MOST_WAITING)

    @router.get("")
    async def now(request: Request) -> Response:
        return await lane.answer(request, storage_row, services)

    @router.post("/measure")
    async def measure(request: Request) -> Response:
        return await lane.answer(request, measured)

    @router.post("/apply")
    async def apply(change: Change) -> Response:
        return await lane.change(applied, change)

    @router.post("/drop")
    async def drop(job: Drop) -> Response:
        return await lane.change(dropped, job)

    def measured() -> Json:
        if not measuring.acquire(blocking=False):
            raise LibraryBusyError(Message.of("storage.measuring"))
        try:
            options = storage.measure(services.models.space())
        finally:
            measuring.release()
        return storage_row(services) | {"options": [option_row(option) for option in options]}

    def applied(change: Change) -> Json:
        storage.apply(StorageSetting(**change.model_dump()))
        return storage_row(services)

    def dropped(job: Drop) -> Json:
        names = [storable(space) for space in job.spaces]
        freed = storage.drop_spaces(names, _searched(services))
        return storage_row(services) | {"freed": freed}

    return router


def storage_row(services: Services) -> Json:
    """How the loaded model's vectors are searched, and the vectors that nothing searches.

    Before the model has loaded, none of them counts as old.
    """
    storage = services.library.storage
    setting = storage.setting()
    searched = _searched(services)
    old = storage.old_spaces(searched) if searched else []
    trash = services.library.trash.size()
    return {
        "trash": {"files": trash.files, "bytes": trash.bytes},
        "line": message_row(storage.describe(next(iter(searched), None))),
        "setting": setting_row(setting),
        "served": services.library.places.now() is not None,
        "old": [
            {
                "space": one.space.fingerprint,
                "model": one.space.model,
                "vectors": one.vectors,
                "bytes": one.bytes,
            }
            for one in old
        ],
    }


def _searched(services: Services) -> list[Space]:
    """The spaces that searches use now; none before the model has loaded."""
    space = services.models.loaded_space()
    return [] if space is None else [space]


def setting_row(setting: StorageSetting) -> Json:
    """A way of keeping vectors."""
    return {
        "dimension": setting.dimension,
        "format": setting.format.value,
        "exact": setting.exact,
    }


def option_row(option: StorageOption) -> Json:
    """What one way was measured to cost and to find."""
    return {
        "setting": setting_row(option.setting),
        "dimension": option.dimension,
        "recall": option.recall,
        "ms": option.milliseconds,
        "measured": option.measured,
        "memory": option.memory_bytes,
        "disk": option.disk_bytes,
        "current": option.current,
    }
