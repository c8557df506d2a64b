"""Whether two thumbnails show one picture: also where it is small, as in figures and letters.

A perceptual hash sees what is large, and a model what it is about. To both, invoices, chats and
slides of one template are the same, and to the hash a red page is a blue one. So where both say
that two pictures are the same, their thumbnails are laid over each other, and everything that has
some contrast must be there in both. Compressing, scaling, lightening and cutting a little off the
edges leave that; several other figures do not. Whether a single one is another may take the
originals to see.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from qwen3vl_app.index.blocks import BLOCK, Pixels, as_light, blocks, blurred
from qwen3vl_app.index.windows import BICUBIC, CUT, inner, seen, window


@dataclass(frozen=True, slots=True, kw_only=True)
class _Limits:
    """What a block may differ by (standard deviation)."""

    blur: float
    """Pixels, before anything is compared."""

    noise: float
    """Levels of 255, whatever the contrast."""

    share: float
    """Of the block's contrast."""


_SOFT = _Limits(blur=0.8, noise=7.0, share=0.4)
"""Also where pixels fall beside each other by one half. Drawn pages, chats, slides, photos and
samples that were compressed, scaled, darkened or cut keep 0.3; four figures of 6 pixels that are
others have 0.5 to 0.7, a single one 0.3 to 0.45."""

_SHARP = _Limits(blur=0.0, noise=10.8, share=0.6)
"""Where nothing was cut off: 98 of 100 copies keep it, and half of the single figures do not."""

_SHADE, _SHADE_OF_PLAIN = 32.0, 10.0
"""Levels by which the colour of a block may differ, the whole picture being as light; and of
pictures in which there is nothing else."""

_PLAIN = 3.0
"""Standard deviation of a picture without contrast."""

_ENOUGH_IN_PLACE = 0.85
"""Share of the blocks with contrast from which two pictures lie on each other already, so that
what differs is no matter of an edge that was cut off."""

_SMALLEST = 3 * BLOCK

_EVEN, _GROUND = 2.0, 0.04
"""Standard deviation of a block of an even ground, and the share of such blocks from which there
may be writing on it. Drawn pages have 0.07 (a sheet full of figures) to 0.9, photos 0."""


class Agreement(Enum):
    """What two thumbnails say of their pictures."""

    NO = auto()
    """They show something else."""

    YES = auto()
    """They are copies."""

    UNLESS_IN_DETAIL = auto()
    """They are copies unless something is written on them, of which a thumbnail shows too little;
    they lie on each other, so that their originals can be compared (see ``details``)."""


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """A thumbnail, ready to be compared."""

    picture: Image.Image
    """RGB."""

    @classmethod
    def of(cls, picture: Image.Image) -> Shown:
        """Any thumbnail."""
        return cls(picture.convert("RGB"))


def agree(one: Shown, other: Shown) -> Agreement:
    """Whether two thumbnails show the same picture; 10 ms where an edge may be cut off, else 3."""
    first, second = sorted((one.picture, other.picture), key=lambda p: p.width * p.height)
    ratio = (first.width * second.height) / (first.height * second.width)
    if not 1 - 2 * CUT <= ratio <= 1 / (1 - 2 * CUT):
        return Agreement.NO
    if min(first.size) < _SMALLEST:
        first = first.resize((_SMALLEST, _SMALLEST), Image.Resampling.BILINEAR)
    bad, in_place = _compared(first, second.resize(first.size, BICUBIC), _SOFT, _SHARP)
    if not bad:
        return Agreement.UNLESS_IN_DETAIL if _has_even_ground(first) else Agreement.YES
    if in_place >= _ENOUGH_IN_PLACE:
        return Agreement.NO
    inside = inner(first)
    bad, _ = _compared(inside, seen(second, window(first, second), inside.size), _SOFT)
    return Agreement.NO if bad else Agreement.YES


def _compared(first: Image.Image, second: Image.Image, *limits: _Limits) -> tuple[int, float]:
    """How many blocks do not show the same; and of those with contrast, the share that do."""
    one, other = first.convert("L"), second.convert("L")
    a, b = np.asarray(one, np.float32), np.asarray(other, np.float32)
    plain = max(float(a.std()), float(b.std())) < _PLAIN
    gain, offset = (1.0, 0.0) if plain else as_light(a, b)
    shade = np.abs(_colours(first) - (_colours(second) * gain + offset)).max(axis=2)
    bad = int((shade > (_SHADE_OF_PLAIN if plain else _SHADE)).sum())
    in_place = 1.0
    for limit in limits:
        wrong, has_contrast = _apart(
            blurred(one, limit.blur), blurred(other, limit.blur) * gain + offset, limit
        )
        bad += int(wrong.sum())
        if has_contrast.any():
            in_place = min(in_place, 1.0 - float(wrong[has_contrast].mean()))
    return bad, in_place


def _apart(a: Pixels, b: Pixels, limit: _Limits) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which blocks differ too much, and which have any contrast."""
    wrong, has_contrast = [], []
    for start in (0, BLOCK // 2):
        own, others = blocks(a[start:, start:]), blocks(b[start:, start:])
        contrast = np.maximum(own.std(axis=2), others.std(axis=2))
        most = np.maximum(limit.noise, limit.share * contrast)
        wrong.append(((own - others).std(axis=2) > most).ravel())
        has_contrast.append((contrast > limit.noise).ravel())
    return np.concatenate(wrong), np.concatenate(has_contrast)


def _colours(picture: Image.Image) -> Pixels:
    """Of each block."""
    return np.asarray(picture.reduce(BLOCK), np.float32)


def _has_even_ground(picture: Image.Image) -> bool:
    contrast = blocks(blurred(picture.convert("L"), _SOFT.blur)).std(axis=2)
    return float((contrast < _EVEN).mean()) >= _GROUND
