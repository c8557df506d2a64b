"""Worker processes that can be ended: a decoder that hangs or dies costs one file, not the run.

Every worker has a pipe of its own, so whatever happens to one (killed in the middle of an
answer, for instance) cannot block another. Pools that share a queue, such as pebble's, stand
still after that. Deadlines are kept twice: here, and by the kernel inside the worker, which
holds when this program is gone.
"""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from qwen3vl_app.errors import AppError, DecoderDiedError, TooSlowError
from qwen3vl_app.media.serving import ALARM, GRACE, Answer, serve

_CALLS = 1000
"""A worker is replaced after this many: decord and FFmpeg lose some memory with every file."""

_DYING = 5.0
"""Seconds given to a worker that has closed its pipe until it is ended: what it died of shows only
in the exit code that it ends with by itself."""

_STARTING = 60.0
"""Seconds a new worker may take to import its decoders; half a second is usual."""


class Pool:
    """Up to ``workers`` processes. Thread-safe; calls block. No process before the first call."""

    def __init__(self, workers: int) -> None:
        self._slots = threading.BoundedSemaphore(workers)
        self._lock = threading.Lock()
        self._idle: list[_Worker] = []
        self._busy: set[_Worker] = set()
        self._closed = False

    def call(
        self,
        function: str | Callable[..., Any],
        path: Path,
        *args: Any,  # noqa: ANN401 - whatever ``function`` takes
        deadline: float,
    ) -> Any:  # noqa: ANN401 - whatever ``function`` returns
        """What ``function(path, *args)`` returns in a worker. Costs about 0.1 ms.

        Args:
            function: A name in ``media.worker``, whose decoders this process never imports, or
                a function that can be pickled.
            path: The file to blame when the worker hangs or dies.
            args: Pickled, like the result.
            deadline: Seconds from the moment a worker takes the call.

        Raises:
            TooSlowError: The deadline passed and the worker was ended.
            DecoderDiedError: The worker died.
            AppError: ``function`` raised it, the pool is closed, or no worker can be started.
        """
        with self._slots:
            worker = self._take()
            try:
                answer = worker.ask(function, path, args, deadline)
            except (TooSlowError, DecoderDiedError) as error:
                self._check_open(error)
                raise
            finally:
                self._give_back(worker)
        if answer.error is not None:
            raise answer.error
        return answer.value

    def close(self) -> None:
        """End all workers, busy ones too. None is left when this returns."""
        with self._lock:
            self._closed = True
            workers = [*self._idle, *self._busy]
            self._idle.clear()
        for worker in workers:
            worker.end()

    def _take(self) -> _Worker:
        with self._lock:
            while self._idle:
                worker = self._idle.pop()
                if worker.is_usable():
                    self._busy.add(worker)
                    return worker
                worker.end()
        worker = _Worker()
        with self._lock:
            self._busy.add(worker)
        try:
            self._check_open()
            worker.wait_until_ready()
        except AppError as error:
            self._give_back(worker)
            self._check_open(error)  # closing ended it: that is why it did not start
            raise
        except BaseException:
            self._give_back(worker)
            raise
        return worker

    def _give_back(self, worker: _Worker) -> None:
        with self._lock:
            self._busy.discard(worker)
            keep = worker.is_usable() and not self._closed
            if keep:
                self._idle.append(worker)
        if not keep:
            worker.end()

    def _check_open(self, cause: Exception | None = None) -> None:
        with self._lock:
            if self._closed:
                raise AppError("Files are no longer read: the program is closing.") from cause


class _Worker:
    """One process. Used by one thread at a time; :meth:`end` may come from another."""

    def __init__(self) -> None:
        # fork would copy the locks of running threads; spawn starts clean on every system
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=serve, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()
        self._calls = 0
        self._ready = False
        self._ending = threading.Lock()

    def wait_until_ready(self) -> None:
        """Return when the decoders are imported.

        Raises:
            AppError: The process does not start.
        """
        with suppress(EOFError, OSError):  # it ended before it was ready
            if self._pipe.poll(_STARTING):
                self._pipe.recv()
                self._ready = True
                return
        reason = "The processes that read files do not start; is memory or the disk full?"
        raise AppError(reason)

    def is_usable(self) -> bool:
        """Whether it can take another call."""
        return self._ready and self._calls < _CALLS and self._process.is_alive()

    def ask(
        self,
        function: str | Callable[..., Any],
        path: Path,
        args: tuple[Any, ...],
        deadline: float,
    ) -> Answer:
        """The answer of the process, which is ended where there is none in time."""
        self._calls += 1
        try:
            self._pipe.send((function, (path, *args), deadline + GRACE))
            if self._pipe.poll(deadline):
                answer: Answer = self._pipe.recv()
                return answer
        except (EOFError, OSError) as error:
            self.end(after=_DYING)
            code = self._process.exitcode
            if ALARM is not None and code == -ALARM:
                raise _too_slow(path, deadline) from error
            raise _died(path, code) from error
        self.end()
        raise _too_slow(path, deadline)

    def end(self, *, after: float = 0.0) -> None:
        """End the process, whatever it is doing, unless it ends within ``after`` seconds."""
        with self._ending:
            self._ready = False
            self._process.join(after)
            self._process.kill()
            self._process.join()


def _too_slow(path: Path, deadline: float) -> TooSlowError:
    reason = f"Decoding took longer than the limit of {deadline:.0f} s and was ended."
    return TooSlowError(path, f"{reason} The file may be damaged.")


def _died(path: Path, code: int | None) -> DecoderDiedError:
    reason = f"The decoder crashed on this file (exit code {code}); it is damaged or too large."
    return DecoderDiedError(path, reason)
