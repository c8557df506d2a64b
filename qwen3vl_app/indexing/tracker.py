"""Counts what a run of the indexer does, for whoever looks."""

from __future__ import annotations

import math
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from qwen3vl_app.indexing.progress import IndexProgress, IndexState
from qwen3vl_app.messages import NOTHING, Message
from qwen3vl_app.store.rows import FileId
from qwen3vl_app.types import Outcome

MEMORY = 20.0
"""Seconds after which what was done counts for a third in the rate: steady enough to read, and
still quick to follow when videos come after pictures."""

QUIET = 5.0
"""Seconds of indexing before a time left is shown: the first batches tell too little."""

_AT_REST = frozenset({IndexState.IDLE, IndexState.PAUSED, IndexState.FAILED})


class ProgressTracker:
    """Thread-safe; ``snapshot`` never waits for work.

    Args:
        clock: Seconds; only differences count.
        heard: Called after every change, on the thread that made it, without the lock.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        heard: Callable[[], None] | None = None,
    ) -> None:
        self._clock = clock
        self._heard = heard
        self._lock = threading.Lock()
        self._rev = 0
        self._state = IndexState.IDLE
        self._since = clock()
        self._clear()

    def begin(self, before: IndexProgress | None = None) -> None:
        """Start counting: from nothing, or from what an earlier program did of the same run."""
        with self._changing():
            self._clear()
            self._since = self._clock()
            if before is not None:
                self._before.update(before.outcomes)
                self._items, self._seconds = before.items, before.seconds

    @contextmanager
    def _changing(self) -> Iterator[None]:
        with self._lock:
            self._rev += 1
            yield
        if self._heard is not None:
            self._heard()

    def _clear(self) -> None:
        self._seconds = 0.0
        self._files: dict[FileId, Outcome | None] = {}
        self._outcomes: Counter[Outcome] = Counter()
        self._before: Counter[Outcome] = Counter()
        self._items = 0
        self._recent_items = 0.0
        self._recent_seconds = 0.0
        self._last_items: float | None = None
        self._indexing_from: float | None = None
        self._left: float | None = None
        self._items_left: float | None = None
        self._current = ""
        self._message = NOTHING
        self._until_halt = False

    def enter(self, state: IndexState, message: Message | None = None) -> None:
        """Say what is being done now; None leaves the message as it is."""
        with self._changing():
            self._seconds, self._since = self._active(), self._clock()
            self._state = state
            if message is not None:
                self._message, self._until_halt = message, False
            if state is IndexState.INDEXING:
                self._last_items = self._seconds
                if self._indexing_from is None:
                    self._indexing_from = self._seconds
            if state in _AT_REST:
                self._current, self._left, self._items_left = "", None, None

    def say(self, message: Message, *, until_halt: bool = False) -> None:
        """One sentence for the person; ``halted`` takes it back where it holds only until then."""
        with self._changing():
            self._message, self._until_halt = message, until_halt

    def halted(self) -> None:
        """Take back what was said until the run halts."""
        with self._changing():
            if self._until_halt:
                self._message, self._until_halt = NOTHING, False

    def work_on(self, name: str) -> None:
        """The file in work."""
        with self._changing():
            self._current = name

    def see(self, files: Iterable[FileId]) -> None:
        """Files that belong to this run; each counts once however often it is met."""
        with self._changing():
            for file in files:
                self._files.setdefault(file, None)

    def end(self, outcomes: Iterable[tuple[FileId, Outcome]]) -> None:
        """How files ended. One met again and found unchanged keeps its first outcome."""
        with self._changing():
            for file, outcome in outcomes:
                before = self._files.get(file)
                if before is not None and outcome is Outcome.UNCHANGED:
                    continue
                if before is not None:
                    self._outcomes[before] -= 1
                self._files[file] = outcome
                self._outcomes[outcome] += 1

    def waiting(self) -> int:
        """Files of this run without an outcome."""
        with self._lock:
            return len(self._files) - self._outcomes.total()

    def drop_waiting(self) -> None:
        """Take out the files without an outcome: the run ends without them."""
        with self._changing():
            self._files = {f: outcome for f, outcome in self._files.items() if outcome is not None}

    def add_items(self, count: int, parts_left: float) -> None:
        """A batch was kept; ``parts_left`` of about the same kind are still to do."""
        with self._changing():
            self._items += count
            self._items_left = parts_left
            now = self._active()
            passed = now - (now if self._last_items is None else self._last_items)
            fading = math.exp(-passed / MEMORY)
            self._recent_items = self._recent_items * fading + count
            self._recent_seconds = self._recent_seconds * fading + passed
            self._last_items = now
            quiet = self._indexing_from is None or now - self._indexing_from < QUIET
            rate = self._rate()
            self._left = None if quiet or not rate else parts_left / rate

    def snapshot(self) -> IndexProgress:
        """The run as it stands."""
        with self._lock:
            return IndexProgress(
                rev=self._rev,
                state=self._state,
                files=len(self._files) + self._before.total(),
                outcomes={o: n for o, n in (self._outcomes + self._before).items() if n},
                items=self._items,
                items_total=self._total(),
                rate=self._rate(),
                seconds_left=self._left,
                seconds=self._active(),
                current=self._current,
                message=self._message,
            )

    def _total(self) -> int | None:
        return None if self._items_left is None else self._items + round(self._items_left)

    def _rate(self) -> float | None:
        return self._recent_items / self._recent_seconds if self._recent_seconds else None

    def _active(self) -> float:
        running = self._state not in _AT_REST
        return self._seconds + (self._clock() - self._since if running else 0.0)
