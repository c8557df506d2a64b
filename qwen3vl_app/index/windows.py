"""Where one picture lies in another of which a little has been cut off at the edges."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from qwen3vl_app.index.blocks import Pixels

CUT = 0.05
"""Of a side, that may have been cut off at each edge."""

BICUBIC = Image.Resampling.BICUBIC

Window = tuple[float, float, float, float]
"""Left, top, right and bottom of the inside of one picture in another, as shares of its sides."""

UNCUT: Window = (CUT, CUT, 1 - CUT, 1 - CUT)
"""Of two pictures of the same."""


def inner(picture: Image.Image) -> Image.Image:
    """Without what the other may not have."""
    width, height = picture.size
    return picture.crop(
        (
            round(CUT * width),
            round(CUT * height),
            width - round(CUT * width),
            height - round(CUT * height),
        )
    )


def seen(picture: Image.Image, window: Window, size: tuple[int, int]) -> Image.Image:
    """What of a picture lies in a window, as large as that is asked for."""
    left, top, right, bottom = window
    box = (
        left * picture.width,
        top * picture.height,
        right * picture.width,
        bottom * picture.height,
    )
    return picture.resize(size, BICUBIC, box=box)


_LEVELS = ((48, 12), (96, 8), (320, 5))
"""Pixels at which the pictures are laid over each other, and how often that is mended at most."""

_STILL = 2e-4
"""Of a side: what moves less has come to rest."""


def window(first: Image.Image, second: Image.Image) -> Window:
    """Where the inside of the first lies in the second, so that they differ least.

    Gauss and Newton's way, from coarse to fine (Lucas and Kanade 1981), of the four edges.
    """
    one, other = inner(first).convert("L"), second.convert("L")
    edges = np.array(UNCUT)
    for side, most in _LEVELS:
        small, grey = np.asarray(_shrunk(one, side), np.float32), _shrunk(other, side)
        for _ in range(most):
            step = _step(small, grey, edges)
            edges = np.clip(edges + step, _LOW, _HIGH)
            if np.abs(step).max() < _STILL:
                break
    left, top, right, bottom = edges.tolist()
    return left, top, right, bottom


def _shrunk(picture: Image.Image, side: int) -> Image.Image:
    scale = side / max(picture.size)
    if scale >= 1:
        return picture
    size = (max(8, round(picture.width * scale)), max(8, round(picture.height * scale)))
    return picture.resize(size, Image.Resampling.BOX)


def _step(small: Pixels, grey: Image.Image, edges: NDArray[np.float64]) -> NDArray[np.float64]:
    """By how much each edge has to move, to first order."""
    height, width = small.shape
    left, top, right, bottom = edges.tolist()
    found = np.asarray(seen(grey, (left, top, right, bottom), (width, height)), np.float32)
    found = found + (small.mean() - found.mean())
    down, across = np.gradient(found)
    across, down = across * (width / (right - left)), down * (height / (bottom - top))
    u = (np.arange(width, dtype=np.float32) + 0.5) / width
    v = ((np.arange(height, dtype=np.float32) + 0.5) / height)[:, None]
    slopes = np.stack([across * (1 - u), down * (1 - v), across * u, down * v]).reshape(4, -1)
    error = (small - found).ravel()
    squares = (slopes @ slopes.T).astype(np.float64)
    damping = np.eye(4) * (1e-3 * np.trace(squares) + 1e-6)
    moved = np.linalg.solve(squares + damping, (slopes @ error).astype(np.float64))
    return np.clip(moved, -_FARTHEST, _FARTHEST)


_FARTHEST = 0.02
"""Of a side, at a time."""

_LOW = np.array([0.0, 0.0, 1 - 2 * CUT, 1 - 2 * CUT])
_HIGH = np.array([2 * CUT, 2 * CUT, 1.0, 1.0])
"""Where each edge of the window may be."""
