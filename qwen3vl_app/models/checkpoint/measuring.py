"""Measuring how fast this computer multiplies, for ``speed`` to keep. Imports torch."""

from __future__ import annotations

import time

import torch

from qwen3vl_app.models.checkpoint.speed import Speed, keep_speed, known_speed

ROWS, INNER, OUTER = 512, 2048, 6144
"""Of the product that is timed: half a page through one layer of the 2B model."""

FEW = 64
"""Rows and a third of the width for comparing both formats: without hardware for it, a product in
bfloat16 takes up to fifty times as long."""

TURNS = 8


def measure() -> Speed:
    """Multiply-adds a second in both formats, as one layer needs them; a second."""
    single = _rate(torch.float32, ROWS, OUTER, TURNS)
    times = _rate(torch.bfloat16, FEW, INNER, TURNS // 2)
    return Speed(single=single, half=single * times / _rate(torch.float32, FEW, INNER, TURNS))


def speed_here() -> Speed:
    """What is known of this computer; measured now, and kept, where nothing is."""
    known = known_speed()
    if known is None:
        known = measure()
        keep_speed(known)
    return known


def _rate(dtype: torch.dtype, rows: int, width: int, turns: int) -> float:
    """Multiply-adds a second, the best of several turns: what else is done only takes time."""
    states, weights = torch.ones(rows, INNER, dtype=dtype), torch.ones(width, INNER, dtype=dtype)
    best = float("inf")
    for _ in range(turns):
        begun = time.perf_counter()
        torch.nn.functional.linear(states, weights)
        best = min(best, time.perf_counter() - begun)
    return rows * INNER * width / best
