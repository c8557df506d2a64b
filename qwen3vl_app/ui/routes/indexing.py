"""The indexer: what it is doing, and what it is told to do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Lock
from time import monotonic

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from qwen3vl_app.indexing.progress import IndexProgress, IndexState
from qwen3vl_app.messages import Message
from qwen3vl_app.search.discretion import discreet, told
from qwen3vl_app.services import Services
from qwen3vl_app.settings import SAMPLE_COLLECTION, SAMPLES
from qwen3vl_app.store.encoding import display
from qwen3vl_app.types import Outcome
from qwen3vl_app.types.paths import usable_path
from qwen3vl_app.ui.file_keys import path_of
from qwen3vl_app.ui.lanes import Lane
from qwen3vl_app.ui.message_rows import message_row
from qwen3vl_app.ui.pasted_paths import path_on_this_computer
from qwen3vl_app.ui.routes.removals import removed_row
from qwen3vl_app.ui.serialize import Json, by_value, model_rows, outcome_row, progress_row

COUNTS_SECONDS = 1.0
"""Age at which counts are taken again while indexing: counting is the only part of a status that
touches the disk."""


CHANGING, LISTING, MOST_WAITING = 2, 2, 32
"""Requests answered at once, and waiting: a path may be on a drive that does not answer, and
thousands of outcomes take a while to be read."""


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
        return None if self.paths is None else [usable_path(path) for path in self.paths]


class Forget(BaseModel):
    """Files or folders to take out of the library, by key; see ``Folders.remove``."""

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
        index = progress_row(progress) | {"message": self._note(progress.message)}
        if (trouble := self._services.library.trouble()) is not None:
            # Checked with every status, so that the page says it before anything is added.
            said = discreet(trouble) if self._services.settings.read_only else trouble
            index |= {"state": IndexState.FAILED.value, "message": message_row(said.message)}
        remarks = [self._note(notice) for notice in self._notices()]
        return {
            "index": index,
            "models": model_rows(self._services),
            "coming": model_rows(self._services, coming=True),
            "writable": self._services.library.writable,
            "read_only": self._services.settings.read_only,
            "history": self._services.history is not None,
            "notices": [remark["text"] for remark in remarks],
            "remarks": remarks,
            **self._library(progress),
        }

    def _notices(self) -> tuple[Message, ...]:
        """What is to be known of the library, its backups and its pins, once each."""
        keepers = (self._services.keeper, self._services.pin_watch)
        kept = [notice for one in keepers if one is not None for notice in one.notices]
        return tuple(dict.fromkeys((*self._services.library.notices, *kept)))

    def _note(self, message: Message) -> Json:
        return message_row(told(message) if self._services.settings.read_only else message)

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
                    "served": self._services.library.places.now() is not None,
                }
            return self._counts


def indexing_routes(services: Services, board: StatusBoard) -> APIRouter:
    """``/api/index/*``."""
    router = APIRouter(prefix="/api")
    indexer = services.indexer
    changing = Lane(CHANGING, MOST_WAITING)

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
    async def retry(job: Retry) -> Response:
        return await changed(lambda: indexer.retry(job.wanted))

    @router.post("/index/add")
    async def add(job: Add) -> Response:
        return await changed(lambda: _added(services, job))

    @router.post("/index/samples")
    async def samples() -> Response:
        return await changed(lambda: indexer.add([SAMPLES], collection=SAMPLE_COLLECTION))

    async def changed(work: Callable[[], Json | None]) -> Response:
        def done() -> Json:
            said = work() or {}
            return board.now() | said

        return await changing.change(done)

    return router


def _added(services: Services, job: Add) -> Json:
    """Add a path; what it is and where, for it may have been written in many ways."""
    path = path_on_this_computer(job.path)
    services.indexer.add([path], collection=clean_name(job.collection))
    return {"added": {"path": display(path), "is_folder": path.is_dir()}}


def words_routes(services: Services, board: StatusBoard) -> APIRouter:
    """``/api/words/*``: whether words in pictures are being read."""
    router = APIRouter(prefix="/api/words")
    words = services.indexer.words

    @router.post("/pause")
    def pause() -> Json:
        words.pause()
        return board.now()

    @router.post("/resume")
    def resume() -> Json:
        words.resume()
        return board.now()

    return router


def outcome_routes(services: Services, board: StatusBoard) -> APIRouter:
    """``/api/outcomes`` and ``/api/outcomes/forget``."""
    router = APIRouter(prefix="/api")
    folders = services.indexer.folders
    changing, listing = Lane(CHANGING, MOST_WAITING), Lane(LISTING, MOST_WAITING)

    @router.post("/outcomes/forget")
    async def forget(job: Forget) -> Response:
        return await changing.change(forgotten, job)

    def forgotten(job: Forget) -> Json:
        removed = folders.remove([path_of(key) for key in job.keys])
        return board.now() | {"removed": removed_row(removed)}

    @router.get("/outcomes")
    async def outcomes(
        request: Request, only: str | None = None, limit: int = Query(500, ge=1, le=5000)
    ) -> Response:
        chosen = Outcome.FAILED if only == "failed" else None
        return await listing.answer(request, found, chosen, limit)

    def found(chosen: Outcome | None, limit: int) -> list[Json]:
        listed = services.library.outcomes(outcome=chosen, limit=limit)
        return [outcome_row(outcome) for outcome in listed]

    return router


def clean_name(collection: str | None) -> str | None:
    """A collection's name without surrounding space; None for no collection."""
    name = " ".join((collection or "").split())[:80]
    return name or None
