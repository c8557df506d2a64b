"""How far the reading of words in pictures has come, and how long it will go on."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

from qwen3vl_app.indexing.picture_classes import SECONDS
from qwen3vl_app.messages import NOTHING, Message
from qwen3vl_app.types import PictureClass


class WordsState(StrEnum):
    """What the reader of words is doing."""

    OFF = "off"
    """Not wanted, or nothing may be written."""

    ABSENT = "absent"
    """It is not installed."""

    IDLE = "idle"
    """All is read."""

    WAITING = "waiting"
    """Until nothing is indexed any more."""

    READING = "reading"
    PAUSED = "paused"
    FAILED = "failed"
    """Stopped by something no picture is to blame for; see ``message``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WordsProgress:
    """A snapshot; cheap to take, safe to keep."""

    rev: int = 0
    """Grows with every change."""

    state: WordsState = WordsState.OFF
    done: int = 0
    """Pictures, pages and moments of the library that have been read, however it ended."""

    total: int = 0
    """With those that are still to be read."""

    seconds_left: float | None = None
    message: Message = NOTHING


class Pace:
    """Seconds per picture, by class, as they turn out. Used by one thread."""

    def __init__(self) -> None:
        self._count: Counter[PictureClass] = Counter()
        self._seconds: Counter[PictureClass] = Counter()

    def note(self, of: PictureClass, seconds: float) -> None:
        """One was read."""
        self._count[of] += 1
        self._seconds[of] += seconds  # type: ignore[assignment]  # typed for whole numbers

    def seconds_left(self, waiting: Counter[PictureClass]) -> float | None:
        """For what waits; None before anything was read.

        A class of which none was read takes as much longer than usual as the others did.
        """
        usual = sum(SECONDS[of] * n for of, n in self._count.items())
        if not usual:
            return None
        slowness = sum(self._seconds.values()) / usual
        return sum(n * self._each(of, slowness) for of, n in waiting.items())

    def _each(self, of: PictureClass, slowness: float) -> float:
        known = self._count[of]
        return self._seconds[of] / known if known else SECONDS[of] * slowness
