"""Runs that have just been deleted: for a minute, in memory alone, so that it can be undone."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable
from threading import Lock
from typing import TypeAlias

from qwen3vl_app.types.run import Owner, RunId

HELD_SECONDS = 60.0
"""As long as the page offers to undo it, with time to spare."""

MOST_HELD = 1000
"""Rows of 20 KB at most; the oldest go first."""

Row: TypeAlias = tuple[int, str, int, str, str, str, str]
"""Id, when it was asked, pinned, question, answer, name, owner."""


class RemovedRuns:
    """Thread-safe."""

    def __init__(self) -> None:
        self._held: dict[int, tuple[float, Row]] = {}
        self._lock = Lock()

    def hold(self, rows: Iterable[Row]) -> None:
        """Hold rows that are deleted now."""
        now = time.monotonic()
        with self._lock:
            self._held.update({row[0]: (now, row) for row in rows})
            for run in [*self._held][: max(0, len(self._held) - MOST_HELD)]:
                del self._held[run]

    def take(self, runs: Collection[RunId], owner: Owner | None) -> list[Row]:
        """Those of these rows that are still held and the owner's, of everybody for None."""
        found = [row for row in self.rows() if row[0] in runs and owner in (None, row[-1])]
        with self._lock:
            return [row for row in found if self._held.pop(row[0], None) is not None]

    def rows(self) -> list[Row]:
        """All that are still held; those held too long are let go."""
        before = time.monotonic() - HELD_SECONDS
        with self._lock:
            self._held = {run: one for run, one in self._held.items() if one[0] >= before}
            return [row for _, row in self._held.values()]
