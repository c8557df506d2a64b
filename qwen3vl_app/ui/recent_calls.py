"""The last calls of programs and assistants, for the person whose library they search."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime

MOST = 20
"""Calls that are remembered; nothing of them is written down."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call: which endpoint, when, and how it went, not what it asked for."""

    endpoint: str
    at: str
    """When it was answered, as ISO 8601 with the offset of UTC."""

    milliseconds: int
    failed: bool


class RecentCalls:
    """The newest calls in memory. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: deque[Call] = deque(maxlen=MOST)

    def note(self, endpoint: str, *, seconds: float, failed: bool) -> None:
        """Remember a call that was answered just now; the oldest beyond ``MOST`` is forgotten."""
        at = datetime.now(UTC).isoformat(timespec="seconds")
        call = Call(endpoint=endpoint, at=at, milliseconds=round(1000 * seconds), failed=failed)
        with self._lock:
            self._calls.appendleft(call)

    def newest(self) -> list[Call]:
        """All that are remembered, the newest first."""
        with self._lock:
            return list(self._calls)
