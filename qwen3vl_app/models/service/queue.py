"""Work that waits for the model thread, most urgent first."""

from __future__ import annotations

import itertools
import math
import threading
import time
from collections.abc import Callable, Container
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, NamedTuple

from qwen3vl_app.errors import ModelError
from qwen3vl_app.models.checkpoint.resolve import Role
from qwen3vl_app.models.service.protocol import Priority


class Job(NamedTuple):
    """Something to run on the model thread. Sorts by priority, then by age."""

    priority: Priority
    age: int
    role: Role
    run: Callable[[Any], Any]
    """Called with the model."""

    future: Future[Any]
    alike: str | None = None
    """Jobs of equal priority that have this in common can be run as one; None for none."""


class JobQueue:
    """Jobs of both models. Thread-safe.

    A job may only be taken while its model is ready; a model that has failed, or a queue that was
    closed, takes no more jobs and ends those that wait.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._jobs: list[Job] = []
        self._ages = itertools.count()
        self._refused: dict[Role, ModelError] = {}
        self._searched_at = -math.inf
        self._woken = False
        self.closed = False

    def put(
        self,
        role: Role,
        priority: Priority,
        run: Callable[[Any], Any],
        alike: str | None = None,
    ) -> Future[Any]:
        """Queue work; the future ends when it has run, or cannot."""
        future: Future[Any] = Future()
        with self._changed:
            refusal = self._refused.get(role)
            if refusal is None:
                self._jobs.append(Job(priority, next(self._ages), role, run, future, alike))
                self._note(priority)
                self._changed.notify_all()
        if refusal is not None:
            _fail(future, refusal)
        return future

    def take(self, ready: Container[Role], than: Priority | None = None) -> Job | None:
        """The most urgent job of a ready model, or None; never waits.

        Args:
            ready: Models that can run.
            than: Only jobs more urgent than this.
        """
        with self._changed:
            fit = self._fit(ready, than)
            if not fit or self.closed:
                return None
            first = min(fit)
            self._jobs.remove(first)
            return first

    def take_alike(self, job: Job, most: int) -> list[Job]:
        """Up to ``most`` waiting jobs that can be run as one with ``job``, oldest first."""
        with self._changed:
            if job.alike is None or self.closed:
                return []
            same = (job.priority, job.role, job.alike)
            found = [
                other for other in self._jobs if (other.priority, other.role, other.alike) == same
            ][:most]
            self._jobs = [other for other in self._jobs if other not in found]
            return found

    def ended(self, priority: Priority) -> None:
        """A job that was taken has been run."""
        with self._changed:
            self._note(priority)

    def wait_for_search(self, ready: Container[Role], quiet: float, until: float) -> bool:
        """Wait for a job of somebody who searches; False where nobody does.

        Args:
            ready: Models that can run.
            quiet: Seconds since the last such job after which nobody searches any more.
            until: Monotonic time at which to stop waiting.
        """
        with self._changed:
            while not self.closed:
                if self._fit(ready, Priority.INDEX):
                    return True
                left = min(self._searched_at + quiet, until) - time.monotonic()
                if left <= 0:
                    return False
                self._changed.wait(left)
        return False

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for a job, for ``wake`` or for ``timeout`` seconds; False once it is closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._jobs or self._woken or self.closed, timeout)
            self._woken = False
            return not self.closed

    def wake(self) -> None:
        """Let ``wait`` return though there is no job."""
        with self._changed:
            self._woken = True
            self._changed.notify_all()

    def refuse(self, role: Role, error: ModelError) -> None:
        """End the waiting jobs of one model with ``error``, and all that come later."""
        with self._changed:
            self._refused[role] = error
            ended = [job for job in self._jobs if job.role is role]
            self._jobs = [job for job in self._jobs if job.role is not role]
        for job in ended:
            _fail(job.future, error)

    def accept(self, role: Role) -> None:
        """Take jobs of a model again that were refused; not once the queue is closed."""
        with self._changed:
            if not self.closed:
                self._refused.pop(role, None)

    def close(self, error: ModelError) -> None:
        """Take no more jobs and end those that wait; a running one is not touched."""
        with self._changed:
            self.closed = True
            self._changed.notify_all()
        for role in Role:
            self.refuse(role, error)

    # ------------------------------------------------------------ with the lock held

    def _fit(self, ready: Container[Role], than: Priority | None) -> list[Job]:
        return [
            job
            for job in self._jobs
            if job.role in ready and (than is None or job.priority < than)
        ]

    def _note(self, priority: Priority) -> None:
        if priority is not Priority.INDEX:
            self._searched_at = time.monotonic()


def _fail(future: Future[Any], error: ModelError) -> None:
    """A copy for each caller, because raising one adds to its traceback."""
    with suppress(RuntimeError):  # cancelled in the meantime
        future.set_exception(type(error)(*error.args))
