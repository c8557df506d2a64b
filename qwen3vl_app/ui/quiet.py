"""Keeps what clients can cause from filling the terminal and the disk that logs go to."""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from collections.abc import Callable

SECONDS = 60.0
"""Between two lines of one kind."""

KINDS = 256
"""Kinds of lines remembered; the oldest is forgotten first."""


class OncePerMinute(logging.Filter):
    """Passes one line of each kind per minute; the next one says how many were suppressed.

    A kind is where the line is written and, of an exception, what it is and where it was raised;
    never what a client sent. Thread-safe, as handlers and loggers are filtered under no lock but
    a dictionary's.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._seen: OrderedDict[tuple[object, ...], tuple[float, int]] = OrderedDict()

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the line is written."""
        kind, now = _kind(record), self._clock()
        written, held = self._seen.get(kind, (now - SECONDS, 0))
        if now - written < SECONDS:
            self._seen[kind] = (written, held + 1)
            return False
        self._seen[kind] = (now, 0)
        self._seen.move_to_end(kind)
        while len(self._seen) > KINDS:
            self._seen.popitem(last=False)
        if held:
            record.msg = f"{record.getMessage()} ({held:,} more of these since the last line)"
            record.args = None
        return True


def _kind(record: logging.LogRecord) -> tuple[object, ...]:
    if record.exc_info and record.exc_info[1] is not None:
        error = record.exc_info[1]
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        place = (trace.tb_frame.f_code.co_filename, trace.tb_lineno) if trace else ()
        return (record.pathname, record.lineno, type(error), *place)
    return (record.pathname, record.lineno, record.levelno)
