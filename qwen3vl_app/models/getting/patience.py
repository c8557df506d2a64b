"""When to try again, how long to wait before it, and when to stop."""

from __future__ import annotations

import email.utils
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from qwen3vl_app.errors import DownloadError, DownloadStoppedError
from qwen3vl_app.messages import NOTHING, Message

T = TypeVar("T")

ENOUGH = 2**20
"""Bytes by which a broken connection has brought a file on, so that the tries begin anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long to go on against failures that may pass."""

    tries: int = 8
    """In a row, without a mebibyte in between; with the pauses about two minutes."""

    first: float = 1.0
    """Seconds before the second try; each pause is twice the one before it."""

    longest: float = 60.0
    after: float = 300.0
    """Seconds that a server may ask for with ``Retry-After``."""

    silence: float = 20.0
    """Seconds without a byte that break a connection, and that pausing may take."""


class PassingError(Exception):
    """A failure after which the same is worth another try."""

    def __init__(self, why: Message, *, gained: int = 0, after: float = 0.0) -> None:
        super().__init__(str(why))
        self.why = why
        self.gained = gained
        self.after = after


class Trying:
    """Does what may fail for a while, until it succeeds, has failed for long, or is stopped.

    Args:
        patience: With failures that may pass.
        stop: Asked often; True ends what runs with ``DownloadStoppedError``.
        tell: Gets a sentence when something went wrong that is tried again, and nothing after.
    """

    def __init__(
        self, patience: Patience, stop: Callable[[], bool], tell: Callable[[Message], None]
    ) -> None:
        self.patience, self._stop, self._tell = patience, stop, tell

    def check(self) -> None:
        """Raise ``DownloadStoppedError`` if that is asked for."""
        if self._stop():
            raise DownloadStoppedError(Message.of("get.stopped"))

    def persist(self, work: Callable[[], T], tries: int | None = None) -> T:
        """What ``work`` gives, tried again while its failures may pass, with growing pauses.

        Args:
            work: Raises ``PassingError`` for what may pass.
            tries: In a row at most, where it is less than patience has.

        Raises:
            DownloadError: It went on failing, or cannot succeed.
        """
        failures, patience = 0, self.patience
        most = min(tries or patience.tries, patience.tries)
        while True:
            self.check()
            try:
                found = work()
            except PassingError as error:
                failures = 1 if error.gained >= ENOUGH else failures + 1
                if failures >= most or error.after > patience.after:
                    raise DownloadError(Message.of("get.gave_up", why=error.why)) from error
                pause = min(patience.first * 2 ** (failures - 1), patience.longest)
                self._pause(max(pause, error.after), error.why)
            else:
                return found

    def _pause(self, seconds: float, why: Message) -> None:
        self._tell(Message.of("get.again", why=why, n=f"{seconds:.0f}"))
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.check()
            time.sleep(min(left, 0.1))
        self._tell(NOTHING)


def asked_to_wait(written: str) -> float:
    """Seconds of ``Retry-After``, which may be a number or a date; 0 where it says nothing."""
    written = written.strip()
    if written.isascii() and written.isdigit():
        return float(written[:9])
    try:
        return max(0.0, email.utils.parsedate_to_datetime(written).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return 0.0
