"""Whether two pictures also say the same in small print: asked of the pictures themselves.

On a thumbnail, a figure of ten points has two or three pixels. So where two thumbnails agree, and
the pictures may be pages, the pictures are laid over each other at nearly their own size.
"""

from __future__ import annotations

import numpy as np
from PIL import Image

from qwen3vl_app.index.blocks import BLOCK, Pixels, as_light, blocks, blurred
from qwen3vl_app.index.windows import BICUBIC, UNCUT, Window, inner, seen, window

LONGEST = 2560
"""Pixels of the longer side at which they are compared, so that pictures of most screens and scans
of 200 dots per inch keep their own size."""

_BLUR = 0.8
"""Pixels, so that half a pixel of difference in place, or the traces of a JPEG, do not count."""

_MOST = 22.0
"""Levels of 255, as standard deviation in a block. Copies that were compressed, scaled, darkened
or sharpened have up to 17 (scaled, sharpened and compressed: 20); a figure of 9 points at 150 dots
per inch that is another has 36 and more, one of 11 to 14 pixels on a screen 18 to 44."""

_MOST_CUT = 35.0
"""The same where a row of pixels or more were cut off: such copies do not lie on each other quite,
and have up to 34. Laying them where they belong has to halve the difference at least, which does
nothing for other figures in even columns."""

_MOVED = 6e-4
"""Of a side, by which an edge has to lie elsewhere for something to have been cut off: one pixel
of 1,600. Another figure moves the edges that are found by up to 0.0005."""


def fine_print(picture: Image.Image) -> Image.Image:
    """What of a picture is compared: its lightness, its longer side at most ``LONGEST`` pixels."""
    grey = picture.convert("L")
    grey.thumbnail((LONGEST, LONGEST), Image.Resampling.BICUBIC, reducing_gap=3.0)
    return grey


def same_in_detail(one: Image.Image, other: Image.Image) -> bool:
    """Whether two pictures that agree as thumbnails say the same; 0.3 s where they are large.

    Args:
        one: As ``fine_print`` gives it.
        other: The same.
    """
    first, second = sorted((one, other), key=lambda picture: picture.width * picture.height)
    if min(first.size) < BLOCK:
        return True
    in_place = _most_apart(first, second.resize(first.size, BICUBIC))
    if in_place <= _MOST:
        return True
    place = window(first, second)
    if not _is_cut(place):
        return False
    inside = inner(first)
    at_its_place = _most_apart(inside, seen(second, place, inside.size))
    return at_its_place <= min(_MOST_CUT, in_place / 2)


def _is_cut(place: Window) -> bool:
    return max(abs(edge - own) for edge, own in zip(place, UNCUT, strict=True)) > _MOVED


def _most_apart(first: Image.Image, second: Image.Image) -> float:
    """The standard deviation of the difference in the block in which that is largest."""
    a, b = (np.asarray(picture, np.float32) for picture in (first, second))
    gain, offset = as_light(a, b)
    difference: Pixels = blurred(first, _BLUR) - (blurred(second, _BLUR) * gain + offset)
    starts = (0, BLOCK // 2) if min(first.size) >= 2 * BLOCK else (0,)
    return max(float(blocks(difference[at:, at:]).std(axis=2).max()) for at in starts)
