"""When a model that nobody asks is let go, until somebody does."""

from __future__ import annotations

IDLE_MINUTES = 30.0
"""By default: long enough for a break, and other programs get the memory over night."""

LARGE_BYTES = 2**30
"""From here on a model is unloaded by default. A smaller one takes no memory that others miss, on
a GPU neither, and no search should wait for it."""


def idle_seconds(minutes: float | None, memory_bytes: int) -> float | None:
    """After how long without work a model is let go; None for never.

    Args:
        minutes: What was set; 0 for never, None for the default.
        memory_bytes: Of its weights.
    """
    if minutes is None:
        return IDLE_MINUTES * 60 if memory_bytes >= LARGE_BYTES else None
    return minutes * 60 if minutes > 0 else None
