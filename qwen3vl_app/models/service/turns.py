"""Whose turn it is on the one thread that runs models.

Searches, then reranking, then what inspects a search, then indexing.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from qwen3vl_app.errors import ModelError
from qwen3vl_app.models.service.joining import MOST_JOINED, run_alone, run_joined
from qwen3vl_app.models.service.loading import CLOSED
from qwen3vl_app.models.service.protocol import Priority
from qwen3vl_app.models.service.queue import Job, JobQueue
from qwen3vl_app.models.service.slots import Key

QUIET_SECONDS = 1.0
"""Without a job of a search before indexing goes on: between two slices of a rerank, documents are
read and rows are drawn."""

GIVING_WAY_SECONDS = 3.0
"""For which indexing waits at a time while people search without a pause."""

TURN_SECONDS = 0.5
"""For which it then goes on all the same: a seventh of the time."""

HURRY_SECONDS = 0.15
"""For which reranking stands still at a time while somebody waits for first rows, which take a
third of that; it then goes on for as long all the same."""


class Turns:
    """Runs jobs by urgency, also between two layers of one that is less urgent.

    For one thread, but for the building of it.

    Args:
        jobs: Where work waits.
    """

    def __init__(self, jobs: JobQueue) -> None:
        self._jobs = jobs
        self._passed: Callable[[Key], None] = lambda _key: None
        self._running: Priority | None = None
        self._turn_until = 0.0
        self._rerank_until = 0.0
        """Until when indexing, and reranking, go on without giving way, on the monotonic clock."""

    def run(self, passed: Callable[[Key], None]) -> None:
        """Run jobs until the queue is closed.

        Args:
            passed: Told whose model has just been used, once nothing here holds it any more.
        """
        self._passed = passed
        while self._jobs.wait():
            self._run_all()

    def between(self) -> None:
        """Called by the models while they work, some fifty times in a pass.

        Raises:
            ModelError: The host is closing, which ends the work at this point.
        """
        if self._running is Priority.INDEX:
            self._give_way()
        elif self._running in (Priority.RERANK, Priority.INSPECT):
            self._stand_still(self._running)
        elif self._running is not None:
            self._run_all(than=self._running)
        if self._jobs.closed:
            raise ModelError(CLOSED)

    def _give_way(self) -> None:
        """Before or in the middle of indexing: run what searches want, while anybody searches."""
        now = time.monotonic()
        if now < self._turn_until:
            self._run_all(than=Priority.INDEX)
            return
        until = now + GIVING_WAY_SECONDS
        while self._jobs.wait_for_search(QUIET_SECONDS, until):
            self._run_all(than=Priority.INDEX)
        if time.monotonic() >= until:
            self._turn_until = time.monotonic() + TURN_SECONDS

    def _stand_still(self, running: Priority) -> None:
        """In the middle of reranking: leave the processor to those who wait for first rows.

        What they need beside the model, looking up and drawing, would take twice as long beside
        a pass that uses every core. What inspects a search lets reranking go first as well.
        """
        now = time.monotonic()
        if now < self._rerank_until:
            self._run_all(than=running)
            return
        until = now + HURRY_SECONDS
        while self._jobs.wait_for_first_rows(until):
            self._run_all(than=Priority.RERANK)
        self._run_all(than=running)
        if time.monotonic() >= until:
            self._rerank_until = time.monotonic() + HURRY_SECONDS

    def _run_all(self, than: Priority | None = None) -> None:
        """Run jobs until none is left, or none more urgent than ``than``."""
        while (taken := self._jobs.take(than)) is not None:
            key = taken[0].key
            self._run(*taken)
            taken = None  # it holds the model
            self._passed(key)

    def _run(self, job: Job, model: Any) -> None:  # noqa: ANN401  # as its key says
        """Run one job, and those that can be run with it.

        Keeps the priority of the one that it may have interrupted.
        """
        if job.priority is Priority.INDEX:
            self._give_way()
        jobs = [
            one
            for one in (job, *self._alike(job, model))
            if one.future.set_running_or_notify_cancel()  # false once its caller has left
        ]
        interrupted, self._running = self._running, job.priority
        try:
            if not (len(jobs) > 1 and run_joined(jobs, model)):
                for one in jobs:
                    run_alone(one, model)
        finally:
            self._running = interrupted
            self._jobs.ended(job)

    def _alike(self, job: Job, model: Any) -> list[Job]:  # noqa: ANN401
        joins = job.alike is not None and model.is_exact
        return self._jobs.take_alike(job, MOST_JOINED - 1) if joins else []
