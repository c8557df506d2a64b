"""Rotary position embedding for both towers, in fewer passes over memory."""

from __future__ import annotations

from torch import Tensor


def rotate(states: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """``states · cos + rotate_half(states) · sin``, as transformers writes it, in a new tensor.

    Each half is read where it lies: none is negated, and they are not put together first. Bitwise
    equal, which a fused product and sum would not be.

    Args:
        states: Shape (..., width of a head), whose first and second half are turned together.
        cos: Of a shape that fits it.
        sin: The same.
    """
    half = states.shape[-1] // 2
    turned = states * cos
    turned[..., :half] -= states[..., half:] * sin[..., :half]
    turned[..., half:] += states[..., :half] * sin[..., half:]
    return turned
