"""Worker processes that can be ended: a decoder that hangs or dies costs one file, not the run.

``pebble`` runs the processes and ends those that pass their deadline. Added here: sentences
for what happened; a new pool where a worker was killed between two calls, because pebble gives
the whole pool up then; and a second deadline inside the worker, kept by the kernel, that holds
when the clock is set back or when the program itself has gone.
"""

from __future__ import annotations

import importlib
import multiprocessing
import os
import signal
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import CancelledError
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

from pebble import ProcessExpired, ProcessPool

from qwen3vl_app.errors import AppError, DecoderDiedError, TooSlowError

_ATTEMPTS = 3
"""Times a call is made while workers vanish between calls."""

_GRACE = 2.0
"""Seconds by which the deadline inside the worker is later than the pool's."""

_WORKER = "qwen3vl_app.media.worker"
_ALARM: int | None = getattr(signal, "SIGALRM", None)  # Windows has none


class Pool:
    """Up to ``workers`` processes. Thread-safe; calls block. No process before the first call."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._lock = threading.Lock()
        self._pool: ProcessPool | None = None
        self._closed = False

    def call(
        self,
        function: str | Callable[..., Any],
        path: Path,
        *args: Any,  # noqa: ANN401 - whatever ``function`` takes
        deadline: float,
    ) -> Any:  # noqa: ANN401 - whatever ``function`` returns
        """What ``function(path, *args)`` returns in a worker. Costs about 0.3 ms.

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
        cause: Exception | None = None
        for _ in range(_ATTEMPTS):
            pool = self._running()
            try:
                future = pool.schedule(
                    _run, args=(function, deadline + _GRACE, path, *args), timeout=deadline
                )
            except RuntimeError as error:  # the pool broke since the last call
                cause = error
                self._drop(pool)
                continue
            try:
                return future.result()
            except TimeoutError as error:
                raise _too_slow(path, deadline) from error
            except ProcessExpired as error:
                if _ALARM is not None and error.exitcode == -_ALARM:
                    raise _too_slow(path, deadline) from error
                raise _died(path, error.exitcode) from error
            except (BrokenProcessPool, CancelledError) as error:
                cause = error
                self._drop(pool)
        reason = "The processes that read files end at once; see if memory is short."
        raise AppError(reason) from cause

    def close(self) -> None:
        """End all workers, busy ones too. No process is left when this returns."""
        with self._lock:
            self._closed = True
            pool, self._pool = self._pool, None
        if pool is not None:
            _end(pool)

    def _running(self) -> ProcessPool:
        with self._lock:
            if self._closed:
                raise AppError("Files are no longer read: the program is closing.")
            if self._pool is None:
                self._pool = ProcessPool(
                    max_workers=self._workers,
                    initializer=_prepare,
                    # fork copies locks of running threads; spawn starts clean everywhere
                    context=multiprocessing.get_context("spawn"),
                )
            return self._pool

    def _drop(self, broken: ProcessPool) -> None:
        with self._lock:
            if self._pool is broken:
                self._pool = None
        _end(broken)


def _end(pool: Any) -> None:  # noqa: ANN401 - pebble leaves these methods untyped
    pool.stop()
    pool.join()


def _prepare() -> None:
    """First thing in a worker: silence the decoders and import them, before any deadline."""
    silence = os.open(os.devnull, os.O_WRONLY)
    for descriptor in (1, 2):  # decord, FFmpeg and PDFium write to the terminal as they like
        os.dup2(silence, descriptor)
    os.close(silence)
    if _ALARM is not None:
        signal.signal(_ALARM, signal.SIG_DFL)
    importlib.import_module(_WORKER)


def _run(
    function: str | Callable[..., Any],
    hard_stop: float,
    *args: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """Call ``function`` in the worker, which the kernel ends after ``hard_stop`` seconds."""
    call: Callable[..., Any] = (
        getattr(importlib.import_module(_WORKER), function)
        if isinstance(function, str)
        else function
    )
    if _ALARM is not None:
        signal.setitimer(signal.ITIMER_REAL, hard_stop)
    try:
        return call(*args)
    except AppError:
        raise
    except Exception:
        # Some exceptions of decoders cannot be unpickled, which would break the pool.
        raise RuntimeError(f"In a worker process:\n{traceback.format_exc()}") from None
    finally:
        if _ALARM is not None:
            signal.setitimer(signal.ITIMER_REAL, 0)


def _too_slow(path: Path, deadline: float) -> TooSlowError:
    reason = f"Decoding took longer than the limit of {deadline:.0f} s and was ended."
    return TooSlowError(path, f"{reason} The file may be damaged.")


def _died(path: Path, code: int) -> DecoderDiedError:
    reason = f"The decoder crashed on this file (exit code {code}); it is damaged or too large."
    return DecoderDiedError(path, reason)
