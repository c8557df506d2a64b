"""How long a process that reads files had to wait for a processor, because others were at work.

A deadline is there for decoders that hang. By the clock on the wall it would also end those that
are only kept from running, and call whole files damaged on a busy machine.
"""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

_TASKS = "/proc/{}/task"

PATIENCE = 4.0
"""Times its deadline that a call may take by the clock, however busy the machine is."""


class Stopwatch:
    """Measures a call of a process, in seconds in which that could run.

    Where the system does not tell (proc(5) ``schedstat``, Linux), in seconds of the clock.
    """

    def __init__(self, process: int) -> None:
        self._process = process
        self._begun = time.monotonic()
        self._before: dict[str, int] | None = None

    def look(self) -> None:
        """Begin to count what the process waits for; costs 0.1 ms, so not for every short call."""
        if self._before is None:
            self._before = _delays(self._process)

    def wall(self) -> float:
        """Seconds since it was made."""
        return time.monotonic() - self._begun

    def passed(self) -> float:
        """The same without what the thread that waited longest has waited; at least a quarter."""
        wall, before = self.wall(), self._before or {}
        waited = max(
            (delay - before.get(task, 0) for task, delay in _delays(self._process).items()),
            default=0,
        )
        return max(wall - waited / 1e9, wall / PATIENCE)


def _delays(process: int) -> dict[str, int]:
    """Nanoseconds that each thread has waited to run since it was made."""
    found: dict[str, int] = {}
    with suppress(OSError, ValueError, IndexError):
        for task in Path(_TASKS.format(process)).iterdir():
            with suppress(OSError):  # a thread that has ended meanwhile
                found[task.name] = int((task / "schedstat").read_text().split()[1])
    return found
