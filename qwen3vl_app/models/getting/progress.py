"""How far a model is that is being got: bytes, speed, time left."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeAlias

from qwen3vl_app.messages import NOTHING, Message

WINDOW = 10.0
"""Seconds that the speed is the mean of."""


class Stage(StrEnum):
    """What is happening to it."""

    WAITING = "waiting"
    GETTING = "getting"
    PAUSED = "paused"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """How much of a model is there."""

    done: int = 0
    """Bytes, those of earlier tries included."""

    total: int = 0
    """Bytes of all its files; 0 until the hub has said."""

    speed: float = 0.0
    """Bytes a second, over the last ten seconds."""

    file: str = ""
    """Which one is coming."""

    note: Message = NOTHING
    """What went wrong that is being tried again."""

    @property
    def seconds_left(self) -> float | None:
        """At this speed; None where nothing comes."""
        return (self.total - self.done) / self.speed if self.speed else None


Report: TypeAlias = Callable[[Amount], None]


class Progress:
    """Turns counts of bytes into amounts, and reports each. For one thread."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._amount = Amount()
        self._seen: deque[tuple[float, int]] = deque()

    def begin(self, total: int, there: int) -> None:
        """So many bytes there are to get, and so many are there from before."""
        self._seen.append((time.monotonic(), there))
        self._say(replace(self._amount, done=there, total=total))

    def count(self, done: int, file: str) -> None:
        """So many bytes are there now."""
        now = time.monotonic()
        if self._seen and done < self._seen[-1][1]:
            self._seen.clear()  # something was wrong and is got anew
        if not self._seen or now - self._seen[-1][0] > 0.1:  # counts come a thousand a second
            self._seen.append((now, done))
        while now - self._seen[0][0] > WINDOW:
            self._seen.popleft()
        since, before = self._seen[0]
        speed = (done - before) / (now - since) if now - since > 0.5 else self._amount.speed
        self._say(replace(self._amount, done=done, speed=speed, file=file))

    def note(self, why: Message) -> None:
        """Something is being tried again, or goes on."""
        self._say(replace(self._amount, note=why, speed=0.0 if why else self._amount.speed))

    def _say(self, amount: Amount) -> None:
        self._amount = amount
        self._report(amount)
