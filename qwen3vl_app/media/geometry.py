"""How a decoded frame is to be displayed: the shape of its pixels, turned, mirrored."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from fractions import Fraction

from PIL import Image

from qwen3vl_app.budget import Size

_MOST_STRETCH = 4
"""Pixel aspect ratios beyond this are damage; no camera films in them."""

_MATRIX_BYTES = 36
"""Nine numbers of 32 bits: a display matrix (ISO/IEC 14496-12, 6.2.2)."""

_FLIP = Image.Transpose.FLIP_LEFT_RIGHT
_TURNS: dict[tuple[int, int, int, int], tuple[Image.Transpose, ...]] = {
    (1, 0, 0, 1): (),
    (0, 1, -1, 0): (Image.Transpose.ROTATE_270,),
    (-1, 0, 0, -1): (Image.Transpose.ROTATE_180,),
    (0, -1, 1, 0): (Image.Transpose.ROTATE_90,),
    (-1, 0, 0, 1): (_FLIP,),
    (1, 0, 0, -1): (Image.Transpose.FLIP_TOP_BOTTOM,),
    (0, 1, 1, 0): (Image.Transpose.TRANSPOSE,),
    (0, -1, -1, 0): (Image.Transpose.TRANSVERSE,),
}
"""Signs of a, b, c, d of the matrix: x' = a x + c y, y' = b x + d y, y growing downwards."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Geometry:
    """Width and height are multiplied, then the frame is turned."""

    stretch: Fraction = Fraction(1)
    """Width of a pixel by its height."""

    turns: tuple[Image.Transpose, ...] = ()

    def show(self, frame: Image.Image) -> Image.Image:
        """The frame as it is displayed; never smaller than it is coded."""
        size = self._displayed(frame.size)
        if size != frame.size:
            frame = frame.resize(size, Image.Resampling.BICUBIC)
        for turn in self.turns:
            frame = frame.transpose(turn)
        return frame

    def _displayed(self, size: Size) -> Size:
        """Before it is turned."""
        width, height = size
        if self.stretch > 1:
            return max(1, round(width * self.stretch)), height
        return width, max(1, round(height / self.stretch))


def stretch_of(ratio: Fraction | None) -> Fraction:
    """The shape of pixels that a container says, square where it says none or nonsense."""
    if not ratio or ratio < 0 or not Fraction(1, _MOST_STRETCH) <= ratio <= _MOST_STRETCH:
        return Fraction(1)
    return Fraction(ratio)


def turns_of(matrix: bytes) -> tuple[Image.Transpose, ...]:
    """What a display matrix does, by the nearest quarter turn; nothing where it is damaged."""
    if len(matrix) != _MATRIX_BYTES:
        return ()
    a, b, _, c, d, *_ = struct.unpack("=9i", matrix)
    if max(abs(a), abs(d)) >= max(abs(b), abs(c)):
        signs = (_sign(a), 0, 0, _sign(d))
    else:
        signs = (0, _sign(b), _sign(c), 0)
    return _TURNS.get(signs, ())


def _sign(number: int) -> int:
    return (number > 0) - (number < 0)
