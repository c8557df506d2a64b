"""The region of a query picture that the person marked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from qwen3vl_app.errors import UsageError
from qwen3vl_app.messages import Message
from qwen3vl_app.types.reading import number

if TYPE_CHECKING:
    from PIL.Image import Image

SMALLEST_CROP = 8
"""Pixels; a smaller region shows nothing that could be looked for."""


@dataclass(frozen=True, slots=True)
class Crop:
    """Shares of an upright picture's width and height, counted from the top left."""

    left: float
    top: float
    right: float
    bottom: float

    @classmethod
    def read(cls, given: object) -> Self:
        """From a list of four numbers.

        Raises:
            UsageError: They are no region.
        """
        values = given if isinstance(given, (list, tuple)) else ()
        known = [one for one in map(number, values) if one is not None]
        if len(known) == 4:
            left, top, right, bottom = known
            if 0 <= left < right <= 1 and 0 <= top < bottom <= 1:
                return cls(left, top, right, bottom)
        raise UsageError(Message.of("crop.unusable", value=repr(given)))

    def written(self) -> list[float]:
        """The four numbers that ``read`` takes back."""
        return [self.left, self.top, self.right, self.bottom]

    def apply(self, picture: Image) -> Image:
        """That part of the picture, at least ``SMALLEST_CROP`` pixels wide and high."""
        left, right = _span(self.left, self.right, picture.width)
        top, bottom = _span(self.top, self.bottom, picture.height)
        return picture.crop((left, top, right, bottom))


def _span(low: float, high: float, size: int) -> tuple[int, int]:
    least = min(SMALLEST_CROP, size)
    first = min(round(low * size), size - least)
    return first, max(round(high * size), first + least)
