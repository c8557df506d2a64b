"""Whether two thumbnails show one picture: also where it is small, as in figures and letters.

A perceptual hash sees what is large, and a model what it is about. To both, invoices, chats and
slides of one template are the same, and to the hash a red page is a blue one. So where both say
that two pictures are the same, their thumbnails are laid over each other, and everything that has
some contrast must be there in both. Compressing, scaling, lightening and cutting a little off the
edges leave that; another figure does not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

Pixels = NDArray[np.float32]

_BLOCK = 8
"""Pixels of 320 to a side: two or three letters of a page of A4."""


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

_CUT = 0.05
"""Of a side, that may have been cut off at each edge."""

_SMALLEST = 3 * _BLOCK

_GAINS, _OFFSET = (0.7, 1.4), 40.0
"""How much lighter and richer in contrast a copy may be."""


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """A thumbnail, ready to be compared."""

    picture: Image.Image
    """RGB."""

    @classmethod
    def of(cls, picture: Image.Image) -> Shown:
        """Any thumbnail."""
        return cls(picture.convert("RGB"))


def agree(one: Shown, other: Shown) -> bool:
    """Whether two thumbnails show the same picture; 10 ms where an edge may be cut off, else 3."""
    first, second = sorted((one.picture, other.picture), key=lambda p: p.width * p.height)
    ratio = (first.width * second.height) / (first.height * second.width)
    if not 1 - 2 * _CUT <= ratio <= 1 / (1 - 2 * _CUT):
        return False
    if min(first.size) < _SMALLEST:
        first = first.resize((_SMALLEST, _SMALLEST), Image.Resampling.BILINEAR)
    bad, in_place = _compared(first, second.resize(first.size, _BICUBIC), _SOFT, _SHARP)
    if not bad or in_place >= _ENOUGH_IN_PLACE:
        return not bad
    inner = _inner(first)
    bad, _ = _compared(inner, _seen(second, _window(first, second), inner.size), _SOFT)
    return not bad


_BICUBIC = Image.Resampling.BICUBIC

Window = tuple[float, float, float, float]
"""Left, top, right and bottom of the inside of one picture in another, as shares of its sides."""


def _inner(picture: Image.Image) -> Image.Image:
    """Without what the other may not have."""
    width, height = picture.size
    return picture.crop(
        (
            round(_CUT * width),
            round(_CUT * height),
            width - round(_CUT * width),
            height - round(_CUT * height),
        )
    )


def _seen(picture: Image.Image, window: Window, size: tuple[int, int]) -> Image.Image:
    left, top, right, bottom = window
    box = (
        left * picture.width,
        top * picture.height,
        right * picture.width,
        bottom * picture.height,
    )
    return picture.resize(size, _BICUBIC, box=box)


def _compared(first: Image.Image, second: Image.Image, *limits: _Limits) -> tuple[int, float]:
    """How many blocks do not show the same; and of those with contrast, the share that do."""
    one, other = first.convert("L"), second.convert("L")
    a, b = np.asarray(one, np.float32), np.asarray(other, np.float32)
    plain = max(float(a.std()), float(b.std())) < _PLAIN
    gain, offset = (1.0, 0.0) if plain else _as_light(a, b)
    shade = np.abs(_colours(first) - (_colours(second) * gain + offset)).max(axis=2)
    bad = int((shade > (_SHADE_OF_PLAIN if plain else _SHADE)).sum())
    in_place = 1.0
    for limit in limits:
        wrong, has_contrast = _apart(
            _blurred(one, limit.blur), _blurred(other, limit.blur) * gain + offset, limit
        )
        bad += int(wrong.sum())
        if has_contrast.any():
            in_place = min(in_place, 1.0 - float(wrong[has_contrast].mean()))
    return bad, in_place


def _apart(a: Pixels, b: Pixels, limit: _Limits) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which blocks differ too much, and which have any contrast."""
    wrong, has_contrast = [], []
    for start in (0, _BLOCK // 2):
        own, others = _blocks(a[start:, start:]), _blocks(b[start:, start:])
        contrast = np.maximum(own.std(axis=2), others.std(axis=2))
        most = np.maximum(limit.noise, limit.share * contrast)
        wrong.append(((own - others).std(axis=2) > most).ravel())
        has_contrast.append((contrast > limit.noise).ravel())
    return np.concatenate(wrong), np.concatenate(has_contrast)


def _blurred(grey: Image.Image, radius: float) -> Pixels:
    return np.asarray(grey.filter(ImageFilter.GaussianBlur(radius)), np.float32)


def _colours(picture: Image.Image) -> Pixels:
    """Of each block."""
    return np.asarray(picture.reduce(_BLOCK), np.float32)


def _as_light(a: Pixels, b: Pixels) -> tuple[float, float]:
    """What makes the second as rich in contrast and as light as the first, within limits."""
    spread, middle = float(b.std()), float(b.mean())
    gain = 1.0
    if spread > 1:
        gain = float(((a - a.mean()) * (b - middle)).mean() / spread**2)
    gain = min(max(gain, _GAINS[0]), _GAINS[1])
    lighter = min(max(float(a.mean()) - middle, -_OFFSET), _OFFSET)
    return gain, middle * (1 - gain) + lighter


def _blocks(pixels: Pixels) -> Pixels:
    """(rows, columns, pixels of a block)."""
    height, width = (side // _BLOCK for side in pixels.shape)
    cut = pixels[: height * _BLOCK, : width * _BLOCK].reshape(height, _BLOCK, width, _BLOCK)
    return cut.swapaxes(1, 2).reshape(height, width, _BLOCK * _BLOCK)


_LEVELS = ((48, 12), (96, 8), (320, 5))
"""Pixels at which the pictures are laid over each other, and how often that is mended at most."""

_STILL = 2e-4
"""Of a side: what moves less has come to rest."""


def _window(first: Image.Image, second: Image.Image) -> Window:
    """Where the inside of the first lies in the second, so that they differ least.

    Gauss and Newton's way, from coarse to fine (Lucas and Kanade 1981), of the four edges.
    """
    one, other = _inner(first).convert("L"), second.convert("L")
    window = np.array([_CUT, _CUT, 1 - _CUT, 1 - _CUT])
    for side, most in _LEVELS:
        small, grey = np.asarray(_shrunk(one, side), np.float32), _shrunk(other, side)
        for _ in range(most):
            step = _step(small, grey, window)
            window = np.clip(window + step, _LOW, _HIGH)
            if np.abs(step).max() < _STILL:
                break
    left, top, right, bottom = window.tolist()
    return left, top, right, bottom


def _shrunk(picture: Image.Image, side: int) -> Image.Image:
    scale = side / max(picture.size)
    if scale >= 1:
        return picture
    size = (max(8, round(picture.width * scale)), max(8, round(picture.height * scale)))
    return picture.resize(size, Image.Resampling.BOX)


def _step(small: Pixels, grey: Image.Image, window: NDArray[np.float64]) -> NDArray[np.float64]:
    """By how much each edge has to move, as far as slopes tell."""
    height, width = small.shape
    left, top, right, bottom = window.tolist()
    seen = np.asarray(_seen(grey, (left, top, right, bottom), (width, height)), np.float32)
    seen = seen + (small.mean() - seen.mean())
    down, across = np.gradient(seen)
    across, down = across * (width / (right - left)), down * (height / (bottom - top))
    u = (np.arange(width, dtype=np.float32) + 0.5) / width
    v = ((np.arange(height, dtype=np.float32) + 0.5) / height)[:, None]
    slopes = np.stack([across * (1 - u), down * (1 - v), across * u, down * v]).reshape(4, -1)
    error = (small - seen).ravel()
    squares = (slopes @ slopes.T).astype(np.float64)
    damping = np.eye(4) * (1e-3 * np.trace(squares) + 1e-6)
    moved = np.linalg.solve(squares + damping, (slopes @ error).astype(np.float64))
    return np.clip(moved, -_FARTHEST, _FARTHEST)


_FARTHEST = 0.02
"""Of a side, at a time."""

_LOW = np.array([0.0, 0.0, 1 - 2 * _CUT, 1 - 2 * _CUT])
_HIGH = np.array([2 * _CUT, 2 * _CUT, 1.0, 1.0])
"""Where each edge of the window may be."""
