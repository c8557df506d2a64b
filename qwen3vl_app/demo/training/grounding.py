"""What a reranker has to notice on its way to yes or no, as training targets.

One bit for a whole picture teaches relations slowly: the model cannot know whether it missed a
thing, its side or the words. So its layers are asked in turn: which thing a vision token shows
(`shown`) and a name means (`named`), which tokens show what the query names first and second
(`grounds`), and at the end of the prompt what relation, motion or count the query claims and the
picture has (`ways`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import Tensor

from qwen3vl_app.budget import SIDE
from qwen3vl_app.demo.world.drawing import Placed
from qwen3vl_app.demo.world.names import Thing
from qwen3vl_app.demo.world.scenes import COUNTS, MOTIONS, Scene

CHANNELS = 2
"""What a token can show: what the query names first (or shapes of the claimed colour and form),
what it names second."""

WAYS = ("left", "right", "above", "below", *(f"moves {m}" for m in MOTIONS), *map(str, COUNTS))
"""Where what is named first stands to what is named second; how a thing moves; how many."""

UNKNOWN = -100
"""No target; `cross_entropy` passes over it."""

POSITIVE_WEIGHT = 3.0
BIAS = -2.0
"""Most tokens show nothing that was asked for."""


Naming = tuple[int, int, int]
"""Row of a query, where in its text a name ends, place of the thing that it means."""


@dataclass(frozen=True, slots=True)
class Grounds:
    """Targets of N · QUERIES rows.

    grounds: (rows, vision tokens, CHANNELS) of 0 and 1. shown: (rows, vision tokens) places of the
    things that the tokens show, or `UNKNOWN`. named: what the queries name. ways: (rows, 2) places
    in `WAYS`: what is claimed, what is so.
    """

    grounds: np.ndarray
    shown: np.ndarray
    named: tuple[Naming, ...]
    ways: np.ndarray


Name = tuple[int, int, Thing]
"""Where a name begins and ends in a text, and what it means."""


def names_in(text: str, claim: Scene) -> list[Name]:
    """The claim's things in the order of their names in `text`; empty where that is not clear."""
    lower, found = text.lower(), []
    for thing in claim.things:
        names = {name.lower() for names in thing.names.values() for name in names}
        inside = [name for name in names if name in lower]
        if not inside:
            return []
        longest = max(inside, key=len)
        start = lower.index(longest)
        found.append((start, start + len(longest), thing))
    found.sort(key=lambda name: name[0])
    if len(lower) != len(text) or any(second[0] < first[1] for first, second in pairwise(found)):
        return []
    return found


def way_of(scene: Scene, order: Sequence[Thing]) -> int:
    """The place in `WAYS` of what holds in the scene between the things in this order."""
    if scene.kind == "shapes":
        return WAYS.index(str(scene.count))
    if scene.kind == "clip":
        return WAYS.index(f"moves {scene.motion}")
    if scene.kind != "pair" or set(order) != set(scene.things):
        return UNKNOWN
    ways = ("above", "below") if scene.stacked else ("left", "right")
    return WAYS.index(ways[scene.things != tuple(order)])


def channels_of(
    scene: Scene, claim: Scene, order: Sequence[Thing], place: int
) -> tuple[bool, bool]:
    """What thing or shape number `place` of the scene is to a claim naming things in `order`."""
    if scene.kind == "shapes":
        return (scene.colour, scene.shape) == (claim.colour, claim.shape), False
    thing = scene.things[place]
    return thing in order[:1], thing in order[1:2]


def covered(placed: Placed, rows: int, columns: int) -> np.ndarray:
    """(rows, columns), true for tokens whose middle, or that of the thing, lies inside."""
    x, y, side = placed
    across = (np.arange(columns) + 0.5) * SIDE
    down = (np.arange(rows) + 0.5) * SIDE
    inside = (np.abs(down - y) <= side / 2)[:, None] & (np.abs(across - x) <= side / 2)[None]
    inside[min(rows - 1, int(max(0.0, y) // SIDE)), min(columns - 1, int(max(0.0, x) // SIDE))] = 1
    found: np.ndarray = inside
    return found


def tokens_of(
    frames: Sequence[Sequence[Placed]], grid: tuple[int, int], values: np.ndarray, empty: int
) -> np.ndarray:
    """(vision tokens, V): the row of `values` (places, V) that each token shows, else `empty`.

    `frames` tells for each frame where things or shapes stand, in pixels of what the model sees.
    Two frames share their tokens; a single one is a picture.
    """
    rows, columns = grid[0] // 2, grid[1] // 2
    segments = []
    for at in range(0, len(frames), 2):
        found = np.full((rows, columns, values.shape[1]), empty, dtype=np.int64)
        for frame in frames[at : at + 2]:
            for place, placed in enumerate(frame):
                found[covered(placed, rows, columns)] = values[place]
        segments.append(found.reshape(-1, values.shape[1]))
    return np.concatenate(segments)


@dataclass(frozen=True, slots=True)
class Judged:
    """One document of a batch: its scene, where that stands, and what is asked of it."""

    scene: Scene
    frames: Sequence[Sequence[Placed]]
    claims: Sequence[Scene]
    queries: Sequence[str]


def grounds_of(judged: Sequence[Judged], grid: tuple[int, int], places: dict[str, int]) -> Grounds:
    """The targets of all queries of the documents; `places` numbers the things by character."""
    pointed, shown, named = [], [], []
    ways: list[tuple[int, int]] = []
    for each in judged:
        count = max(len(frame) for frame in each.frames)
        known = [[places[thing.glyph]] for thing in each.scene.things] or [[UNKNOWN]] * count
        seen = tokens_of(each.frames, grid, np.array(known), UNKNOWN)[:, 0]
        for claim, query in zip(each.claims, each.queries, strict=True):
            names = names_in(query, claim)
            named += [(len(ways), end, places[thing.glyph]) for _, end, thing in names]
            order = [thing for _, _, thing in names]
            channels = [channels_of(each.scene, claim, order, place) for place in range(count)]
            pointed.append(tokens_of(each.frames, grid, np.array(channels), 0))
            shown.append(seen)
            same = claim.kind == each.scene.kind
            ways.append((way_of(claim, order), way_of(each.scene, order) if same else UNKNOWN))
    return Grounds(np.stack(pointed), np.stack(shown), tuple(named), np.array(ways))


def pointing_loss(logits: Tensor, grounds: Tensor) -> Tensor:
    """How badly (tokens of all rows, CHANNELS) logits point."""
    targets = grounds.reshape(-1, CHANNELS).float()
    weight = logits.new_full((CHANNELS,), POSITIVE_WEIGHT)
    return F.binary_cross_entropy_with_logits(logits + BIAS, targets, pos_weight=weight)


def choice_loss(logits: Tensor, targets: Tensor) -> Tensor:
    """Cross entropy of (N, choices) logits; 0 where no target is known."""
    wanted = targets.flatten()
    total = F.cross_entropy(logits, wanted, ignore_index=UNKNOWN, reduction="sum")
    return total / (wanted != UNKNOWN).sum().clamp(min=1)
