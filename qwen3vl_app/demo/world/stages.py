"""Pleasant grounds and large, shadowed things for the sample collection."""

from __future__ import annotations

from functools import lru_cache
from random import Random

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from qwen3vl_app.demo.world.drawing import Colour, Size, glyph_image

STAGES: dict[str, tuple[Colour, Colour, Colour | None]] = {
    "meadow": ((188, 224, 250), (232, 246, 252), (140, 192, 96)),
    "sea": ((170, 215, 245), (228, 244, 250), (62, 138, 190)),
    "sunset": ((250, 176, 128), (254, 226, 190), (120, 84, 110)),
    "night": ((22, 28, 62), (58, 66, 116), (30, 36, 58)),
    "snow": ((196, 216, 236), (236, 243, 250), (250, 252, 255)),
    "desert": ((250, 224, 176), (254, 242, 216), (222, 180, 120)),
    "mint": ((206, 238, 226), (236, 250, 244), None),
    "rose": ((250, 214, 222), (254, 240, 243), None),
    "linen": ((240, 232, 218), (251, 247, 240), None),
    "sky": ((150, 200, 245), (224, 241, 253), None),
    "slate": ((92, 106, 124), (150, 163, 178), None),
    "lemon": ((250, 240, 190), (254, 250, 228), None),
}
"""Name -> colour at the top, colour at the horizon or bottom, and of the land below, if any."""

HORIZON = 0.68
"""Share of the height above the land."""


def blend(top: Colour, bottom: Colour, size: Size) -> Image.Image:
    """A vertical gradient without banding."""
    ramp = np.linspace(0, 1, size[1])[:, None, None]
    rows = np.array(top) * (1 - ramp) + np.array(bottom) * ramp
    noise = np.random.default_rng(1).uniform(-1.2, 1.2, (size[1], size[0], 1))
    return Image.fromarray((rows + noise).clip(0, 255).astype(np.uint8))


def stage(name: str, size: Size) -> Image.Image:
    """The ground called `name`."""
    top, bottom, land = STAGES[name]
    if land is None:
        return blend(top, bottom, size)
    horizon = round(size[1] * HORIZON)
    canvas = blend(top, bottom, size)
    far: Colour = tuple(min(255, channel + 26) for channel in land)  # type: ignore[assignment]
    canvas.paste(blend(far, land, (size[0], size[1] - horizon)), (0, horizon))
    if name == "night":
        stars(canvas, horizon)
    return canvas


def stars(canvas: Image.Image, horizon: int) -> None:
    """Small dots of light above the horizon."""
    rng, pen = Random(4), ImageDraw.Draw(canvas)
    for _ in range(60):
        x, y, r = rng.uniform(0, canvas.width), rng.uniform(0, horizon), rng.uniform(0.6, 1.8)
        pen.ellipse((x - r, y - r, x + r, y + r), fill=(240, 240, 220))


@lru_cache(maxsize=256)
def large(glyph: str, side: int) -> Image.Image:
    """The thing at `side` pixels, its edges sharpened after enlarging the font's bitmap."""
    image = glyph_image(glyph)
    scale = side / max(image.size)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    enlarged = image.resize(size, Image.Resampling.LANCZOS)
    if scale <= 1:
        return enlarged
    colours = filled(image).resize(size, Image.Resampling.LANCZOS)
    sharp = colours.filter(ImageFilter.UnsharpMask(radius=1.2 * scale, percent=90, threshold=2))
    alpha = enlarged.getchannel("A").point(lambda value: max(0, min(255, (value - 128) * 3 + 128)))
    sharp.putalpha(alpha)
    return sharp


def filled(image: Image.Image) -> Image.Image:
    """The thing's colours carried on beyond its edge, so that sharpening leaves no halo there."""
    colours = image.copy()
    for radius in (2, 6, 20):
        wider = image.convert("RGBa").filter(ImageFilter.GaussianBlur(radius)).convert("RGBA")
        wider.putalpha(wider.getchannel("A").point(lambda value: 255 if value > 8 else 0))
        colours = Image.alpha_composite(wider, colours)
    return colours.convert("RGB")


def shadow(canvas: Image.Image, centre: tuple[float, float], side: float) -> None:
    """A soft ellipse below a thing that stands at `centre` with `side` pixels."""
    layer = Image.new("L", canvas.size, 0)
    x, y = centre[0], centre[1] + side * 0.47
    pen = ImageDraw.Draw(layer)
    pen.ellipse((x - side * 0.36, y - side * 0.05, x + side * 0.36, y + side * 0.06), fill=90)
    soft = layer.filter(ImageFilter.GaussianBlur(max(1, side / 36)))
    canvas.paste(Image.new("RGB", canvas.size, (25, 25, 35)), (0, 0), soft)


def stand(
    canvas: Image.Image,
    glyph: str,
    centre: tuple[float, float],
    side: float,
    *,
    shaded: bool = True,
) -> None:
    """Put a thing onto the canvas around `centre`, with its shadow."""
    if shaded:
        shadow(canvas, centre, side)
    image = large(glyph, round(side))
    corner = (round(centre[0] - image.width / 2), round(centre[1] - image.height / 2))
    canvas.paste(image, corner, image)


def portrait(glyph: str, ground: str, size: Size, *, share: float = 0.7) -> Image.Image:
    """One large thing in the middle of a ground."""
    canvas = stage(ground, size)
    side = share * min(size)
    stand(canvas, glyph, (size[0] / 2, size[1] * 0.53), side)
    return canvas


def couple(
    first: str, second: str, ground: str, size: Size, *, stacked: bool = False
) -> Image.Image:
    """Two things side by side, or the first above the second."""
    canvas = stage(ground, size)
    if stacked:
        side = 0.42 * size[1]
        stand(canvas, first, (size[0] / 2, size[1] * 0.27), side, shaded=False)
        stand(canvas, second, (size[0] / 2, size[1] * 0.75), side, shaded=False)
    else:
        side = min(0.42 * size[0], 0.8 * size[1])
        stand(canvas, first, (size[0] * 0.26, size[1] * 0.53), side)
        stand(canvas, second, (size[0] * 0.74, size[1] * 0.53), side)
    return canvas
