"""Pointing: which vision tokens show what a query claims, as a training target of the reranker."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import Tensor

from qwen3vl_app.budget import SIDE
from qwen3vl_app.demo.drawing import Placed
from qwen3vl_app.demo.scenes import Scene

CHANNELS = 3
"""What a token can show: the thing that the claim puts first (left, above, earlier; or shapes of
the claimed colour and form), the thing it puts second, something of which the claim is true."""

POSITIVE_WEIGHT = 3.0
BIAS = -2.0
"""Most tokens show nothing that was asked for."""


def channels_of(scene: Scene, claim: Scene, place: int) -> tuple[bool, bool, bool]:
    """What the scene's thing or shape number `place` is to a claim."""
    if scene.kind == "shapes":
        same = (scene.colour, scene.shape) == (claim.colour, claim.shape)
        return same, False, same and scene.count == claim.count
    thing = scene.things[place]
    first = claim.things[:1] == (thing,)
    second = claim.things[1:2] == (thing,)
    if len(claim.things) == 1 and not claim.motion:
        return first, second, first
    same_way = (scene.kind, scene.stacked, scene.motion) == (
        claim.kind,
        claim.stacked,
        claim.motion,
    )
    return first, second, same_way and claim.things[place : place + 1] == (thing,)


def covered(placed: Placed, rows: int, columns: int) -> np.ndarray:
    """(rows, columns), true for tokens whose middle, or that of the thing, lies inside."""
    x, y, side = placed
    across = (np.arange(columns) + 0.5) * SIDE
    down = (np.arange(rows) + 0.5) * SIDE
    inside = (np.abs(down - y) <= side / 2)[:, None] & (np.abs(across - x) <= side / 2)[None]
    inside[min(rows - 1, int(max(0.0, y) // SIDE)), min(columns - 1, int(max(0.0, x) // SIDE))] = 1
    found: np.ndarray = inside
    return found


def grounds_of(
    scene: Scene, claim: Scene, frames: Sequence[Sequence[Placed]], grid: tuple[int, int]
) -> np.ndarray:
    """(vision tokens, CHANNELS) of 0 and 1 for a scene and what a query claims of it.

    `frames` tells for each frame where things or shapes stand, in pixels of what the model sees.
    Two frames share their tokens; a single one is a picture.
    """
    rows, columns = grid[0] // 2, grid[1] // 2
    segments = []
    for at in range(0, len(frames), 2):
        found = np.zeros((rows, columns, CHANNELS), dtype=bool)
        for frame in frames[at : at + 2]:
            for place, placed in enumerate(frame):
                inside = covered(placed, rows, columns)
                found |= inside[..., None] & np.array(channels_of(scene, claim, place))
        segments.append(found.reshape(-1, CHANNELS))
    return np.concatenate(segments).astype(np.uint8)


def pointing_loss(logits: Tensor, grounds: np.ndarray) -> Tensor:
    """How badly (tokens of all rows, CHANNELS) logits point."""
    targets = torch.from_numpy(grounds).reshape(-1, CHANNELS).float()
    return F.binary_cross_entropy_with_logits(
        logits + BIAS, targets, pos_weight=torch.full((CHANNELS,), POSITIVE_WEIGHT)
    )
