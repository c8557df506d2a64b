"""Small real files, drawn: coloured shapes, a report, a poem, a clip, and some that go wrong."""

from __future__ import annotations

import hashlib
from pathlib import Path

import av
import numpy as np
from fpdf import FPDF
from PIL import Image, ImageDraw

HOSTILE = "${alert(1)} {{7*7}} `x` \\u0041 <img src=x onerror=alert(2)>"
HOSTILE_NAME = HOSTILE.replace("/", "∕")

COLOURS = {
    "red": "#e5484d",
    "green": "#30a46c",
    "blue": "#3b82f6",
    "yellow": "#f5b700",
    "purple": "#8b5cf6",
    "orange": "#f97316",
}
SHAPES = ("circle", "square", "triangle", "star")

VERSES = 12
"""Of the poem: four passages."""

POEM = """The lighthouse keeper wrote every evening.
At dusk the lamp was lit, and ships turned their heads.
A red circle painted on the door meant a storm was near.
He counted gulls, and lost count, and began again.

In winter the stairs were iced over.
The blue square of the window was the only sky.
Nobody came, and that was the work."""


def fraction(*parts: object) -> float:
    """A repeatable number from 0 to 1 for these parts."""
    digest = hashlib.blake2b("|".join(map(str, parts)).encode(), digest_size=6).digest()
    return int.from_bytes(digest, "big") / 2**48


def draw(colour: str, shape: str, size: tuple[int, int], seed: int = 0) -> Image.Image:
    """One coloured shape on a tinted ground."""
    width, height = size
    ground = tuple(int(225 + 28 * fraction(colour, shape, seed, i)) for i in range(3))
    picture = Image.new("RGB", size, ground)
    pen = ImageDraw.Draw(picture)
    r = min(size) * (0.26 + 0.1 * fraction(shape, seed))
    x, y = width * (0.4 + 0.2 * fraction(seed, "x")), height * (0.45 + 0.1 * fraction(seed, "y"))
    if shape == "circle":
        pen.ellipse((x - r, y - r, x + r, y + r), fill=COLOURS[colour])
    elif shape == "square":
        pen.rectangle((x - r, y - r, x + r, y + r), fill=COLOURS[colour])
    else:
        points = 3 if shape == "triangle" else 10
        radius = [r if k % 2 == 0 or points == 3 else r * 0.45 for k in range(points)]
        turn = -np.pi / 2 + 2 * np.pi * np.arange(points) / points
        outline = [
            (x + q * np.cos(a), y + q * np.sin(a)) for q, a in zip(radius, turn, strict=True)
        ]
        pen.polygon(outline, fill=COLOURS[colour])
    return picture


def write_clip(path: Path, seconds: int = 18, fps: int = 4) -> None:
    """A clip whose ground changes every six seconds, with a moving square and the second."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libvpx", rate=fps)
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        stream.options = {"deadline": "realtime", "cpu-used": "8"}
        for index in range(seconds * fps):
            second = index / fps
            colour = ["#1e3a8a", "#166534", "#9a3412"][int(second // 6) % 3]
            frame = Image.new("RGB", (320, 180), colour)
            pen = ImageDraw.Draw(frame)
            x = 20 + 240 * (second % 6) / 6
            pen.rectangle((x, 70, x + 40, 110), fill="white")
            pen.text((8, 8), f"{second:05.2f} s", fill="white", font_size=24)
            for packet in stream.encode(av.VideoFrame.from_image(frame)):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)


def write_pdf(path: Path, pages: int = 4) -> None:
    """A report with a heading, a chart and a paragraph on every page."""
    pdf = FPDF(format=(148, 210))
    pdf.set_font("helvetica", size=12)
    for page in range(1, pages + 1):
        pdf.add_page()
        pdf.set_font("helvetica", "B", 18)
        pdf.cell(0, 12, f"Quarter {page}: sales of lighthouses", new_x="LMARGIN", new_y="NEXT")
        for bar in range(6):
            pdf.set_fill_color(79, 70, 229 - 20 * bar)
            height = 12 + 40 * fraction("bar", page, bar)
            pdf.rect(14 + bar * 18, 90 - height, 12, height, style="F")
        pdf.set_font("helvetica", size=11)
        pdf.set_y(98)
        pdf.multi_cell(
            0,
            6,
            f"Page {page}. The red circle marks the best month; the chart "
            "shows what the lamp department sold, in thousands.",
        )
    pdf.output(str(path))


def draw_files(files: Path) -> None:
    """Pictures, two copies of one, a report, a poem, a clip, a hostile name, and two failures."""
    sizes = [(640, 480), (480, 640), (900, 500), (512, 512)]
    (files / "shapes").mkdir(parents=True)
    for number, (colour, shape) in enumerate((c, s) for c in COLOURS for s in SHAPES):
        picture = draw(colour, shape, sizes[number % 4], number)
        picture.save(files / "shapes" / f"{colour} {shape} {number:02d}.png")
    first = Image.open(files / "shapes" / "red circle 00.png")
    (files / "copies").mkdir()
    for width in (320, 240):
        first.resize((width, width * 3 // 4)).save(files / "copies" / f"red circle {width}.png")
    (files / "work").mkdir()
    write_pdf(files / "work" / "财务报告 lighthouse sales.pdf")
    verses = [f"{line} (verse {n})" for n in range(VERSES) for line in POEM.split("\n")]
    (files / "work" / "lighthouse keeper.txt").write_text("\n".join(verses), encoding="utf-8")
    (files / "work" / "accounts.txt").write_text(" \n", encoding="utf-8")
    (files / "clips").mkdir()
    write_clip(files / "clips" / "square crossing.webm")
    draw("red", "star", (400, 300), 99).save(files / f"{HOSTILE_NAME} red.png")
    draw("blue", "circle", (300, 300), 5).save(files / "gone.png")
    whole = (files / "shapes" / "green star 07.png").read_bytes()
    (files / "broken.png").write_bytes(whole[: len(whole) // 2])
