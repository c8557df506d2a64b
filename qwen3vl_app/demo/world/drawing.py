"""Pictures of the small world: things, pairs, shapes, on many grounds.

Pure functions of a `Random`. Things are pasted from the colour bitmaps of Noto Color Emoji (OFL;
Debian package `fonts-noto-color-emoji`). Sizes are pixels; a canvas is an RGB `PIL.Image`.
"""

from __future__ import annotations

import math
from functools import lru_cache
from pathlib import Path
from random import Random

import numpy as np
from PIL import Image, ImageDraw, ImageFont

EMOJI_FONT = Path("/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf")
FONT_SIZE = 109
"""The only size at which the font has bitmaps: 136 × 128 pixels."""

COLOURS = {
    "red": (220, 30, 30),
    "green": (30, 160, 60),
    "blue": (40, 70, 220),
    "yellow": (240, 210, 30),
    "orange": (245, 140, 20),
    "purple": (140, 50, 180),
    "pink": (245, 130, 180),
    "black": (20, 20, 20),
    "white": (245, 245, 245),
    "brown": (120, 70, 30),
    "gray": (130, 130, 130),
}
SHAPES = ("circle", "square", "triangle", "star", "heart", "cross")
NOISE_SIDE = 512

Size = tuple[int, int]
Placed = tuple[float, float, float]
"""Where something was drawn: x and y of its centre and its longer side, in pixels."""

Colour = tuple[int, int, int]


@lru_cache(maxsize=1)
def emoji_font() -> ImageFont.FreeTypeFont:
    """The emoji font; raises `OSError` where the Debian package is missing."""
    return ImageFont.truetype(str(EMOJI_FONT), FONT_SIZE)


@lru_cache(maxsize=2048)
def glyph_image(glyph: str) -> Image.Image:
    """The thing alone, RGBA, cropped to its ink."""
    canvas = Image.new("RGBA", (150, 150))
    ImageDraw.Draw(canvas).text((4, 4), glyph, font=emoji_font(), embedded_color=True)
    return canvas.crop(canvas.getbbox())


@lru_cache(maxsize=8192)
def glyph_at(glyph: str, side: int) -> Image.Image:
    """The thing with its longer side `side` pixels long."""
    image = glyph_image(glyph)
    scale = side / max(image.size)
    size = (max(4, round(image.width * scale)), max(4, round(image.height * scale)))
    return image.resize(size, Image.Resampling.BILINEAR if scale < 1 else Image.Resampling.BICUBIC)


@lru_cache(maxsize=1)
def noise_field() -> np.ndarray:
    """Fixed unit noise (NOISE_SIDE, NOISE_SIDE, 1) in int8, of which grounds take windows."""
    drawn = np.random.default_rng(5).normal(0, 32, (NOISE_SIDE, NOISE_SIDE, 1))
    return drawn.clip(-127, 127).astype(np.int16)


def random_colour(rng: Random) -> Colour:
    """Any colour; half of the time a light one, as on paper."""
    low = 200 if rng.random() < 0.4 else 0
    return rng.randint(low, 255), rng.randint(low, 255), rng.randint(low, 255)


def ground(rng: Random, size: Size) -> Image.Image:
    """A plain, gradient or noisy ground of `size` (width, height)."""
    width, height = size
    first = random_colour(rng)
    kind = rng.random()
    if kind < 0.4:
        canvas = Image.new("RGB", size, first)
    else:
        ramp = Image.linear_gradient("L").rotate(rng.choice((0, 90, 180, 270)))
        canvas = Image.composite(
            Image.new("RGB", size, first),
            Image.new("RGB", size, random_colour(rng)),
            ramp.resize(size),
        )
    if rng.random() < 0.4:
        x, y = (rng.randrange(max(1, NOISE_SIDE - side)) for side in size)
        window = noise_field()[y : y + height, x : x + width]
        strength = rng.randint(2, 20)
        noisy = np.asarray(canvas, dtype=np.int16)[: window.shape[0], : window.shape[1]] + (
            window * strength // 32
        )
        canvas.paste(Image.fromarray(noisy.clip(0, 255).astype(np.uint8)))
    return canvas


def paste(
    canvas: Image.Image, glyph: str, side: float, centre: tuple[float, float], angle: float = 0
) -> None:
    """Put the thing around `centre`, `side` pixels long, turned by `angle` degrees."""
    image = glyph_at(glyph, max(8, round(side / 4) * 4))
    if angle:
        image = image.rotate(angle, Image.Resampling.BILINEAR, expand=True)
    corner = (round(centre[0] - image.width / 2), round(centre[1] - image.height / 2))
    canvas.paste(image, corner, image)


def tilt(rng: Random) -> float:
    """Mostly upright, else turned by up to 25 degrees."""
    return rng.uniform(-25, 25) if rng.random() < 0.3 else 0.0


