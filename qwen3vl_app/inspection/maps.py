"""The maps of a library: which there are, which is being laid out, what came in since."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from threading import Event, Lock, Thread
from time import monotonic
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from qwen3vl_app.errors import AppError, MapError, MapStoppedError
from qwen3vl_app.index.protocol import Ids
from qwen3vl_app.inspection.map_file import ItemMap, MapFiles
from qwen3vl_app.inspection.map_layout import Places
from qwen3vl_app.inspection.map_newer import NewerItems
from qwen3vl_app.inspection.map_work import make_map
from qwen3vl_app.messages import NOTHING, Message
from qwen3vl_app.store.belongings import MAPS
from qwen3vl_app.types import EVERYTHING, ItemFilter, Space
from qwen3vl_app.types.listing import MapRow

if TYPE_CHECKING:
    from qwen3vl_app.models.service.protocol import ModelService
    from qwen3vl_app.store.library import Library

log = logging.getLogger(__name__)

NO_CLUSTER = 255
"""What stands for the cluster of an item that has none yet."""

_TOLD = 0.05
"""Share of the work from which on the time that is left can be told."""


class MapStage(StrEnum):
    """How far the map of a collection is."""

    EMPTY = "empty"
    """There are no items to lay out, or none is embedded."""

    NONE = "none"
    """Nobody has asked for one."""

    WAITING = "waiting"
    """Another map is being laid out."""

    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(slots=True, eq=False)
class _Job:
    collection: str
    space: Space
    stage: MapStage = MapStage.WAITING
    done: float = 0.0
    begun: float = 0.0
    message: Message = NOTHING
    stop: Event = field(default_factory=Event)
    ids: Ids = field(default_factory=lambda: np.empty(0, np.int64))
    places: Places | None = None
    drawn: int = 0
    """How often places came."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class MapView:
    """What there is of a map now."""

    stage: MapStage
    done: float
    """Of the work, 0 to 1."""

    left: float | None
    """Seconds, as far as that can be told."""

    message: Message
    version: str
    """Another one whenever there is something else to see."""

    total: int
    """Items of the collection."""

    newer: int
    """Items that came in after the map was laid out."""

    made: ItemMap | None
    rows: Sequence[MapRow]
    """Of the N items that are on the map, by id."""

    places: Places
    """(N, 2)."""

    of_each: NDArray[np.uint8]
    """(N,): cluster, or ``NO_CLUSTER``."""


