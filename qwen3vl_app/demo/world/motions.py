"""Where a clip's thing stands in each pair of frames and where it goes, as training targets.

The motion of a whole clip taught nothing in 2,000 steps. Asked behind each pair of frames first
where the thing is, then how it came there from the pair before, the model learns to see it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from qwen3vl_app.budget import SIDE
from qwen3vl_app.demo.world.drawing import Placed

FASTER = 3.0
"""From one pair to the next a thing moves by about a third of the frame."""


def places_of(clips: Sequence[Sequence[Sequence[Placed]]], grid: tuple[int, int]) -> np.ndarray:
    """(pairs of frames of all clips, 3): across, down and side as shares of the frame.

    `clips` tells for each frame where things stand, in pixels of what the model sees. NaN where
    more than one stands there.
    """
    high, wide = grid[0] * SIDE / 2, grid[1] * SIDE / 2
    found = []
    for frames in clips:
        for at in range(0, len(frames), 2):
            pair = frames[at : at + 2]
            if any(len(frame) != 1 for frame in pair):
                found.append(np.full(3, np.nan))
                continue
            x, y, side = np.mean([frame[0] for frame in pair], axis=0)
            found.append(np.array([x / wide, y / high, side / min(wide, high)]))
    return np.stack(found).astype(np.float32)


def moves_of(places: np.ndarray, clips: int) -> np.ndarray:
    """(pairs of frames of all clips, 3): what changed since the pair before; NaN for the first."""
    found = np.full_like(places, np.nan).reshape(clips, -1, 3)
    found[:, 1:] = FASTER * np.diff(places.reshape(clips, -1, 3), axis=1)
    return found.reshape(-1, 3)
