"""What stands behind the things of the sample collection: hills, clouds, waves, skylines.

All of it is pale or soft, so that it pleases and is not taken for a thing of its own.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from qwen3vl_app.demo.world.drawing import Colour, Size

FINER = 2
"""Details are drawn so many times larger and made smaller again: Pillow has no smooth edges."""

Pen = ImageDraw.ImageDraw
Layer = Callable[[Pen, Random, Size], None]
"""Draws white on black: where the colour of a detail goes."""


def lay(canvas: Image.Image, colour: Colour, opacity: float, draw: Layer, soft: float = 0) -> None:
    """Put one detail onto the canvas.

    Args:
        canvas: Changed in place.
        colour: Of the detail.
        opacity: 0 to 1.
        draw: Its shape, the same each time for one size.
        soft: Blur in shares of the canvas's height.
    """
    size = (canvas.width * FINER, canvas.height * FINER)
    mask = Image.new("L", size, 0)
    draw(ImageDraw.Draw(mask), Random(9), size)
    mask = mask.resize(canvas.size, Image.Resampling.BOX)
    if soft:
        mask = mask.filter(ImageFilter.GaussianBlur(soft * canvas.height))
    mask = mask.point(lambda value: round(value * opacity))
    canvas.paste(Image.new("RGB", canvas.size, colour), (0, 0), mask)


def clouds(pen: Pen, rng: Random, size: Size) -> None:
    """Three clouds of several round heads each, in the upper third."""
    for x, y, wide in ((0.16, 0.17, 0.17), (0.55, 0.1, 0.12), (0.86, 0.22, 0.15)):
        for part in range(5):
            r = size[0] * wide * (0.2 + 0.14 * math.sin(part / 4 * math.pi)) * rng.uniform(0.8, 1)
            centre = (size[0] * (x + wide * (part / 4 - 0.5)), size[1] * y - r * 0.3)
            pen.ellipse(around(centre, r, r * 0.62), fill=255)


def around(centre: tuple[float, float], wide: float, high: float) -> tuple[float, ...]:
    """The box of an ellipse with these half axes."""
    return centre[0] - wide, centre[1] - high, centre[0] + wide, centre[1] + high


def waving(crest: float, height: float, length: float, phase: float) -> Layer:
    """All below a wavy line: `crest`, `height` in shares of the height, `length` of the width."""

    def draw(pen: Pen, _: Random, size: Size) -> None:
        points = [
            (x, size[1] * (crest - height * math.sin(math.tau * x / size[0] / length + phase)))
            for x in range(0, size[0] + 8, 8)
        ]
        pen.polygon([(0, size[1]), *points, (size[0], size[1])], fill=255)

    return draw


def range_of(crest: float, height: float, length: float, phase: float, horizon: float) -> Layer:
    """Hills: as `waving`, but only down to the horizon."""
    wavy = waving(crest, height, length, phase)

    def draw(pen: Pen, rng: Random, size: Size) -> None:
        wavy(pen, rng, size)
        pen.rectangle((0, size[1] * horizon, *size), fill=0)

    return draw


def skyline(horizon: float) -> Layer:
    """Roofs of a town before the sky."""

    def draw(pen: Pen, rng: Random, size: Size) -> None:
        x = 0.0
        while x < size[0]:
            wide, high = size[0] * rng.uniform(0.05, 0.1), size[1] * rng.uniform(0.1, 0.34)
            pen.rectangle((x, size[1] * horizon - high, x + wide, size[1] * horizon), fill=255)
            x += wide * rng.uniform(0.9, 1.15)

    return draw


def trunks(horizon: float) -> Layer:
    """Firs along the edge of a wood."""

    def draw(pen: Pen, rng: Random, size: Size) -> None:
        x = 0.0
        while x < size[0]:
            wide, high = size[0] * rng.uniform(0.05, 0.08), size[1] * rng.uniform(0.22, 0.42)
            foot = size[1] * horizon
            pen.polygon([(x - wide, foot), (x, foot - high), (x + wide, foot)], fill=255)
            x += wide * rng.uniform(0.8, 1.5)

    return draw


def dots(count: int, least: float, most: float, low: float = 0, high: float = 1) -> Layer:
    """Small dots between two shares of the height; radii in shares of the height."""

    def draw(pen: Pen, rng: Random, size: Size) -> None:
        for _ in range(count):
            r = size[1] * rng.uniform(least, most)
            centre = (rng.uniform(0, size[0]), size[1] * rng.uniform(low, high))
            pen.ellipse(around(centre, r, r * (0.5 if low else 1)), fill=255)

    return draw


def boards(horizon: float) -> Layer:
    """The joints of a table top, running away from the eye."""

    def draw(pen: Pen, _: Random, size: Size) -> None:
        for step in range(-6, 19):
            top, foot = size[0] * (0.5 + (step / 12 - 0.5) * 0.7), size[0] * step / 12
            pen.line([(top, size[1] * horizon), (foot, size[1])], fill=255, width=FINER * 2)

    return draw


def glow(x: float, y: float, r: float) -> Layer:
    """A round light; `r` in shares of the height."""

    def draw(pen: Pen, _: Random, size: Size) -> None:
        centre = (size[0] * x, size[1] * y)
        pen.ellipse(around(centre, size[1] * r, size[1] * r), fill=255)

    return draw


def darker_edges(canvas: Image.Image, share: float) -> Image.Image:
    """The canvas with its corners darker by `share`, as a lens makes them."""
    light = Image.radial_gradient("L").resize(canvas.size, Image.Resampling.BICUBIC)
    light = light.point(lambda value: round(255 - share * value * value / 255))
    return ImageChops.multiply(canvas, Image.merge("RGB", (light, light, light)))
