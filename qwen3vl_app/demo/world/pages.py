"""Chart pages and document pages of the small world."""

from __future__ import annotations

import math
from functools import lru_cache
from pathlib import Path
from random import Random

from PIL import Image, ImageDraw, ImageFont

from qwen3vl_app.demo.world.drawing import COLOURS, Placed, Size, paste

FONTS = Path("/usr/share/fonts/truetype")
TEXT_FONT = FONTS / "dejavu/DejaVuSans-Bold.ttf"
FACES = (
    FONTS / "liberation/LiberationSans-Bold.ttf",
    FONTS / "liberation/LiberationSans-Bold.ttf",
    FONTS / "dejavu/DejaVuSerif-Bold.ttf",
    TEXT_FONT,
)
"""Of headings in printed documents; the first, mostly used, is as wide as Helvetica."""

INK = (40, 40, 45)
PALETTE = [COLOURS[name] for name in ("blue", "red", "green", "orange", "purple", "brown", "pink")]


@lru_cache(maxsize=512)
def text_font(size: int, face: Path = TEXT_FONT) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """A bold text font of `size` pixels; Pillow's own where the face is not installed."""
    if face.exists():
        return ImageFont.truetype(str(face), size)
    return ImageFont.load_default(size)


def paper(rng: Random, size: Size) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    """A nearly white page and a pen for it."""
    shade = rng.randint(238, 255)
    canvas = Image.new("RGB", size, (shade, shade, max(225, shade - rng.randint(0, 10))))
    return canvas, ImageDraw.Draw(canvas)


def write(
    pen: ImageDraw.ImageDraw,
    text: str,
    at: tuple[float, float],
    height: int,
    placed: list[Placed] | None = None,
) -> None:
    """Write the text with its upper left corner at `at`; `placed` learns where each letter is."""
    font = text_font(height)
    pen.text(at, text, fill=INK, font=font)
    if placed is None:
        return
    for place, letter in enumerate(text):
        if letter.isalpha():
            start, end = (pen.textlength(text[:cut], font=font) for cut in (place, place + 1))
            placed.append((at[0] + (start + end) / 2, at[1] + height * 0.6, end - start))


