"""Folders that were added, and what is left out of them."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from qwen3vl_app.services import Services
from qwen3vl_app.store.encoding import display, storable
from qwen3vl_app.types.paths import usable_path
from qwen3vl_app.ui.file_keys import key_of
from qwen3vl_app.ui.lanes import Lane
from qwen3vl_app.ui.serialize import Json

CHANGING, MOST_WAITING = 2, 32
"""Requests answered at once, and waiting: a folder may be on a drive that does not answer."""


class Watch(BaseModel):
    """Whether a folder is watched."""

    path: str
    on: bool


class Paths(BaseModel):
    """Folders; None for all."""

    paths: list[str] | None = None


class Patterns(BaseModel):
    """In the syntax of ``.gitignore``."""

    patterns: list[str]


def folder_routes(services: Services) -> APIRouter:
    """``/api/folders`` and ``/api/ignore``."""
    router = APIRouter(prefix="/api")
    lane = Lane(CHANGING, MOST_WAITING)
    known = services.indexer.folders

    @router.get("/folders")
    async def folders(request: Request) -> Response:
        return await lane.answer(request, rows)

    @router.post("/folders/watch")
    async def watch(job: Watch) -> Response:
        def work() -> list[Json]:
            known.watch(usable_path(job.path), on=job.on)
            return rows()

        return await lane.change(work)

    @router.post("/folders/rescan")
    async def rescan(job: Paths) -> Response:
        def work() -> Json:
            paths = None if job.paths is None else [usable_path(path) for path in job.paths]
            return {"folders": known.rescan(paths)}

        return await lane.change(work)

    @router.get("/ignore")
    async def patterns(request: Request) -> Response:
        return await lane.answer(request, lambda: {"patterns": list(known.patterns)})

    @router.put("/ignore")
    async def ignore(job: Patterns) -> Response:
        wanted = [storable(pattern) for pattern in job.patterns]
        return await lane.change(lambda: {"patterns": list(known.ignore(wanted))})

    def rows() -> list[Json]:
        return [
            {
                "key": key_of(one.path),
                "path": display(one.path),
                "collection": one.collection,
                "watched": one.watched or services.settings.watch,
                "there": _is_there(one.path),
                **asdict(services.library.inside(one.path)),
            }
            for one in known.all()
        ]

    return router


def _is_there(folder: Path) -> bool:
    try:
        return folder.is_dir()
    except OSError:  # a drive that refuses to say
        return False
