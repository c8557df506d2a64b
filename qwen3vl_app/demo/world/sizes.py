"""Picture and frame sizes of the demo checkpoints: the budget they are trained and served with."""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random

from qwen3vl_app.budget import Budget, fit
from qwen3vl_app.demo.world.drawing import Size

BUDGET = Budget(
    min_picture_tokens=4,
    max_picture_tokens=36,
    fps=2.0,
    max_frames=8,
    min_frame_tokens=4,
    max_frame_tokens=12,
    max_clip_tokens=48,
    max_input_tokens=512,
)
"""What the checkpoints carry as `budget.json`."""

PICTURE_BUDGETS = {36: 0.2, 20: 0.4, 12: 0.4}
"""Tokens at most -> how often pictures are drawn for it in training. The program feeds the first;
small pictures give fewer, and cost training less. Pages are always drawn for the first."""

PICTURE_SHAPES = ((4, 3), (3, 4), (1, 1), (16, 9), (3, 2), (2, 3), (9, 16), (2, 1), (5, 4))
STRIP_SHAPES = ((5, 1), (4, 1), (6, 1), (7, 2))
STRIP_TOKENS = 6
"""A word alone on a strip has letters as large as in a heading, and costs a sixth of a page."""

PAGE_SHAPES = ((210, 297), (210, 297), (17, 22), (4, 3), (3, 4))
CLIP_SHAPES = ((4, 3), (4, 3), (16, 9), (1, 1), (3, 4))


@dataclass(frozen=True, slots=True)
class Frame:
    """What is drawn (`canvas`, pixels) and what the model sees of it (`shown`, pixels)."""

    canvas: Size
    shown: Size

    @property
    def grid(self) -> tuple[int, int]:
        """Patches of 16 pixels: (rows, columns)."""
        return self.shown[1] // 16, self.shown[0] // 16


def random_frame(rng: Random, kind: str) -> Frame:
    """A random shape for a picture, page, clip or strip, drawn larger than it is seen."""
    shapes = {"page": PAGE_SHAPES, "clip": CLIP_SHAPES, "strip": STRIP_SHAPES}.get(
        kind, PICTURE_SHAPES
    )
    least, most = BUDGET.min_picture_tokens, BUDGET.max_picture_tokens
    if kind == "clip":
        least, most = BUDGET.min_frame_tokens, BUDGET.max_frame_tokens
    elif kind == "strip":
        most = STRIP_TOKENS
    elif kind == "picture":
        most = rng.choices(list(PICTURE_BUDGETS), list(PICTURE_BUDGETS.values()))[0]
    wide, high = rng.choice(shapes)
    ratio = wide / high * rng.uniform(0.95, 1.05)
    shown = fit((round(1000 * math.sqrt(ratio)), round(1000 / math.sqrt(ratio))), least, most)
    area = shown[0] * shown[1] * rng.choice((1.3, 2.0, 3.5))
    return Frame((round(math.sqrt(area * ratio)), round(math.sqrt(area / ratio))), shown)
