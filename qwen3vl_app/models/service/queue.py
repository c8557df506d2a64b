"""Work that waits for the model thread, most urgent first."""

from __future__ import annotations

import itertools
import math
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, NamedTuple

from qwen3vl_app.errors import ModelError
from qwen3vl_app.models.service.protocol import Priority
from qwen3vl_app.models.service.slots import Key


class Job(NamedTuple):
    """Something to run on the model thread. Sorts by priority, then by age."""

    priority: Priority
    age: int
    key: Key
    run: Callable[[Any], Any]
    """Called with the model."""

    future: Future[Any]
    alike: str | None = None
    """Jobs of equal priority that have this in common can be run as one; None for none."""


class JobQueue:
    """Jobs of all models. Thread-safe.

    A job may only be taken while its model is ready; one that is not yet lets its jobs wait. A
    model that is refused, or a queue that was closed, takes no more jobs and ends those that wait.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._jobs: list[Job] = []
        self._ages = itertools.count()
        self._ready: dict[Key, Any] = {}
        self._refused: dict[Key, ModelError] = {}
        self._closing: ModelError | None = None
        self._running: Counter[Key] = Counter()
        self._used: dict[Key, float] = {}
        """When a model was last asked, or ended what it was asked, on the monotonic clock."""

        self._searched_at = -math.inf
        self._hurrying: dict[int, float] = {}

    @property
    def closed(self) -> bool:
        """Whether no more jobs are taken."""
        return self._closing is not None

    def put(
        self,
        key: Key,
        priority: Priority,
        run: Callable[[Any], Any],
        alike: str | None = None,
    ) -> Future[Any]:
        """Queue work; the future ends when it has run, or cannot."""
        future: Future[Any] = Future()
        with self._changed:
            refusal = self._closing or self._refused.get(key)
            if refusal is None:
                self._jobs.append(Job(priority, next(self._ages), key, run, future, alike))
                self._note(priority)
                self._used[key] = time.monotonic()
                self._changed.notify_all()
        if refusal is not None:
            _fail(future, refusal)
        return future

    def take(self, than: Priority | None = None) -> tuple[Job, Any] | None:
        """The most urgent job of a ready model, with that model, or None; never waits.

        Args:
            than: Only jobs more urgent than this.
        """
        with self._changed:
            fit = self._fit(than)
            if not fit or self.closed:
                return None
            first = min(fit)
            self._jobs.remove(first)
            self._running[first.key] += 1
            return first, self._ready[first.key]

    def take_alike(self, job: Job, most: int) -> list[Job]:
        """Up to ``most`` waiting jobs that can be run as one with ``job``, oldest first."""
        with self._changed:
            if job.alike is None or self.closed:
                return []
            same = (job.priority, job.key, job.alike)
            found = [
                other for other in self._jobs if (other.priority, other.key, other.alike) == same
            ][:most]
            self._jobs = [other for other in self._jobs if other not in found]
            return found

    def ended(self, job: Job) -> None:
        """A job that was taken has been run."""
        with self._changed:
            self._note(job.priority)
            self._running[job.key] -= 1
            self._used[job.key] = time.monotonic()

    def wait_for_search(self, quiet: float, until: float) -> bool:
        """Wait for a job of somebody who searches; False where nobody does.

        Args:
            quiet: Seconds since the last such job after which nobody searches any more.
            until: Monotonic time at which to stop waiting.
        """
        with self._changed:
            while not self.closed:
                if self._fit(Priority.INDEX):
                    return True
                left = min(self._searched_at + quiet, until) - time.monotonic()
                if left <= 0:
                    return False
                self._changed.wait(left)
        return False

    def hurry(self, seconds: float) -> int:
        """Somebody waits for the first rows of a search, and is waited for so long at most."""
        with self._changed:
            token = next(self._ages)
            self._hurrying[token] = time.monotonic() + seconds
            self._note(Priority.SEARCH)
            self._changed.notify_all()
            return token

    def hurried(self, token: int) -> None:
        """They have them."""
        with self._changed:
            del self._hurrying[token]
            self._changed.notify_all()

    def wait_for_first_rows(self, until: float) -> bool:
        """Wait for a job of somebody who waits for first rows; False where nobody does.

        Args:
            until: Monotonic time at which to stop waiting.
        """
        with self._changed:
            while not self.closed:
                if self._fit(Priority.RERANK):
                    return True
                left = min(max(self._hurrying.values(), default=0.0), until) - time.monotonic()
                if left <= 0:
                    return False
                self._changed.wait(left)
        return False

    def wait(self) -> bool:
        """Wait for a job of a ready model; False once it is closed."""
        with self._changed:
            self._changed.wait_for(lambda: self.closed or self._fit(None))
            return not self.closed

    # ------------------------------------------------------------ how far the models are

    def admit(self, key: Key, model: Any) -> None:  # noqa: ANN401  # as the key says
        """The model is ready: its jobs may be taken."""
        with self._changed:
            self._ready[key] = model
            self._used[key] = time.monotonic()
            self._refused.pop(key, None)
            self._changed.notify_all()

    def hold(self, key: Key) -> None:
        """The model is being loaded: its jobs wait."""
        with self._changed:
            self._ready.pop(key, None)
            self._refused.pop(key, None)

    def idle(self, key: Key) -> float | None:
        """For how many seconds a ready model has had nothing to do; None while it has."""
        with self._changed:
            return self._idle(key)

    def put_aside(self, key: Key, seconds: float) -> bool:
        """Let jobs wait for a model that was idle for so long; False where it was not."""
        with self._changed:
            idle = self._idle(key)
            if idle is None or idle < seconds:
                return False
            self._ready.pop(key, None)
            return True

    def refuse(self, key: Key, error: ModelError) -> None:
        """End the waiting jobs of one model with ``error``, and all that come later."""
        with self._changed:
            self._ready.pop(key, None)
            self._refused[key] = error
            ended = [job for job in self._jobs if job.key == key]
            self._jobs = [job for job in self._jobs if job.key != key]
        for job in ended:
            _fail(job.future, error)

    def move(self, key: Key, to: Key) -> None:
        """Have another model do the waiting jobs of one, which gives the same."""
        with self._changed:
            self._jobs = [job._replace(key=to) if job.key == key else job for job in self._jobs]
            self._changed.notify_all()

    def close(self, error: ModelError) -> None:
        """Take no more jobs and end those that wait; a running one is not touched."""
        with self._changed:
            self._closing = error
            self._ready.clear()
            ended, self._jobs = self._jobs, []
            self._changed.notify_all()
        for job in ended:
            _fail(job.future, error)

    # ------------------------------------------------------------ with the lock held

    def _fit(self, than: Priority | None) -> list[Job]:
        return [
            job
            for job in self._jobs
            if job.key in self._ready and (than is None or job.priority < than)
        ]

    def _idle(self, key: Key) -> float | None:
        if self._running[key] or any(job.key == key for job in self._jobs):
            return None
        return time.monotonic() - self._used.get(key, -math.inf)

    def _note(self, priority: Priority) -> None:
        if priority is not Priority.INDEX:
            self._searched_at = time.monotonic()


def _fail(future: Future[Any], error: ModelError) -> None:
    """A copy for each caller, because raising one adds to its traceback."""
    with suppress(RuntimeError):  # cancelled in the meantime
        future.set_exception(type(error)(*error.args))
