"""What a benchmark says: numbers with their goals, and the machine they come from."""

from __future__ import annotations

import multiprocessing
import os
import platform
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One number."""

    name: str
    value: float
    unit: str
    goal: float | None = None
    """None where none was set."""

    at_least: bool = True
    """Whether the goal is a floor; else it is a ceiling."""

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None without one."""
        if self.goal is None:
            return None
        return self.value >= self.goal if self.at_least else self.value <= self.goal


def timed(call: Callable[[], T]) -> tuple[float, T]:
    """Seconds that a call took, and what it gave."""
    begun = time.perf_counter()
    result = call()
    return time.perf_counter() - begun, result


def processor_seconds() -> float | None:
    """What this process and the workers it has now used of the processor; None without /proc."""
    ticks = 0
    for child in multiprocessing.active_children():
        try:
            stat = Path(f"/proc/{child.pid}/stat").read_text(encoding="utf-8", errors="replace")
        except OSError:
            return None
        user, system = stat.rpartition(")")[2].split()[11:13]
        ticks += int(user) + int(system)
    return time.process_time() + (ticks / os.sysconf("SC_CLK_TCK") if ticks else 0)


def interleaved(calls: dict[str, Callable[[int], object]], turns: int) -> dict[str, float]:
    """Median seconds of each call; all take turns, so a slow moment touches all of them.

    Every call is given the number of the turn. The first turn warms up and is not counted.
    """
    seconds: dict[str, list[float]] = {name: [] for name in calls}
    for turn in range(turns + 1):
        for name, call in calls.items():
            begun = time.perf_counter()
            call(turn)
            if turn:
                seconds[name].append(time.perf_counter() - begun)
    return {name: median(values) for name, values in seconds.items()}


def machine() -> dict[str, str]:
    """The machine that the numbers depend on, and how busy it was before the run."""
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg()) if hasattr(os, "getloadavg") else "?"
    return {
        "system": platform.platform(terse=True),
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "load": f"{load} (1, 5, 15 minutes)",
        "python": platform.python_version(),
        "numpy": version("numpy"),
        "faiss": version("faiss-cpu"),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
