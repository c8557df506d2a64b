"""The loop inside a worker process: take a call, run it, answer."""

from __future__ import annotations

import importlib
import os
import pickle
import signal
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from typing import Any

from qwen3vl_app.errors import AppError
from qwen3vl_app.media.memory import held_by, limit_own

GRACE = 2.0
"""Seconds by which the kernel's deadline is later than the pool's."""

_IDLE = 2.0
"""Seconds without a call after which files that were kept open are closed."""

ALARM: int | None = getattr(signal, "SIGALRM", None)
"""Ends a process whose decoder holds the interpreter; Windows has none."""

_KEPT = 4
"""Which part of its memory a process may go on holding after a call: the answer, a video that is
kept open, what allocators keep for the next time."""

WORKER = "qwen3vl_app.media.worker"
"""The module with the functions that are called, which imports the decoders."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The result of a call: a value or an error."""

    value: Any = None
    error: Exception | None = None
    is_out_of_memory: bool = False
    is_spent: bool = False
    """The process should not take another call: it holds memory that it does not give back."""


def serve(pipe: Connection, memory: int, niceness: int) -> None:
    """Answer calls until the other end of ``pipe`` is closed. Runs as a process of its own.

    Args:
        pipe: To the pool.
        memory: Bytes that this process may hold.
        niceness: By how much this process lets others go first, 0 to 19 (``nice``).
    """
    _prepare()
    if niceness and hasattr(os, "nice"):
        os.nice(niceness)
    limit_own(memory)
    most_kept = held_by(os.getpid()) + memory // _KEPT
    pipe.send(None)
    while True:
        try:
            if not pipe.poll(_IDLE):
                _run("rest", ())
            function, args, seconds = pipe.recv()
        except EOFError:
            return
        with _hard_stop(seconds):
            answer = _run(function, args)
            if held_by(os.getpid()) > most_kept:
                answer = replace(answer, is_spent=True)
            try:
                pipe.send(answer)
            except MemoryError:  # nothing was sent yet
                pipe.send(_OUT_OF_MEMORY)
            except (pickle.PicklingError, TypeError, AttributeError):
                pipe.send(Answer(error=_bug(), is_spent=answer.is_spent))
        del answer  # may hold a picture of a gigabyte until the next call


def _prepare() -> None:
    """Silence the decoders and import them, before any deadline runs."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the program to handle
    silence = os.open(os.devnull, os.O_WRONLY)
    for descriptor in (1, 2):  # decord, FFmpeg and PDFium write to the terminal themselves
        os.dup2(silence, descriptor)
    os.close(silence)
    importlib.import_module(WORKER)


@contextmanager
def _hard_stop(seconds: float) -> Iterator[None]:
    """The kernel ends the process after ``seconds``, even in a loop that holds the GIL."""
    if ALARM is None:
        yield
        return
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _run(function: str | Callable[..., Any], args: tuple[Any, ...]) -> Answer:
    try:
        if isinstance(function, str):
            function = getattr(importlib.import_module(WORKER), function)
        return Answer(value=function(*args))  # type: ignore[operator]
    except AppError as error:
        return Answer(error=error)
    except MemoryError:
        return _OUT_OF_MEMORY
    except Exception:
        return Answer(error=_bug())


_OUT_OF_MEMORY = Answer(is_out_of_memory=True, is_spent=True)


def _bug() -> RuntimeError:
    """A bug as text: exceptions of decoders cannot all be pickled."""
    return RuntimeError(f"In a worker process:\n{traceback.format_exc()}")
