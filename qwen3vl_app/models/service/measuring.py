"""Measuring how fast this computer multiplies, for ``checkpoint.speed`` to keep."""

from __future__ import annotations

import time

ROWS, INNER, OUTER = 512, 2048, 6144
"""Of the product that is timed: half a page through one layer of the 2B model."""

TURNS = 8


def measure() -> float:
    """Multiply-adds a second in float32, as one layer needs them. Imports torch; half a second."""
    import torch  # noqa: PLC0415  takes seconds

    rows = torch.ones(ROWS, INNER, dtype=torch.float32)
    weights = torch.ones(OUTER, INNER, dtype=torch.float32)
    seconds = []
    for _ in range(TURNS):
        begun = time.perf_counter()
        torch.nn.functional.linear(rows, weights)
        seconds.append(time.perf_counter() - begun)
    return ROWS * INNER * OUTER / min(seconds)  # what else the computer does only takes time