def place(rng: Random, size: float, extent: float) -> float:
    """A centre so that something of `size` lies within `extent`."""
    half = min(size, extent) / 2
    return rng.uniform(half, extent - half)


def draw_thing(
    rng: Random, glyph: str, size: Size, placed: list[Placed] | None = None
) -> Image.Image:
    """One thing anywhere, 45 to 98 % of the shorter side long; `placed` learns where it stands."""
    canvas = ground(rng, size)
    side = rng.uniform(0.45, 0.98) * min(size)
    centre = (place(rng, side, size[0]), place(rng, side, size[1]))
    paste(canvas, glyph, side, centre, tilt(rng))
    if placed is not None:
        placed.append((*centre, side))
    return canvas


def draw_pair(
    rng: Random,
    first: str,
    second: str,
    size: Size,
    *,
    stacked: bool,
    placed: list[Placed] | None = None,
) -> Image.Image:
    """Two things: `first` left of `second`, or above it when `stacked`; `placed` as above."""
    canvas = ground(rng, size)
    along, across = (size[1], size[0]) if stacked else size
    side = min(along / 2, across * 0.95) * rng.uniform(0.75, 1.0)
    for index, glyph in enumerate((first, second)):
        a = index * along / 2 + place(rng, side, along / 2)
        b = place(rng, side, across)
        centre = (b, a) if stacked else (a, b)
        paste(canvas, glyph, side, centre, tilt(rng))
        if placed is not None:
            placed.append((*centre, side))
    return canvas


def star_points(x: float, y: float, r: float) -> list[tuple[float, float]]:
    """The ten corners of a five-pointed star around (x, y)."""
    radii = [r if corner % 2 == 0 else r * 0.42 for corner in range(10)]
    turns = [corner * math.pi / 5 for corner in range(10)]
    return [
        (x + radius * math.sin(turn), y - radius * math.cos(turn))
        for radius, turn in zip(radii, turns, strict=True)
    ]


def draw_shape(
    pen: ImageDraw.ImageDraw, shape: str, colour: Colour, centre: tuple[float, float], r: float
) -> None:
    """One filled shape of radius `r` around its centre."""
    x, y = centre
    if shape == "circle":
        pen.ellipse((x - r, y - r, x + r, y + r), fill=colour)
    elif shape == "square":
        pen.rectangle((x - r * 0.9, y - r * 0.9, x + r * 0.9, y + r * 0.9), fill=colour)
    elif shape == "triangle":
        pen.polygon([(x, y - r), (x - r, y + r), (x + r, y + r)], fill=colour)
    elif shape == "cross":
        pen.rectangle((x - r, y - r / 3, x + r, y + r / 3), fill=colour)
        pen.rectangle((x - r / 3, y - r, x + r / 3, y + r), fill=colour)
    elif shape == "star":
        pen.polygon(star_points(x, y, r), fill=colour)
    else:
        pen.ellipse((x - r, y - r, x, y), fill=colour)
        pen.ellipse((x, y - r, x + r, y), fill=colour)
        corners = [
            (x - 0.95 * r, y - 0.3 * r),
            (x, y - 0.6 * r),
            (x + 0.95 * r, y - 0.3 * r),
            (x, y + r),
        ]
        pen.polygon(corners, fill=colour)


def contrasting_ground(rng: Random, size: Size, colour: Colour) -> Image.Image:
    """A ground whose middle differs visibly from `colour`."""
    for _ in range(8):
        canvas = ground(rng, size)
        middle = np.asarray(canvas)[size[1] // 2, size[0] // 2].astype(int)
        if np.abs(middle - np.array(colour)).sum() > 150:
            break
    return canvas


def draw_shapes(
    rng: Random,
    colour: str,
    shape: str,
    count: int,
    size: Size,
    *,
    placed: list[Placed] | None = None,
) -> Image.Image:
    """`count` equal shapes of one colour in separate cells of a grid; `placed` as above."""
    canvas = contrasting_ground(rng, size, COLOURS[colour])
    pen = ImageDraw.Draw(canvas)
    wide = size[0] >= size[1]
    columns, rows = {1: (1, 1), 2: (2, 1), 3: (3, 1), 4: (2, 2)}[count]
    if not wide or (count in (2, 3) and size[0] < 1.3 * size[1] and rng.random() < 0.4):
        columns, rows = rows, columns
    cell = (size[0] / columns, size[1] / rows)
    r = min(cell) / 2 * rng.uniform(0.55, 0.9)
    for index in range(count):
        x = (index % columns) * cell[0] + place(rng, 2 * r, cell[0])
        y = (index // columns) * cell[1] + place(rng, 2 * r, cell[1])
        draw_shape(pen, shape, COLOURS[colour], (x, y), r)
        if placed is not None:
            placed.append((x, y, 2 * r))
    return canvas
