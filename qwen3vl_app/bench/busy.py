"""``bench busy``: how long searches take while files are indexed, and with eight at once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from threading import Barrier, BrokenBarrierError
from typing import Any

import orjson

from qwen3vl_app.bench.measures import Measure, machine
from qwen3vl_app.bench.mixed import draw_mixed
from qwen3vl_app.bench.serving import PATIENCE, index_files, serving
from qwen3vl_app.bench.tabs import RECALL_STEP, WORDS, Tab
from qwen3vl_app.errors import BenchError

FILES = 120
"""Indexed beforehand: enough for forty candidates of every kind."""

MORE_FILES = 6000
"""Indexed while searches run; more than can be finished in that time."""

ROUNDS = 8
"""Of each: alone, while indexing, and together, in turn, so that a slow moment touches all."""

SEARCHES = 2
"""Of each round, one after another."""

PEOPLE = 8
DEPTH = {"depth": 40, "top": 20}
GOAL = 1.5
"""Times the quiet time."""


@dataclass(frozen=True, slots=True)
class Wait:
    """How long a person waited, in milliseconds since the question was sent."""

    recall: float
    """Until the recall could be shown."""

    done: float
    """Until all candidates were reranked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BusyReport:
    """What ``bench busy`` prints."""

    machine: dict[str, str]
    measures: tuple[Measure, ...]


class _Crowd:
    """People who search, and never ask the same question twice: scores are kept."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._numbers = count()

    def alone(self) -> list[Wait]:
        """One person, one search after another."""
        return [self._ask() for _ in range(SEARCHES)]

    def together(self, people: int) -> list[Wait]:
        """So many people, each of whom asks at the same moment."""
        with ThreadPoolExecutor(people) as pool:
            return list(pool.map(lambda _: self._ask(), range(people)))

    def beside(self, others: int) -> Wait:
        """One person, who asks while what so many others asked is being reranked."""
        recalled = Barrier(others + 1, timeout=PATIENCE)
        busy: list[bool] = []
        with ThreadPoolExecutor(others) as pool:
            asked = [pool.submit(self._ask, recalled.wait) for _ in range(others)]
            try:
                recalled.wait()
            except BrokenBarrierError as error:
                raise BenchError("Not all searches had a result in time.") from error
            wait = self._ask(lambda: busy.append(not all(one.done() for one in asked)))
        if busy != [True]:
            raise BenchError("Others had their results too soon for a measurement; take more.")
        return wait

    @contextmanager
    def indexing(self) -> Iterator[None]:
        """Index files inside the block only."""
        self._change("/api/index/resume", {})
        self._until("indexing")
        yield
        if self._state() != "indexing":
            raise BenchError("All files were indexed before the searches ended; take more --more.")
        self.pause()

    def pause(self) -> None:
        """Pause indexing after the current batch."""
        self._change("/api/index/pause", {})
        self._until("paused")

    def add(self, folder: Path) -> None:
        """Start indexing a folder."""
        self._change("/api/index/add", {"path": str(folder)})
        self._until("indexing")

    def items(self) -> int:
        """How many the library has by now."""
        return sum(self._status()["items"].values())

    def _ask(self, recalled: Callable[[], object] | None = None) -> Wait:
        number = next(self._numbers)
        recall, steps = 0.0, 0
        with closing(Tab(self._port)) as tab:
            begun = time.perf_counter()
            tab.ask(f"{WORDS[number % len(WORDS)]} number {number}", DEPTH, [])
            for said in tab.messages():
                steps += said == "process_generating"
                if steps == RECALL_STEP and not recall:
                    recall = time.perf_counter() - begun
                    if recalled is not None:
                        recalled()
            if not recall:
                raise BenchError("A search ended without a result.")
            return Wait(recall * 1000, (time.perf_counter() - begun) * 1000)

    def _state(self) -> str:
        state: str = self._status()["index"]["state"]
        return state

    def _status(self) -> dict[str, Any]:
        # a connection of its own each time: servers close those that nothing came over for a while
        with closing(Tab(self._port)) as tab:
            status: dict[str, Any] = orjson.loads(tab.get("/api/index/status"))
            return status

    def _change(self, path: str, body: dict[str, str]) -> None:
        with closing(Tab(self._port)) as tab:
            tab.change(path, body)

    def _until(self, state: str) -> None:
        until = time.monotonic() + PATIENCE
        while (now := self._state()) != state:
            if time.monotonic() > until or now == "failed":
                raise BenchError(f"Indexing is {now}, and was to be {state}.")
            time.sleep(0.05)


def measure_busy(
    files: int = FILES,
    more: int = MORE_FILES,
    rounds: int = ROUNDS,
    people: int = PEOPLE,
    folder: Path | None = None,
) -> BusyReport:
    """Serve a drawn library with the bundled models and search it: quiet, indexing, crowded.

    What all ask in the same moment is answered by the one model there is, so for that no ratio
    is a goal: it says how long the last one waits.

    Everything is in a temporary folder, below ``folder`` if one is given.

    Raises:
        BenchError: The server did not start, or ``more`` files were done before the searches.
    """
    described = machine()
    quiet: list[Wait] = []
    indexing: list[Wait] = []
    together: list[Wait] = []
    beside: list[Wait] = []
    with TemporaryDirectory(dir=folder) as place:
        draw_mixed(Path(place) / "files", files)
        draw_mixed(Path(place) / "more", more)
        index_files(Path(place))
        with serving(Path(place)) as server:
            crowd = _Crowd(server.port)
            crowd.alone()  # warms up
            crowd.add(Path(place) / "more")
            crowd.pause()
            before, seconds = crowd.items(), 0.0
            for _ in range(rounds):
                quiet += crowd.alone()
                with crowd.indexing():
                    begun = time.monotonic()
                    indexing += crowd.alone()
                    seconds += time.monotonic() - begun
                together += crowd.together(people)
                beside += [crowd.beside(people - 1) for _ in range(SEARCHES)]
            pace = (crowd.items() - before) / seconds * 60
    return BusyReport(
        machine=described,
        measures=(
            *_compared("quiet", quiet, None),
            *_compared("while indexing", indexing, quiet),
            Measure(
                name="busy: items indexed meanwhile, a minute",
                value=round(pace),
                unit="",
            ),
            *_compared(f"while {people - 1} others are reranked", beside, quiet, reranked=False),
            *_compared(f"{people} in the same moment", together, None),
        ),
    )


def _compared(
    name: str, waits: list[Wait], quiet: list[Wait] | None, *, reranked: bool = True
) -> Iterator[Measure]:
    """Medians, and how many times the quiet ones they are."""
    recall, done = _medians(waits)
    yield Measure(name=f"busy: recall, {name}", value=round(recall), unit="ms")
    worst = max(one.recall for one in waits)
    yield Measure(name=f"busy: recall, {name}, the longest", value=round(worst), unit="ms")
    yield Measure(name=f"busy: reranked, {name}", value=round(done), unit="ms")
    if quiet is None:
        return
    quiet_recall, quiet_done = _medians(quiet)
    yield _ratio(f"busy: recall, {name}, of quiet", recall / quiet_recall)
    if reranked:
        yield _ratio(f"busy: reranked, {name}, of quiet", done / quiet_done)


def _medians(waits: list[Wait]) -> tuple[float, float]:
    return median(one.recall for one in waits), median(one.done for one in waits)


def _ratio(name: str, value: float) -> Measure:
    return Measure(name=name, value=round(value, 2), unit="x", goal=GOAL, at_least=False)
