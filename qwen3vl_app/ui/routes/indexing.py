"""The indexer: what it is doing, and what it is told to do."""

from __future__ import annotations

from pathlib import Path
from threading import Lock
from time import monotonic

from fastapi import APIRouter, Query
from pydantic import BaseModel

from qwen3vl_app.errors import UsageError
from qwen3vl_app.indexing.progress import IndexProgress, IndexState
from qwen3vl_app.services import Services
from qwen3vl_app.settings import SAMPLE_COLLECTION, SAMPLES
from qwen3vl_app.ui.file_keys import path_of
from qwen3vl_app.ui.present import Json, by_value, model_row, outcome_row, progress_row
from qwen3vl_app.ui.sentences import error_row, note_row

COUNTS_SECONDS = 1.0
"""Age at which counts are taken again while indexing: counting is the only part of a status that
touches the disk."""


class Add(BaseModel):
    """A file or folder to index where it is."""

    path: str
    collection: str | None = None


class Retry(BaseModel):
    """Failed files to read again, by key or path; all of them where none is named."""

    keys: list[str] | None = None
    paths: list[str] | None = None

    @property
    def wanted(self) -> list[Path] | None:
        """The paths that are meant."""
        if self.keys is not None:
            return [path_of(key) for key in self.keys]
        return None if self.paths is None else [Path(path) for path in self.paths]


class Forget(BaseModel):
    """Files or folders to take out of the library, by key; on disk they stay."""

    keys: list[str]


class StatusBoard:
    """The page's status, cheap enough to be asked for twice a second. Thread-safe."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._lock = Lock()
        self._taken = -COUNTS_SECONDS
        self._rev = -1
        self._counts: Json = {}

    def now(self) -> Json:
        """Progress, models, counts and collections."""
        progress = self._services.indexer.progress()  # before the counts, which may be newer
        index = progress_row(progress) | {"message": note_row(progress.message)}
        if (trouble := self._services.library.trouble()) is not None:
            # Looked at with every status, so that it is said before something is added in vain.
            index |= {"state": IndexState.FAILED.value, "message": error_row(trouble)}
        return {
            "index": index,
            "models": [model_row(status) for status in self._services.models.status()],
            "writable": self._services.library.writable,
            "read_only": self._services.settings.read_only,
            "notices": list(self._services.library.notices),
            **self._library(progress),
        }

    def _library(self, progress: IndexProgress) -> Json:
        with self._lock:
            # The last status of a run must not be an older one: the page asks rarely after it.
            ended = progress.state is IndexState.IDLE and progress.rev != self._rev
            if ended or monotonic() - self._taken >= COUNTS_SECONDS:
                self._taken, self._rev = monotonic(), progress.rev
                counts = self._services.library.counts()
                self._counts = {
                    "files": by_value(counts.files),
                    "items": by_value(counts.items),
                    "collections": self._services.library.collections(),
                    "tags": self._services.library.tags(),
                }
            return self._counts


def indexing_routes(services: Services) -> APIRouter:
    """``/api/index/*``, ``/api/outcomes`` and ``/api/outcomes/forget``."""
    router = APIRouter(prefix="/api")
    indexer = services.indexer
    board = StatusBoard(services)

    @router.get("/index/status")
    def status() -> Json:
        return board.now()

    @router.post("/index/pause")
    def pause() -> Json:
        indexer.pause()
        return board.now()

    @router.post("/index/resume")
    def resume() -> Json:
        indexer.resume()
        return board.now()

    @router.post("/index/cancel")
    def cancel() -> Json:
        indexer.cancel()
        return board.now()

    @router.post("/index/retry")
    def retry(job: Retry) -> Json:
        indexer.retry(job.wanted)
        return board.now()

    @router.post("/outcomes/forget")
    def forget(job: Forget) -> Json:
        indexer.folders.forget([path_of(key) for key in job.keys])
        return board.now()

    @router.post("/index/add")
    def add(job: Add) -> Json:
        indexer.add([folder_on_this_computer(job.path)], collection=clean_name(job.collection))
        return board.now()

    @router.post("/index/samples")
    def samples() -> Json:
        indexer.add([SAMPLES], collection=SAMPLE_COLLECTION)
        return board.now()

    @router.get("/outcomes")
    def outcomes(only: str | None = None, limit: int = Query(500, ge=1, le=5000)) -> list[Json]:
        library = services.library
        found = library.failures() if only == "failed" else library.outcomes(limit=limit)
        return [outcome_row(outcome) for outcome in found[:limit]]

    return router


def folder_on_this_computer(text: str) -> Path:
    """The file or folder a person typed or pasted.

    Quotes around it, as file managers copy them, and ``~`` are understood.

    Raises:
        UsageError: Nothing was typed, or the path is not absolute or not there.
    """
    cleaned = text.strip().strip("\"'").removeprefix("file://")
    if not cleaned:
        raise UsageError("Type the path of a folder or a file on this computer.", code="path.none")
    path = Path(cleaned).expanduser()
    if not path.is_absolute():
        raise UsageError(
            f"{cleaned} is not a full path; it should begin at the root or with ~.",
            code="path.relative",
            path=cleaned,
        )
    if not path.exists():
        raise UsageError(
            f"{path} is not there; check the spelling.", code="path.absent", path=str(path)
        )
    return path


def clean_name(collection: str | None) -> str | None:
    """A collection's name without surrounding space; None for no collection."""
    name = " ".join((collection or "").split())[:80]
    return name or None