class Maps:
    """Thread-safe. One map is laid out at a time, on a thread that is there as long as it takes.

    Args:
        library: Whose items are laid out; read-only ones keep their maps in memory.
        models: Say which space is meant.
    """

    def __init__(self, library: Library, models: ModelService) -> None:
        self._library = library
        self._models = models
        self._files = MapFiles(library.directory / MAPS, writable=library.writable)
        self._newer = NewerItems(library)
        self._lock = Lock()
        self._jobs: dict[str, _Job] = {}
        self._queue: deque[_Job] = deque()
        self._thread: Thread | None = None
        self._closed = False

    @property
    def waiting(self) -> int:
        """Maps that are being laid out or wait for it."""
        with self._lock:
            return sum(job.stage in _OPEN for job in self._jobs.values())

    def begin(self, collection: str) -> None:
        """Lay out a collection, or with an empty name the library, unless that is going on.

        Raises:
            MapError: Nothing is embedded yet, or there is no item in the collection: whoever may
                ask cannot have something remembered for every name they think of.
        """
        space = self._space()
        if space is None or not self._library.count_items(_where(collection)):
            raise MapError(Message.of("map.vectors"))
        with self._lock:
            known = self._jobs.get(collection)
            if self._closed or (known is not None and known.stage in _OPEN):
                return
            job = _Job(collection, space)
            self._jobs[collection] = job
            self._queue.append(job)
            if self._thread is None:
                self._thread = Thread(target=self._work, name="maps", daemon=True)
                self._thread.start()

    def finished(self, collection: str) -> ItemMap:
        """The map of a collection with all of its items, laid out first if need be.

        Raises:
            MapError: It could not be laid out.
        """
        view = self.view(collection)
        if view.stage is MapStage.EMPTY and view.total:
            raise MapError(Message.of("map.vectors"))
        if view.total and (view.made is None or view.newer or len(view.rows) < len(view.made.ids)):
            self.begin(collection)
            while thread := self._thread:
                thread.join()
            view = self.view(collection)
            if view.stage is not MapStage.DONE:
                raise MapError(view.message)
        return view.made if view.made is not None and view.total else NOTHING_MAPPED

    def stop(self, collection: str) -> None:
        """Stop laying out a collection; what there was before stays."""
        with self._lock:
            job = self._jobs.get(collection)
        if job is not None:
            job.stop.set()
            if job.stage is MapStage.WAITING:
                job.stage = MapStage.STOPPED

    def close(self) -> None:
        """Stop everything; takes a fraction of a second."""
        with self._lock:
            self._closed = True
            jobs, thread = [*self._jobs.values()], self._thread
        for job in jobs:
            job.stop.set()
        if thread is not None:
            thread.join()

    def view(self, collection: str) -> MapView:
        """What there is of a collection's map; 0.1 s for 20,000 items."""
        rows = self._library.listings.map_rows(_where(collection))
        space = self._space()
        with self._lock:
            job = self._jobs.get(collection)
        if job is not None and job.stage is MapStage.DONE and job.space != space:
            job = None
        made = None if space is None else self._files.find(space.fingerprint, collection)
        ids = np.array([row.item for row in rows], np.int64)
        drawn = _Drawn(ids, rows)
        new = np.empty(0, np.int64)
        if made is not None and space is not None:
            new = np.setdiff1d(ids, made.ids)
            drawn.put(made.ids, made.places, made.of_each)
            drawn.put(*self._newer.placed(space, made, new))
        elif job is not None and job.places is not None:
            drawn.put(job.ids, job.places, np.full(len(job.ids), NO_CLUSTER, np.uint8))
        stage = self._stage(job, made, empty=not rows or space is None)
        shown, places, of_each = drawn.shown()
        marks = (id(made), len(new), 0 if job is None or made else job.drawn, hash(tuple(shown)))
        return MapView(
            stage=stage,
            done=0.0 if job is None else job.done,
            left=None if job is None else _left(job),
            message=NOTHING if job is None else job.message,
            version=".".join(f"{one & 0xFFFFFFFFFFFF:x}" for one in marks),
            total=len(rows),
            newer=len(new),
            made=made,
            rows=shown,
            places=places,
            of_each=of_each,
        )

    def _stage(self, job: _Job | None, made: ItemMap | None, *, empty: bool) -> MapStage:
        if empty:
            return MapStage.EMPTY
        if job is None or job.stage is MapStage.DONE:
            return MapStage.NONE if made is None else MapStage.DONE
        return job.stage

    def _space(self) -> Space | None:
        """The space that searches use, or while that is not known, the one with most items."""
        coverage = [one for one in self._library.coverage() if one[1]]
        loaded = self._models.loaded_space()
        for space, _ in coverage:
            if loaded is not None and space.fingerprint == loaded.fingerprint:
                return space
        return max(coverage, key=lambda one: one[1])[0] if coverage else None

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._queue or self._closed:
                    self._thread = None
                    return
                job = self._queue.popleft()
            if not job.stop.is_set():
                self._lay_out(job)

    def _lay_out(self, job: _Job) -> None:
        job.stage, job.begun = MapStage.RUNNING, monotonic()

        def seen(done: float, ids: Ids, places: Places | None) -> None:
            job.done = done
            if places is not None:
                job.ids, job.places, job.drawn = ids, places, job.drawn + 1

        try:
            rows = self._library.listings.map_rows(_where(job.collection))
            ids = np.array([row.item for row in rows], np.int64)
            made = make_map(self._library, job.space, ids, seen, job.stop.is_set)
            self._files.keep(job.space.fingerprint, job.collection, made)
            job.stage = MapStage.DONE
        except MapStoppedError as error:
            job.message, job.stage = error.message, MapStage.STOPPED
        except AppError as error:
            job.message, job.stage = error.message, MapStage.FAILED
        except Exception:
            log.exception("A map could not be laid out")
            job.message, job.stage = Message.of("unexpected"), MapStage.FAILED


NOTHING_MAPPED = ItemMap(
    ids=np.empty(0, np.int64),
    places=np.empty((0, 2), np.float32),
    of_each=np.empty(0, np.uint8),
    clusters=(),
)
"""The map of no items."""

_OPEN = (MapStage.WAITING, MapStage.RUNNING)


class _Drawn:
    """Puts places to the rows of items that are there now."""

    def __init__(self, ids: Ids, rows: Sequence[MapRow]) -> None:
        self._ids, self._rows = ids, rows
        self._places = np.full((len(ids), 2), np.nan, np.float32)
        self._of_each = np.full(len(ids), NO_CLUSTER, np.uint8)

    def put(self, ids: Ids, places: Places, of_each: NDArray[np.uint8]) -> None:
        """Places of these items, those that are gone left out."""
        _, here, there = np.intersect1d(self._ids, ids, assume_unique=True, return_indices=True)
        self._places[here], self._of_each[here] = places[there], of_each[there]

    def shown(self) -> tuple[list[MapRow], Places, NDArray[np.uint8]]:
        """The rows that have a place, their places and clusters."""
        has = np.isfinite(self._places[:, 0])
        rows = [self._rows[at] for at in np.flatnonzero(has).tolist()]
        return rows, self._places[has], self._of_each[has]


def _where(collection: str) -> ItemFilter:
    return ItemFilter(collection=collection) if collection else EVERYTHING


def _left(job: _Job) -> float | None:
    if job.stage is not MapStage.RUNNING or job.done < _TOLD:
        return None
    return (monotonic() - job.begun) * (1 - job.done) / job.done
