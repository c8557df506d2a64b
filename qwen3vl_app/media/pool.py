"""Worker processes that can be ended: a decoder that hangs or dies costs one file, not the run.

Every worker has a pipe of its own, so whatever happens to one (killed in the middle of an
answer, for instance) cannot block another. Pools that share a queue, such as pebble's, stand
still after that. Deadlines are kept twice: here, and by the kernel inside the worker, which
holds when this program is gone. So is the limit on memory (:mod:`qwen3vl_app.media.memory`).
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qwen3vl_app.errors import (
    AppError,
    DecoderDiedError,
    MemoryLimitError,
    TooSlowError,
    UnreadableMediaError,
)
from qwen3vl_app.media.memory import held_by
from qwen3vl_app.media.serving import ALARM, GRACE, WORKER, Answer, serve
from qwen3vl_app.media.starving import PATIENCE, Stopwatch
from qwen3vl_app.messages import Message
from qwen3vl_app.settings import Limits

if TYPE_CHECKING:
    from multiprocessing.context import ForkServerContext, SpawnContext

_CALLS = 1000
"""A worker is replaced after this many: decord and FFmpeg lose some memory with every file."""

_DYING = 5.0
"""Seconds given to a worker that has closed its pipe until it is ended: what it died of shows only
in the exit code that it ends with by itself."""

_LOOK, _SHORTEST = 0.1, 0.01
"""Seconds between looks at the memory and the time of a worker that is at work."""

_NEAR = 0.6
"""A worker that ends by itself while it holds this share of its memory was refused more: some
decoders take twice what they have, and end where they do not get it."""

_SOCKET_NAME, _SOCKET_IN_FOLDER = 107, len("/pymp-01234567/listener-01234567")
"""Bytes that the name of a socket may have on Linux (unix(7): 108 with the zero at its end), and
how many of them multiprocessing adds to the folder for temporary files."""

_STARTING = 60.0
"""Seconds a new worker may take to import its decoders; half a second is usual."""


class Pool:
    """Up to ``workers`` processes. Thread-safe; calls block. No process before the first call.

    Args:
        workers: Processes at the same time.
        memory: Bytes that each of them may hold.
        niceness: As of ``nice``, where the system has it.
    """

    def __init__(
        self, workers: int, *, memory: int = Limits().max_reader_bytes, niceness: int = 0
    ) -> None:
        self._memory = memory
        self._niceness = niceness
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
            deadline: Seconds from the moment a worker takes the call, without those in which other
                programs kept it from running (see ``starving``).

        Raises:
            TooSlowError: The deadline passed and the worker was ended.
            DecoderDiedError: The worker died.
            MemoryLimitError: It wanted more memory than a worker may hold.
            AppError: ``function`` raised it, the pool is closed, or no worker can be started.
        """
        with self._slots:
            worker = self._take()
            try:
                answer = worker.ask(function, path, args, deadline)
            except UnreadableMediaError as error:
                self._check_open(error)
                raise
            finally:
                self._give_back(worker)
        if answer.error is not None:
            raise answer.error
        return answer.value

    def interrupt(self) -> None:
        """End the workers that are at work: their calls fail at once, and later ones do not."""
        with self._lock:
            workers = [*self._busy]
        for worker in workers:
            worker.end()

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
        worker = _Worker(self._memory, self._niceness)
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
                raise AppError(Message.of("readers.closing")) from cause


@cache
def _context() -> SpawnContext | ForkServerContext:
    """How processes start.

    A fork of this program would copy the locks of its running threads. On Linux they are forked
    from a process that has imported the decoders and does nothing else: 0.03 s for each instead of
    one, also for those that take the place of one that a file has ended, and they share the memory
    of what was imported. Elsewhere each starts anew: on macOS, a fork of a process with frameworks
    in it may crash; Windows has none. So it does where the socket of that process would have too
    long a name, which multiprocessing puts into the folder for temporary files.
    """
    folder = os.fsencode(tempfile.gettempdir())
    if sys.platform != "linux" or len(folder) > _SOCKET_NAME - _SOCKET_IN_FOLDER:
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([WORKER])
    return context


class _Worker:
    """One process. Used by one thread at a time; :meth:`end` may come from another.

    Raises:
        AppError: The system starts none.
    """

    def __init__(self, memory: int, niceness: int) -> None:
        context = _context()
        try:
            self._pipe, theirs = context.Pipe()
            with theirs:
                target = (theirs, memory, niceness)
                self._process = context.Process(target=serve, args=target, daemon=True)
                self._process.start()
        except OSError as error:  # no more processes, descriptors, memory or room for a socket
            raise AppError(Message.of("readers.absent")) from error
        self._memory = memory
        self._calls = 0
        self._ready = False
        self._held = 0
        """The most that it was seen to hold during this call."""

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
        raise AppError(Message.of("readers.absent"))

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
            self._pipe.send((function, (path, *args), deadline * PATIENCE + GRACE))
            answer = self._wait_for_answer(path, deadline)
        except (EOFError, OSError) as error:
            self.end(after=_DYING)
            raise self._what_ended_it(path, deadline) from error
        except BaseException:
            self.end()  # an answer that was read in part would be taken for the next one
            raise
        if answer.is_spent:
            self._ready = False
        if answer.is_out_of_memory:
            raise _too_much(path, self._memory)
        return answer

    def _wait_for_answer(self, path: Path, deadline: float) -> Answer:
        watch = Stopwatch(self._process.pid or 0)
        self._held = 0
        while not self._pipe.poll(max(_SHORTEST, min(_LOOK, deadline - watch.wall()))):
            if watch.wall() >= deadline and watch.passed() >= deadline:
                raise _too_slow(path, deadline)
            watch.look()
            self._held = max(self._held, held_by(self._process.pid or 0))
            if self._held > self._memory:  # shared memory, which the kernel's limit leaves out
                raise _too_much(path, self._memory)
        answer: Answer = self._pipe.recv()
        return answer

    def _what_ended_it(self, path: Path, deadline: float) -> UnreadableMediaError:
        """Why there was no answer, by what is known of the process that has ended."""
        code = self._process.exitcode
        if ALARM is not None and code == -ALARM:
            return _too_slow(path, deadline)
        if self._held > self._memory * _NEAR:
            return _too_much(path, self._memory)
        return _died(path, code, self._memory)

    def end(self, *, after: float = 0.0) -> None:
        """End the process, whatever it is doing, unless it ends within ``after`` seconds."""
        with self._ending:
            self._ready = False
            self._process.join(after)
            self._process.kill()
            self._process.join()


def _too_slow(path: Path, deadline: float) -> TooSlowError:
    return TooSlowError(path, Message.of("reason.slow", seconds=f"{deadline:.0f}"))


def _died(path: Path, code: int | None, memory: int) -> DecoderDiedError:
    reason = Message.of("reason.crashed", exit=str(code), limit=_gib(memory))
    return DecoderDiedError(path, reason)


def _too_much(path: Path, memory: int) -> MemoryLimitError:
    return MemoryLimitError(path, Message.of("reason.memory", limit=_gib(memory)))


def _gib(size: int) -> str:
    return f"{size / 2**30:.3g} GiB"
