"""How a picture looks, in 64 bits: pictures that look alike differ in few of them."""

from __future__ import annotations

import numpy as np
from PIL import Image

_SIDE = 32
_KEPT = 8
"""Frequencies kept in each direction: scaling, compression and slight retouching leave them."""


def _cosines() -> np.ndarray:
    """The first 8 rows of the type II cosine transform of 32 values, shape (8, 32)."""
    positions = np.arange(_SIDE) + 0.5
    return np.cos(np.pi / _SIDE * np.arange(_KEPT)[:, None] * positions)


_COSINES = _cosines()


def phash(picture: Image.Image) -> int:
    """Perceptual hash of an RGB picture, 0 to 2**64 - 1, in about 0.1 ms for 320 pixels.

    One bit for each of the 8 × 8 lowest frequencies of the picture in grey, set where it is
    above their median (Zauner 2010, "Implementation and benchmarking of perceptual image hash
    functions", as ``phash`` of the library imagehash). Up to about 10 of 64 bits differ between
    copies of one picture, about 32 between two pictures. Pictures of one even colour all look
    the same, so this alone does not make a duplicate.
    """
    small = picture.convert("L").resize((_SIDE, _SIDE), Image.Resampling.BOX)
    waves = _COSINES @ np.asarray(small, dtype=np.float64) @ _COSINES.T
    # Rounded, because the sums that ought to be zero are not, and would set bits by chance.
    waves = np.round(waves, 6)
    low, high = np.sort(waves, axis=None)[_KEPT**2 // 2 - 1 :][:2]
    return int.from_bytes(np.packbits(waves > (low + high) / 2).tobytes(), "big")
