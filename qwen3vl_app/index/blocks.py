"""Pictures as blocks of pixels, of one lightness, so that they can be compared with each other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

Pixels = NDArray[np.float32]

BLOCK = 8
"""Pixels to a side."""

_GAINS, _OFFSET = (0.7, 1.4), 40.0
"""How much lighter and richer in contrast a copy may be."""


def blurred(grey: Image.Image, radius: float) -> Pixels:
    """(height, width) levels of 255, blurred by so many pixels."""
    return np.asarray(grey.filter(ImageFilter.GaussianBlur(radius)), np.float32)


def blocks(pixels: Pixels) -> Pixels:
    """(rows, columns, pixels of a block)."""
    height, width = (side // BLOCK for side in pixels.shape)
    cut = pixels[: height * BLOCK, : width * BLOCK].reshape(height, BLOCK, width, BLOCK)
    return cut.swapaxes(1, 2).reshape(height, width, BLOCK * BLOCK)


def as_light(a: Pixels, b: Pixels) -> tuple[float, float]:
    """What makes the second as rich in contrast and as light as the first, within limits."""
    spread, middle = float(b.std()), float(b.mean())
    gain = 1.0
    if spread > 1:
        gain = float(((a - a.mean()) * (b - middle)).mean() / spread**2)
    gain = min(max(gain, _GAINS[0]), _GAINS[1])
    lighter = min(max(float(a.mean()) - middle, -_OFFSET), _OFFSET)
    return gain, middle * (1 - gain) + lighter
