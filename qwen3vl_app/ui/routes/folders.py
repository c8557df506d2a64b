"""Folders that were added, and what is left out of them."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter
from pydantic import BaseModel

from qwen3vl_app.services import Services
from qwen3vl_app.store.encoding import display
from qwen3vl_app.ui.file_keys import key_of
from qwen3vl_app.ui.present import Json


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

    @router.get("/folders")
    def folders() -> list[Json]:
        return [
            {
                "key": key_of(one.path),
                "path": display(one.path),
                "collection": one.collection,
                "watched": one.watched or services.settings.watch,
                "there": one.path.is_dir(),
            }
            for one in services.indexer.folders.all()
        ]

    @router.post("/folders/watch")
    def watch(job: Watch) -> list[Json]:
        services.indexer.folders.watch(Path(job.path), on=job.on)
        return folders()

    @router.post("/folders/rescan")
    def rescan(job: Paths) -> Json:
        paths = None if job.paths is None else [Path(path) for path in job.paths]
        return {"folders": services.indexer.folders.rescan(paths)}

    @router.get("/ignore")
    def patterns() -> Json:
        return {"patterns": list(services.indexer.folders.patterns)}

    @router.put("/ignore")
    def ignore(job: Patterns) -> Json:
        return {"patterns": list(services.indexer.folders.ignore(job.patterns))}

    return router
