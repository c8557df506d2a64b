"""Which failures of loading a model pass by themselves, and when to try again. No torch."""

from __future__ import annotations

from collections.abc import Iterator

from qwen3vl_app.models.forward.memory import is_out_of_memory

WAITS = (5.0, 15.0, 60.0, 300.0)
"""Seconds between one try and the next; the last one from then on. What is short for a moment is
soon there again, and a drive that was taken away comes back when somebody brings it."""

_SAID = ("too many open files", "cannot allocate memory", "(os error 24)", "(os error 12)")
"""By libraries in other languages, whose errors have no number."""


def seconds_until_retry(failures: int) -> float:
    """How long to wait after so many failures in a row, 1 or more."""
    return WAITS[min(failures, len(WAITS)) - 1]


def may_pass(error: BaseException) -> bool:
    """Whether loading failed for want of files, memory or a drive, and not by the checkpoint.

    Errors of the operating system have a number; what transformers says of a checkpoint is of the
    same class and has none.
    """
    return any(
        is_out_of_memory(one)
        or (isinstance(one, OSError) and one.errno is not None)
        or any(said in str(one).lower() for said in _SAID)
        for one in _chain(error)
    )


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
