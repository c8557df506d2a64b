"""Which frames of a video are looked at, and which moments it has. Pure arithmetic.

The choice of frames is that of qwen-vl-utils 0.0.14 (``vision_process.py``: ``smart_nframes``,
``calculate_video_frame_range``, ``torch.linspace(first, last, n).round().long()``), to the
frame: vectors of the same video are only then the reference's. It counts frames, so it is right
where their rate is steady; where it varies, as many frames are taken evenly in time instead.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from qwen3vl_app.media.timeline import Timeline

_FRAME_FACTOR = 2
"""Frames are looked at in pairs."""

MIN_FRAMES = 4

OVERLAP_SHARE = 0.25
"""Moments overlap by a quarter, 2 s of 8 s, so that an action at a border is whole in one."""

WINDOWS_TO_SPLIT = 1.5
"""Videos up to this many windows have no moments: the whole says the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A piece of a video to be looked at."""

    fps: float
    """Frames wanted per second."""

    max_frames: int
    start: float | None = None
    """Seconds; None for the beginning."""

    end: float | None = None
    """Seconds; None for the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """A frame that is looked at."""

    index: int
    second: float
    """When, counted from the beginning of the span."""


def choose_glances(span: Span, timeline: Timeline) -> list[Glance]:
    """The frames to look at, ascending, at least one; where the rate varies, some may repeat.

    Raises:
        ValueError: Nothing is shown in the span.
    """
    if timeline.starts is not None:
        return _choose_in_time(span, timeline)
    chosen = choose_frames(span, timeline.total, timeline.fps)
    return [Glance(index=index, second=(index - chosen[0]) / timeline.fps) for index in chosen]


def _choose_in_time(span: Span, timeline: Timeline) -> list[Glance]:
    """As the reference, but evenly between the seconds of the first and the last frame shown."""
    begin = max(span.start or 0.0, 0.0)
    end = timeline.duration if span.end is None else min(span.end, timeline.duration)
    if begin >= timeline.duration or begin > end:
        raise ValueError(_nothing(span, timeline.duration))
    first, last = timeline.shown_at(begin), timeline.shown_at(end)
    available = last - first + 1
    if available < _FRAME_FACTOR:
        return [Glance(index=first, second=0.0)]
    wanted = _even(span, (end - begin) * span.fps, available)
    seconds = np.linspace(begin, timeline.start_of(last), wanted)
    return [
        Glance(index=timeline.shown_at(second), second=float(second) - begin) for second in seconds
    ]


def choose_frames(span: Span, total: int, fps: float) -> list[int]:
    """Ascending indices of the frames to decode, at least one.

    Args:
        span: What is wanted.
        total: Frames in the video.
        fps: Its frames per second.

    Raises:
        ValueError: There is no frame in the span.
    """
    first, last = _frame_range(span, total, fps)
    if first > last:
        raise ValueError(_nothing(span, total / fps))
    available = last - first + 1
    if available < _FRAME_FACTOR:
        return [first]  # the reference refuses such videos
    wanted = _count_frames(span, available, fps)
    return [int(index) for index in np.rint(_linspace(first, last, wanted))]


def _nothing(span: Span, duration: float) -> str:
    return f"no frame from {span.start} to {span.end} s of {duration:.1f} s"


def choose_moments(timeline: Timeline, seconds: float) -> list[tuple[float, float]]:
    """The windows of a video that have frames in them; none where frames are further apart."""
    if timeline.fps * seconds < _FRAME_FACTOR:  # slides, or a damaged header
        return []
    windows = split_moments(timeline.duration, seconds)
    if timeline.starts is not None:  # whatever the window, something is shown in it
        return windows
    return [
        (start, end)
        for start, end in windows
        if _holds_frames(start, end, timeline.total, timeline.fps)
    ]


def split_moments(duration: float, seconds: float) -> list[tuple[float, float]]:
    """Windows of ``seconds`` that overlap by a quarter and cover a video, in order.

    The last one is stretched rather than followed by one with under a quarter of a window in
    it. Empty for videos up to one and a half windows long.
    """
    if duration <= seconds * WINDOWS_TO_SPLIT:
        return []
    overlap = seconds * OVERLAP_SHARE
    count = max(1, math.ceil((duration - 2 * overlap) / (seconds - overlap)))
    starts = [number * (seconds - overlap) for number in range(count)]
    ends = [start + seconds for start in starts[:-1]] + [duration]
    return [(round(a, 3), round(b, 3)) for a, b in zip(starts, ends, strict=True)]


def _holds_frames(start: float, end: float, total: int, fps: float) -> bool:
    span = Span(fps=fps, max_frames=_FRAME_FACTOR, start=start, end=end)
    first, last = _frame_range(span, total, fps)
    return first <= last


def _frame_range(span: Span, total: int, fps: float) -> tuple[int, int]:
    """First and last frame of the span, inclusive (``calculate_video_frame_range``).

    The first is after the last where no frame is shown during the span.
    """
    longest = total / fps
    first, last = 0, total - 1
    if span.start is not None:
        first = math.ceil(max(0.0, min(span.start, longest)) * fps)
    if span.end is not None:
        last = min(math.floor(max(0.0, min(span.end, longest)) * fps), total - 1)
    return first, last


def _count_frames(span: Span, available: int, fps: float) -> int:
    return _even(span, available / fps * span.fps, available)


def _even(span: Span, wished: float, available: int) -> int:
    """An even number of frames, 2 to ``available`` (``smart_nframes``)."""
    most = span.max_frames // _FRAME_FACTOR * _FRAME_FACTOR
    wanted = min(max(wished, MIN_FRAMES), most, available)
    return max(_FRAME_FACTOR, math.floor(wanted / _FRAME_FACTOR) * _FRAME_FACTOR)


def _linspace(first: int, last: int, count: int) -> np.ndarray:
    """``torch.linspace`` in float32, bit by bit, as CPUs with fused multiply-add compute it.

    The second half is counted from the end. In float64 the product is exact, so one rounding
    to float32 remains, as in the fused instruction.
    """
    step = np.float64((np.float32(last) - np.float32(first)) / np.float32(count - 1))
    index = np.arange(count)
    rising = np.float64(first) + step * index
    falling = np.float64(last) - step * (count - 1 - index)
    return np.where(index < count // 2, rising, falling).astype(np.float32)
