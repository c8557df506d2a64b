"""Large, shadowed things on the grounds of the sample collection."""

from __future__ import annotations

from functools import lru_cache

from PIL import Image, ImageDraw, ImageFilter

from qwen3vl_app.demo.world.drawing import Size, glyph_image
from qwen3vl_app.demo.world.grounds import stage


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


def shadow(canvas: Image.Image, foot: tuple[float, float], side: float) -> None:
    """A soft ellipse at the foot of a thing of `side` pixels."""
    layer = Image.new("L", canvas.size, 0)
    x, y = foot
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
    image = large(glyph, round(side))
    if shaded:
        shadow(canvas, (centre[0], centre[1] + image.height * 0.48), side)
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