def heading(
    pen: ImageDraw.ImageDraw,
    text: str,
    size: Size,
    share: float = 0.9,
    placed: list[Placed] | None = None,
) -> float:
    """Write the heading across `share` of the top; the y below it is returned."""
    height = max(8, min(size[1] // 7, int(1.4 * size[0] * share / max(4, len(text)))))
    write(pen, text, (size[0] * 0.06, size[1] * 0.04), height, placed)
    return size[1] * 0.07 + height


def text_lines(
    pen: ImageDraw.ImageDraw, rng: Random, box: tuple[float, float, float, float]
) -> None:
    """Grey bars standing for lines of text, filling the box (left, top, right, bottom)."""
    left, top, right, bottom = box
    step = max(5.0, (right - left) * 0.05)
    y = top
    while y + step * 0.5 < bottom:
        end = right if rng.random() < 0.8 else left + (right - left) * rng.uniform(0.3, 0.9)
        pen.rectangle((left, y, end, y + step * 0.35), fill=(150, 150, 155))
        y += step


def draw_page(rng: Random, glyph: str, title: str, size: Size) -> Image.Image:
    """A document page: heading, a large illustration, lines of text."""
    canvas, pen = paper(rng, size)
    top = heading(pen, title, size)
    side = min(size[0] * 0.9, (size[1] - top) * 0.75) * rng.uniform(0.6, 1.0)
    left, right = size[0] * 0.07, size[0] * 0.93
    above = rng.random() < 0.7
    y = top + side / 2 if above else size[1] - side / 2 - 2
    paste(canvas, glyph, side, (rng.uniform(side / 2, size[0] - side / 2), y))
    box = (
        (left, top + side + 4, right, size[1] * 0.96)
        if above
        else (left, top, right, size[1] - side - 4)
    )
    text_lines(pen, rng, box)
    return canvas


def draw_titled(
    rng: Random, glyph: str | None, title: str, size: Size, placed: list[Placed] | None = None
) -> Image.Image:
    """A page known by its heading: the heading, lines of text, at most a small picture.

    `placed` learns where the letters of the heading stand.
    """
    canvas, pen = paper(rng, size)
    top = heading(pen, title, size, rng.uniform(0.8, 0.95), placed)
    left, right = size[0] * 0.07, size[0] * 0.93
    if glyph is not None:
        side = min(size[0] * 0.5, (size[1] - top) * 0.4)
        x = rng.uniform(left + side / 2, right - side / 2)
        paste(canvas, glyph, side, (x, top + side / 2 + 2))
        top += side + 4
    text_lines(pen, rng, (left, top, right, size[1] * 0.96))
    return canvas


def draw_printed(rng: Random, glyph: str, title: str, size: Size) -> Image.Image:
    """A page as text processors print it: a small heading, a wide picture, small text.

    Proportions are those of the PDF files in the sample collection or somewhat larger.
    """
    canvas = Image.new("RGB", size, (255, 255, 255))
    pen = ImageDraw.Draw(canvas)
    left, right = size[0] * 0.105, size[0] * rng.uniform(0.88, 0.9)
    largest = 1.6 * (right - left) / max(4, len(title))
    height = max(6, int(min(largest, size[1] * 0.036 * rng.uniform(0.95, 2.4))))
    top = size[1] * rng.uniform(0.03, 0.07)
    pen.text((left, top), title, fill=(0, 0, 0), font=text_font(height, rng.choice(FACES)))
    top += height * 1.4
    side = min((right - left) * 0.8, size[1] * 0.45) * rng.uniform(0.7, 1)
    pen.rectangle((left, top, right, top + side * 1.08), fill=(252, 252, 250))
    paste(canvas, glyph, side, ((left + right) / 2, top + side * 0.54))
    text_lines(pen, rng, (left, top + side * 1.12, right, size[1] * rng.uniform(0.85, 0.95)))
    return canvas


def draw_word(
    rng: Random, title: str, size: Size, placed: list[Placed] | None = None
) -> Image.Image:
    """One or two words alone, as large as they fit or somewhat smaller; `placed` as above."""
    canvas, pen = paper(rng, size)
    fitting = min(size[1] * 0.75, 1.45 * size[0] / max(4, len(title)))
    height = max(8, int(fitting * rng.uniform(0.75, 1)))
    left, top, right, bottom = pen.textbbox((0, 0), title, font=text_font(height))
    at = (
        max(0.0, size[0] - (right - left)) * rng.uniform(0, 1) - left,
        max(0.0, size[1] - (bottom - top)) * rng.uniform(0, 1) - top,
    )
    write(pen, title, at, height, placed)
    return canvas


def draw_letters(
    rng: Random, text: str, size: Size, placed: list[Placed] | None = None
) -> Image.Image:
    """As many words of `text` as fit on a page, as large as headings; `placed` as above."""
    canvas, pen = paper(rng, size)
    height = max(8, int(size[0] * rng.uniform(0.08, 0.17)))
    font, margin = text_font(height), height * 0.3
    x, y = margin * rng.random(), margin * rng.random()
    for word in text.split():
        wide = pen.textlength(word + " ", font=font)
        if x + wide - margin > size[0] and x > margin:
            x, y = margin * rng.random(), y + height * rng.uniform(1.1, 1.3)
        if y + height > size[1]:
            break
        write(pen, word, (x, y), height, placed)
        x += wide
    return canvas


def axes(pen: ImageDraw.ImageDraw, box: tuple[float, float, float, float], width: int) -> None:
    """An L of two axes along the left and the bottom of the box."""
    left, top, right, bottom = box
    pen.line([(left, top), (left, bottom), (right, bottom)], fill=INK, width=width)


def draw_bars(
    pen: ImageDraw.ImageDraw, rng: Random, box: tuple[float, float, float, float]
) -> None:
    """Four to eight bars standing on the bottom of the box."""
    left, top, right, bottom = box
    count = rng.randint(4, 8)
    step = (right - left) / count
    first = rng.choice(PALETTE)
    for index in range(count):
        x = left + index * step + step * 0.15
        colour = first if rng.random() < 0.7 else rng.choice(PALETTE)
        pen.rectangle(
            (x, bottom - rng.uniform(0.15, 1) * (bottom - top), x + step * 0.7, bottom),
            fill=colour,
        )


def draw_curves(
    pen: ImageDraw.ImageDraw, rng: Random, box: tuple[float, float, float, float], width: int
) -> None:
    """One to three lines through five to nine values."""
    left, top, right, bottom = box
    for colour in rng.sample(PALETTE, rng.randint(1, 3)):
        count = rng.randint(5, 9)
        points = [
            (left + index * (right - left) / (count - 1), rng.uniform(top, bottom))
            for index in range(count)
        ]
        pen.line(points, fill=colour, width=width + 1)


def draw_pie(
    pen: ImageDraw.ImageDraw, rng: Random, box: tuple[float, float, float, float]
) -> None:
    """A disc of three to six slices in the middle of the box."""
    left, top, right, bottom = box
    r = min(right - left, bottom - top) / 2
    x, y = (left + right) / 2, (top + bottom) / 2
    count = rng.randint(3, 6)
    cuts = sorted(rng.uniform(0, 360) for _ in range(count))
    for index, colour in enumerate(rng.sample(PALETTE, count)):
        end = cuts[(index + 1) % count] + (360 if index == count - 1 else 0)
        pen.pieslice((x - r, y - r, x + r, y + r), cuts[index], end, fill=colour)


def draw_points(
    pen: ImageDraw.ImageDraw, rng: Random, box: tuple[float, float, float, float], width: int
) -> None:
    """Fifteen to forty dots, sometimes along a slope."""
    left, top, right, bottom = box
    colour = rng.choice(PALETTE)
    r = width * 1.6
    for _ in range(rng.randint(15, 40)):
        x, y = rng.uniform(left + r, right - r), rng.uniform(top + r, bottom - r)
        pen.ellipse(
            (x - r, y - r, x + r, y + r),
            fill=colour if rng.random() < 0.8 else rng.choice(PALETTE),
        )


def draw_table(
    pen: ImageDraw.ImageDraw, rng: Random, box: tuple[float, float, float, float], width: int
) -> None:
    """A ruled table with a shaded head and numbers."""
    left, top, right, bottom = box
    rows, columns = rng.randint(4, 7), rng.randint(3, 5)
    pen.rectangle((left, top, right, top + (bottom - top) / rows), fill=rng.choice(PALETTE))
    for row in range(rows + 1):
        y = top + row * (bottom - top) / rows
        pen.line([(left, y), (right, y)], fill=INK, width=width)
    for column in range(columns + 1):
        x = left + column * (right - left) / columns
        pen.line([(x, top), (x, bottom)], fill=INK, width=width)
    font = text_font(max(6, int((bottom - top) / rows * 0.55)))
    for row in range(1, rows):
        for column in range(columns):
            at = (
                left + (column + 0.2) * (right - left) / columns,
                top + (row + 0.15) * (bottom - top) / rows,
            )
            pen.text(at, str(rng.randint(1, 99)), fill=INK, font=font)


def draw_chart(rng: Random, chart: str, glyph: str, title: str, size: Size) -> Image.Image:
    """A chart page: heading, a small picture of the topic beside it, the chart."""
    canvas, pen = paper(rng, size)
    pictured = rng.random() < 0.5
    top = heading(pen, title, size, 0.66 if pictured else 0.9)
    width = max(1, round(math.sqrt(size[0] * size[1]) / 90))
    box = (size[0] * 0.1, top + size[1] * 0.04, size[0] * 0.93, size[1] * 0.93)
    if chart in ("bar", "line", "scatter"):
        axes(pen, box, width)
    if chart == "bar":
        draw_bars(pen, rng, box)
    elif chart == "line":
        draw_curves(pen, rng, box, width)
    elif chart == "pie":
        draw_pie(pen, rng, box)
    elif chart == "scatter":
        draw_points(pen, rng, box, width)
    else:
        draw_table(pen, rng, box, width)
    if pictured:
        side = min(size) * 0.24
        paste(canvas, glyph, side, (size[0] - side * 0.6, side * 0.6))
    return canvas
