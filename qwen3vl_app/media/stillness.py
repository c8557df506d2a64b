"""Stretches of a video in which nothing moves, found from its key frames.

A slide on a screen or an empty room gives the same moment again and again. Key frames cost a
hundredth of decoding everything, and encoders add one where the picture changes. Slide shows of
few frames a second may have a single one for minutes; of these, other frames are looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from qwen3vl_app.budget import Size
from qwen3vl_app.media.timeline import Timeline

_BLOCKS = (16, 16)
_MOST_CHANGE = 8
"""Grey levels by which the mean of a block may differ: compression stays under 3, a person who
walks through a wide view is above 10."""

_MOST_FRAMES = 600
_MOST_PIXELS = 1200e6
"""All frames that are decoded, together: about 15 s."""

_WINDOWS_APART = 1.5
"""Key frames further apart than this many windows say nothing of what is between them."""

Windows = list[tuple[float, float]]
"""(start, end) in seconds, in order."""


def frames_to_compare(
    keys: Sequence[int], timeline: Timeline, seconds: float, size: Size
) -> list[int]:
    """Some of the key frames, close enough for windows of ``seconds``; [] if that costs too much.

    Where the key frames themselves are too far apart, and decoding all frames costs no more, any
    frames. The same video always gives the same frames.
    """
    if not keys:
        return []
    pixels = size[0] * size[1]
    most = min(_MOST_FRAMES, int(_MOST_PIXELS / pixels))
    total = timeline.total
    step = max(seconds / 4, timeline.duration / max(1, most))
    if step > seconds * _WINDOWS_APART:
        return []
    widest = max(_unknown(timeline, key, after) for key, after in pairwise([*keys, total]))
    if widest > seconds * _WINDOWS_APART and total * pixels <= _MOST_PIXELS:
        keys = range(total)
    if len(keys) < 2:
        return []
    chosen: list[int] = []
    for key in keys:
        if not chosen or timeline.start_of(key) - timeline.start_of(chosen[-1]) >= step:
            chosen.append(key)
    return chosen


def _unknown(timeline: Timeline, key: int, after: int) -> float:
    """Seconds between two key frames of which they say nothing."""
    end = timeline.start_of(after) if after < timeline.total else timeline.duration
    return end - (timeline.start_of(key) if timeline.starts is None else timeline.end_of(key))


def find_stills(
    frames: Iterable[tuple[float, Image.Image]], duration: float, seconds: float
) -> Windows:
    """Stretches in which every frame looks like the first of the stretch.

    Args:
        frames: Frames with their seconds, ascending.
        duration: Of the video, in seconds.
        seconds: Length of a window.
    """
    most_apart = seconds * _WINDOWS_APART
    stills: Windows = []
    first: NDArray[np.int16] | None = None
    for at, frame in frames:
        now = _blocks(frame)
        same = first is not None and int(np.abs(now - first).max()) <= _MOST_CHANGE
        if same and at - stills[-1][1] <= most_apart:
            stills[-1] = (stills[-1][0], at)
        else:
            stills.append((at, at))
            first = now
    if stills and duration - stills[-1][1] <= most_apart:
        stills[-1] = (stills[-1][0], duration)
    return stills


def merge_still(windows: Windows, stills: Windows) -> Windows:
    """Windows in a row that lie in one still stretch become one; [] if one is all that is left."""
    merged: Windows = []
    before: tuple[float, float] | None = None
    for start, end in windows:
        still = next((s for s in stills if s[0] <= start and end <= s[1]), None)
        if still is not None and still == before:
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
        before = still
    return merged if len(merged) > 1 else []


def _blocks(frame: Image.Image) -> NDArray[np.int16]:
    """Mean grey of 16 × 16 blocks."""
    small = frame.convert("L").resize(_BLOCKS, Image.Resampling.BOX)
    return np.asarray(small, dtype=np.int16)
