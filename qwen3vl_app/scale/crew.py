"""Hands out work to workers, some pieces to each, and does again what a lost one had."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Protocol, TypeAlias, TypeVar

from qwen3vl_app.errors import AppError, ModelError, ModelLoadError
from qwen3vl_app.messages import Message

if TYPE_CHECKING:
    from qwen3vl_app.scale.tools import Facts, Tools

log = logging.getLogger(__name__)

T = TypeVar("T")

Work: TypeAlias = "Callable[[Tools], T]"
"""Is pickled, run on a worker with what that has at hand, and may be run again elsewhere: it must
change nothing."""

DEPTH = 2
"""Pieces of work that a worker has at a time: while one has the models, the next is read."""

TRIES = 3
"""Workers that may be lost over one piece of work before it is given up."""

POLL = 0.2
"""Seconds until a wait notices that the program is closing."""

PAUSE = 1.0
"""Seconds before the next worker is hired after one was lost while it loaded."""

CLOSED = Message.of("models.closed")


class WorkerLostError(Exception):
    """A worker has ended, or its computer has; what it had in hand was not done."""


class Worker(Protocol):
    """Does work elsewhere, ``DEPTH`` pieces at a time. Thread-safe."""

    def do(self, work: Work[T]) -> T:
        """What the work gives, or raises.

        Raises:
            WorkerLostError: The worker has gone.
        """

    def end(self) -> None:
        """Have it end at once, whatever it has in hand. Harmless when repeated."""


class Crew:
    """Workers of equal models. Thread-safe.

    Nothing is queued: who has more work waits until a worker is free for it. A worker that is
    lost is replaced as soon as there is room for another, and others go on meanwhile.

    Args:
        hire: Starts a worker.
        count: How many are wanted.
    """

    def __init__(self, hire: Callable[[], Worker], count: int) -> None:
        self._hire = hire
        self._count = count
        self._lock = threading.Lock()
        self._free: queue.Queue[Worker] = queue.Queue()
        """Each worker as often as it can take another piece of work."""

        self._present: list[Worker] = []
        self._coming: list[Worker] = []
        """Hired, but not loaded yet."""

        self._facts: Facts | None = None
        self._failure: AppError | None = None
        self._closed = False

    @property
    def room(self) -> int:
        """How much work can be in hand at a time."""
        return self._count * DEPTH

    def start(self) -> Facts:
        """Hire all workers and have them load; what their models are.

        Raises:
            ModelError: One of them cannot load, or has other models than the rest.
        """
        with ThreadPoolExecutor(self._count, thread_name_prefix="hiring") as pool:
            found = [pool.submit(self._take_on) for _ in range(self._count)]
        facts = [one.result() for one in found]
        return facts[0]

    def do(self, work: Work[T]) -> T:
        """What the work gives, or raises; by another worker where one is lost over it.

        Raises:
            ModelError: Several workers were lost over it, there is none any more, or the crew was
                closed.
        """
        said = ""
        for _ in range(TRIES):
            worker = self._next_free()
            try:
                return worker.do(work)
            except WorkerLostError as error:
                said = _told(error)
                self._lose(worker, error)
            finally:
                self._put_back(worker)
        if self._closed:
            raise ModelError(CLOSED)
        raise ModelError(Message.of("ray.lost", n=TRIES, said=said))

    def close(self) -> None:
        """End all workers; who waits for them gets a ``ModelError``."""
        with self._lock:
            self._closed = True
            ending = [*self._present, *self._coming]
            self._present, self._coming = [], []
        for worker in ending:
            worker.end()

    def _next_free(self) -> Worker:
        while True:
            if self._closed:
                raise ModelError(CLOSED)
            if self._failure is not None:
                raise self._failure
            try:
                worker = self._free.get(timeout=POLL)
            except queue.Empty:
                continue
            if self._has(worker):
                return worker

    def _has(self, worker: Worker) -> bool:
        with self._lock:
            return any(one is worker for one in self._present)

    def _put_back(self, worker: Worker) -> None:
        if self._has(worker):
            self._free.put(worker)

    def _lose(self, worker: Worker, error: WorkerLostError) -> None:
        """Have one that has gone replaced, in the background, once."""
        with self._lock:
            if self._closed or not any(one is worker for one in self._present):
                return
            self._present = [one for one in self._present if one is not worker]
        log.warning("a worker was lost: %s", error)
        worker.end()
        threading.Thread(target=self._replace, name="hiring", daemon=True).start()

    def _replace(self) -> None:
        try:
            self._take_on(tries=None)
        except AppError as error:
            log.warning("no worker could be had in its place: %s", error)
            with self._lock:
                if not self._present and not self._coming:
                    self._failure = error

    def _take_on(self, tries: int | None = TRIES) -> Facts:
        """Hire a worker, have it load, and give it work from then on.

        Args:
            tries: How many may be lost before that; None for any number.

        Raises:
            ModelError: It cannot load, has other models than the rest, or the crew was closed.
        """
        lost = 0
        while not self._closed:
            worker = self._hire()
            with self._lock:
                self._coming.append(worker)
            try:
                facts = worker.do(lambda tools: tools.load())
                self._admit(worker, facts)
            except WorkerLostError as error:
                log.warning("a worker was lost before it had loaded: %s", error)
                worker.end()
                lost += 1
                if lost == tries:
                    why = Message.of("ray.lost", n=lost, said=_told(error))
                    raise ModelLoadError(why) from error
                time.sleep(PAUSE)
            except BaseException:
                worker.end()
                raise
            else:
                return facts
            finally:
                with self._lock:
                    self._coming = [one for one in self._coming if one is not worker]
        raise ModelError(CLOSED)

    def _admit(self, worker: Worker, facts: Facts) -> None:
        with self._lock:
            if self._closed:
                raise ModelError(CLOSED)
            if self._facts is None:
                self._facts = facts
            if facts.answers != self._facts.answers:
                raise ModelLoadError(
                    Message.of(
                        "ray.differ",
                        name=facts.space.model,
                        found=facts.space.fingerprint[:8],
                        other=self._facts.space.fingerprint[:8],
                    )
                )
            self._present.append(worker)
        for _ in range(DEPTH):
            self._free.put(worker)


def _told(error: WorkerLostError) -> str:
    """The last line of what is known of a loss, shortened: before it stands a traceback."""
    lines = [line for line in str(error).splitlines() if line.strip()]
    return lines[-1].strip()[:200] if lines else "?"
