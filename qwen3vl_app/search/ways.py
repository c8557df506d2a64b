"""Other ways of computing the same scores: how far do they depend on what should not matter?"""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

from qwen3vl_app.budget import Budget

ANEW_AT_ONCE = 4
"""Documents of one slice: short enough that Stop is heard soon, and a batch nevertheless."""


class Way(StrEnum):
    """What is another than in the search."""

    BATCH = "batch"
    """Every document by itself, without others in its batch."""

    PIXELS = "pixels"
    """Half as many tokens at most for each picture, page and pair of frames of a document."""

    DTYPE = "dtype"
    """bfloat16 instead of float32, or the other way round."""


def halved(budget: Budget) -> Budget:
    """The budget with half of its largest sizes."""
    return divided(budget, 2)


def divided(budget: Budget, by: int) -> Budget:
    """The budget with one in so many tokens of its largest sizes."""
    if by == 1:
        return budget
    return replace(
        budget,
        max_picture_tokens=max(budget.min_picture_tokens, budget.max_picture_tokens // by),
        min_frame_tokens=max(1, budget.min_frame_tokens // by),
        max_frame_tokens=max(1, budget.max_frame_tokens // by),
    )
