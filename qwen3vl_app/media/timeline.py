"""When each frame of a video is shown, in seconds of presentation time. Pure arithmetic.

Presentation time is what players count: the first thing that can be seen or heard is at 0, and a
frame is shown until the next one is. Most videos have a steady rate, and of these a frame's number
says when it is shown; the others (telephones, screen recordings, browsers) carry a time with every
frame.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Seconds = NDArray[np.float64]

_STEADY = 0.5
"""Frames by which a frame may be early or late in a video of a steady rate: containers round times
to milliseconds, clocks of cameras jitter, and what is shown at a second is still right within one
frame."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Timeline:
    """When frames are shown. ``starts`` is None where frame ``i`` is shown from ``i / fps`` on."""

    total: int
    """Frames, at least one."""

    fps: float
    """Frames per second; where the rate varies, the average."""

    starts: Seconds | None = None
    """Ascending; the first frame is also what there is to see before its time."""

    duration: float = 0.0
    """Seconds, from 0 to the end of the last frame."""

    def __post_init__(self) -> None:
        if self.starts is None:
            object.__setattr__(self, "duration", self.total / self.fps)

    def start_of(self, index: int) -> float:
        """The second at which a frame begins to be shown."""
        if index <= 0:
            return 0.0
        return index / self.fps if self.starts is None else float(self.starts[index])

    def end_of(self, index: int) -> float:
        """The second at which a frame has made way for the next."""
        return self.start_of(index + 1) if index + 1 < self.total else self.duration

    def shown_at(self, second: float) -> int:
        """The frame that is shown at a second; the first before it, the last after it."""
        if self.starts is None:
            index = int(second * self.fps)
        else:
            index = int(np.searchsorted(self.starts, second, side="right")) - 1
        return min(max(index, 0), self.total - 1)

    def held(self, seconds: float) -> list[tuple[float, float]]:
        """From when to when single frames are shown for longer than ``seconds``."""
        if self.starts is None:
            return []
        ends = np.append(self.starts[1:], self.duration)
        begins = np.append(0.0, self.starts[1:])
        long = np.flatnonzero(ends - begins > seconds)
        return [(float(begins[at]), float(ends[at])) for at in long]


def measure(starts: Seconds, end: float, rate: float) -> Timeline:
    """The timeline of frames that begin at ``starts``, ascending seconds, and end at ``end``.

    Args:
        starts: At least one.
        end: Where the last frame ends; above the last of ``starts``.
        rate: Frames per second as the container says; 0 if it does not.
    """
    total = len(starts)
    span = float(starts[-1])
    measured = (total - 1) / span if span > 0 else 0.0
    for fps in (rate, measured):
        if fps > 0 and _is_steady(starts, end, fps):
            return Timeline(total=total, fps=fps)
    return Timeline(total=total, fps=total / end, starts=starts, duration=end)


def _is_steady(starts: Seconds, end: float, fps: float) -> bool:
    off = starts * fps - np.arange(len(starts))
    return bool(np.abs(off).max() <= _STEADY and abs(end * fps - len(starts)) <= _STEADY)
