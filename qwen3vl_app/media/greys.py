"""Values of more than 8 bits as 8: which is black, which is white, and which way round.

A TIFF may hold 12 bits in 16, and count from white to black. Pillow keeps such values as they are,
clips them where it makes 8 bits of them, and keeps the upper half of 16 bits of colours.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

_BITS, _PHOTOMETRIC, _LARGEST, _FORMAT = 258, 262, 281, 339
"""Tags of TIFF 6.0: BitsPerSample, PhotometricInterpretation, MaxSampleValue, SampleFormat."""

_WHITE_IS_ZERO, _UNSIGNED = 0, 1
_SIXTEEN = 65535
_FEWEST = 511
"""9 bits: what says less is a mistake for values of 8."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """What a file says of its values."""

    bits: int
    """Of one value as it is stored."""

    white: int
    """The largest value that is meant to occur, whether it is black or white."""

    inverted: bool
    """Whether 0 is white."""

    unsigned: bool


def levels_of(image: Image.Image) -> Levels | None:
    """What a TIFF says of values of more than 8 bits; None of everything else.

    MaxSampleValue counts only where it is that of a whole number of bits (1023, 4095, 16383):
    others write the largest value that happens to occur.
    """
    if image.format != "TIFF":
        return None
    tags = image.tag_v2  # type: ignore[attr-defined]
    bits, kind = _first(tags.get(_BITS), 1), _first(tags.get(_FORMAT), _UNSIGNED)
    if bits <= 8:
        return None
    full = 2**bits - 1
    said = _first(tags.get(_LARGEST), full)
    whole = _FEWEST <= said <= full and (said + 1).bit_count() == 1
    return Levels(
        bits=bits,
        white=said if whole else full,
        inverted=_first(tags.get(_PHOTOMETRIC), 1) == _WHITE_IS_ZERO,
        unsigned=kind == _UNSIGNED,
    )


def to_eight_bits(image: Image.Image, levels: Levels | None = None) -> Image.Image:
    """Grey of 8 bits; a picture in colour stays one, with values of its whole range.

    Args:
        image: Decoded by Pillow, of any mode.
        levels: What its file says; None for values from 0 to 65535, black to white.
    """
    if not image.mode.startswith("I") and image.mode != "F":
        return _stretched(image, levels)
    values = np.asarray(image)
    if levels is not None and levels.unsigned and image.mode == "I":
        values = values.view(np.uint32)  # Pillow has no mode for them
    values = np.nan_to_num(values.astype(np.float32))
    low, high = _range(image.mode, values, levels)
    scaled = np.clip(np.rint((values - low) * (255.0 / max(high - low, 1e-9))), 0, 255)
    if levels is not None and levels.inverted:
        scaled = 255 - scaled
    return Image.fromarray(scaled.astype(np.uint8))


def _range(mode: str, values: np.ndarray, levels: Levels | None) -> tuple[float, float]:
    """What becomes black and white."""
    least, most = float(values.min()), float(values.max())
    if mode == "F":
        return (0.0, 1.0) if least >= 0 and most <= 1 else (least, most)
    if least < 0:
        return least, most
    white = _SIXTEEN if levels is None else min(levels.white, _SIXTEEN)
    if levels is not None and most > white:  # more than it says: its depth tells, or its values
        white = 2**levels.bits - 1 if levels.bits <= 16 else int(most)
    return 0.0, float(white)


def _stretched(image: Image.Image, levels: Levels | None) -> Image.Image:
    """Colours of which Pillow has kept the upper 8 of 16 bits, where fewer bits are in use."""
    if levels is None or image.mode not in ("RGB", "RGBA", "L", "LA"):
        return image
    scale = (2**levels.bits - 1) / levels.white
    most = max(high for _, high in _extrema(image))
    if scale == 1 or most > 255 / scale + 1:
        return image
    top = max(1, 255 // round(scale))
    table = [min(255, round(value * 255 / top)) for value in range(256)]
    bands = [
        band if name == "A" else band.point(table)
        for name, band in zip(image.getbands(), image.split(), strict=True)
    ]
    return Image.merge(image.mode, bands)


def _extrema(image: Image.Image) -> list[tuple[int, int]]:
    colours = [
        band for name, band in zip(image.getbands(), image.split(), strict=True) if name != "A"
    ]
    return [band.getextrema() for band in colours]  # type: ignore[misc]


def _first(value: object, otherwise: int) -> int:
    """A number of a tag that may hold one for each channel, or nonsense."""
    if isinstance(value, tuple):
        value = value[0] if value else otherwise
    return value if isinstance(value, int) else otherwise
