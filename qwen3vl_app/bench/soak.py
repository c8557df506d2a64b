"""``bench soak``: browser tabs come and go for half an hour; does the server grow?"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from qwen3vl_app.bench.measures import Measure, machine
from qwen3vl_app.bench.mixed import draw_mixed
from qwen3vl_app.bench.serving import Server, index_files, serving
from qwen3vl_app.bench.tabs import HABITS, Tab, Visit
from qwen3vl_app.errors import BenchError

MINUTES = 30.0
SESSIONS = 5000
FILES = 60
"""Drawn for the library: enough for forty hits, and indexed within a minute."""

AT_ONCE = 4
"""Tabs open at the same time."""

SECONDS = 1.0
"""Between two looks at the server's memory."""

GROWTH_MB = 1.0
"""A minute, up or down, over the second half."""

GROWTH_DESCRIPTORS = 0.5
"""Per minute: flat, apart from one connection more or less at either end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One look at the server."""

    second: float
    resident: float
    """Megabytes (10**6 bytes) of the server's own process, without those that read files."""

    descriptors: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Minute:
    """What a minute was like; shorter where the whole run is."""

    until: float
    """Minutes since the first tab."""

    sessions: int
    resident: float
    """Megabytes, median."""

    descriptors: int
    """Most at any time."""

    recall_p50: float
    """Milliseconds until the recall could be shown; 0 if it was not waited for."""

    recall_p95: float
    errors: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SoakReport:
    """What ``bench soak`` prints."""

    machine: dict[str, str]
    measures: tuple[Measure, ...]
    minutes: tuple[Minute, ...]
    errors: tuple[str, ...]
    """The first few, in words."""


def measure_soak(
    minutes: float = MINUTES,
    sessions: int = SESSIONS,
    files: int = FILES,
    folder: Path | None = None,
) -> SoakReport:
    """Serve a drawn library with the bundled models, to ``sessions`` tabs over ``minutes``.

    Everything is in a temporary folder, below ``folder`` if one is given. Nobody reads all that a
    tab may: some leave in the middle, some never listen, some break off an upload.

    Raises:
        BenchError: The system does not say what a process holds, or the server did not start.
    """
    if not Path("/proc/self/status").exists():
        raise BenchError(
            "What a process holds in memory is read from /proc, which only Linux has."
        )
    described = machine()
    with TemporaryDirectory(dir=folder) as place:
        draw_mixed(Path(place) / "files", files)
        index_files(Path(place))
        with serving(Path(place)) as server:
            samples, visits = _soaked(server, minutes * 60, sessions)
    return SoakReport(
        machine=described,
        measures=_measures(samples, visits, sessions),
        minutes=tuple(_by_minute(samples, visits)),
        errors=tuple(visit.error for visit in visits if visit.error)[:10],
    )


@dataclass
class _Run:
    """State shared by the threads of a run."""

    server: Server
    begun: float
    until: float
    pace: float
    """Seconds between two tabs."""

    sessions: int
    turns: Iterator[int] = field(default_factory=count)
    visits: list[Visit] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def visit(self) -> None:
        """Open tabs one after another, each at its time."""
        while True:
            with self.lock:
                turn = next(self.turns)
            due = self.begun + turn * self.pace
            if turn >= self.sessions or due > self.until:
                return
            time.sleep(max(0.0, due - time.monotonic()))
            if time.monotonic() > self.until:
                return
            visit = Tab(self.server.port).spend(HABITS[turn % len(HABITS)], turn)
            with self.lock:
                self.visits.append(visit.at(time.monotonic() - self.begun))


def _soaked(
    server: Server, seconds: float, sessions: int
) -> tuple[Sequence[Sample], Sequence[Visit]]:
    begun = time.monotonic()
    run = _Run(server, begun, begun + seconds, seconds / sessions, sessions)
    threads = [threading.Thread(target=run.visit, name=f"tab {n}") for n in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    samples = [_look(server, begun)]
    while any(thread.is_alive() for thread in threads):
        time.sleep(SECONDS)
        samples.append(_look(server, begun))
    samples.append(_look(server, begun))  # after the last tab, so that every visit has its minute
    return samples, run.visits


def _look(server: Server, begun: float) -> Sample:
    second = time.monotonic() - begun
    return Sample(second=second, resident=server.resident(), descriptors=server.descriptors())


def _measures(
    samples: Sequence[Sample], visits: Sequence[Visit], wanted: int
) -> tuple[Measure, ...]:
    later = samples[len(samples) // 2 :]
    growth = slope([(one.second / 60, one.resident) for one in later])
    opened = slope([(one.second / 60, float(one.descriptors)) for one in later])
    waits = sorted(visit.recall for visit in visits if visit.recall is not None)
    errors = sum(bool(visit.error) for visit in visits)
    return (
        Measure(name="soak: sessions", value=len(visits), unit="", goal=wanted),
        Measure(name="soak: minutes", value=round(samples[-1].second / 60, 2), unit=""),
        Measure(name="soak: memory at the start", value=round(samples[0].resident, 1), unit="MB"),
        Measure(name="soak: memory at the end", value=round(samples[-1].resident, 1), unit="MB"),
        Measure(
            name="soak: growth a minute, second half, up or down",
            value=round(abs(growth), 3),
            unit="MB",
            goal=GROWTH_MB,
            at_least=False,
        ),
        Measure(
            name="soak: open files and connections more a minute",
            value=round(opened, 3),
            unit="",
            goal=GROWTH_DESCRIPTORS,
            at_least=False,
        ),
        Measure(name="soak: recall, median", value=round(percentile(waits, 0.5)), unit="ms"),
        Measure(name="soak: recall, 95 of 100", value=round(percentile(waits, 0.95)), unit="ms"),
        Measure(name="soak: errors", value=errors, unit="", goal=0, at_least=False),
    )


def _by_minute(samples: Sequence[Sample], visits: Sequence[Visit]) -> Iterator[Minute]:
    """The figures of a plot: up to sixty rows, of a minute each or of a sixth of a short run."""
    last = samples[-1].second
    length = max(1.0, min(60.0, last / 6))
    for number in range(int(last // length) + 1):
        low, high = number * length, (number + 1) * length
        # on a busy machine a look may come late
        here = [one for one in samples if low <= one.second < high] or samples[-1:]
        came = [one for one in visits if low <= one.ended < high]
        waits = sorted(visit.recall for visit in came if visit.recall is not None)
        yield Minute(
            until=round(high / 60, 2),
            sessions=len(came),
            resident=round(percentile(sorted(one.resident for one in here), 0.5), 1),
            descriptors=max(one.descriptors for one in here),
            recall_p50=round(percentile(waits, 0.5), 1),
            recall_p95=round(percentile(waits, 0.95), 1),
            errors=sum(bool(one.error) for one in came),
        )


def slope(points: Sequence[tuple[float, float]]) -> float:
    """How much y grows for each x, by least squares; 0 of fewer than two points."""
    if len(points) < 2:
        return 0.0
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / spread if spread else 0.0


def percentile(values: Sequence[float], share: float) -> float:
    """The value that ``share`` of the sorted ``values`` do not exceed; 0 of none."""
    return values[min(len(values) - 1, int(share * len(values)))] if values else 0.0
