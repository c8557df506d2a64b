"""Draw the sample collection: pictures, pages, notes and clips that the demo checkpoints know."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random

from PIL import Image, ImageDraw

from qwen3vl_app.demo.world.drawing import COLOURS, draw_shape
from qwen3vl_app.demo.world.films import FILMS, write_film
from qwen3vl_app.demo.world.gallery import (
    CHART_FILES,
    COPIES,
    COUPLES,
    PORTRAITS,
    SCAN_FILES,
    SHAPE_FILES,
    SHAPE_GROUNDS,
    SQUARE,
    TALL,
    WIDE,
)
from qwen3vl_app.demo.world.grounds import stage
from qwen3vl_app.demo.world.notes import NOTES
from qwen3vl_app.demo.world.pages import draw_chart, draw_titled
from qwen3vl_app.demo.world.papers import PAPERS, write_pdf
from qwen3vl_app.demo.world.stages import couple, portrait

Save = Callable[[str, Image.Image], None]


def draw_shape_file(colour: str, shape: str, count: int) -> Image.Image:
    """Evenly placed shapes on a light ground."""
    size = WIDE if count in (2, 3) else SQUARE
    canvas = stage(SHAPE_GROUNDS[colour], size)
    pen = ImageDraw.Draw(canvas)
    columns, rows = {1: (1, 1), 2: (2, 1), 3: (3, 1), 4: (2, 2)}[count]
    r = min(size[0] / columns, size[1] / rows) * 0.36
    for index in range(count):
        x = (index % columns + 0.5) * size[0] / columns
        y = (index // columns + 0.5) * size[1] / rows
        draw_shape(pen, shape, COLOURS[colour], (x, y), r)
    return canvas


def write_pictures(save: Save) -> None:
    """Portraits, couples, shapes, charts, scans, and near copies of some of them."""
    for name, (glyph, ground, size) in PORTRAITS.items():
        save(name, portrait(glyph, ground, size, share=0.84 if size == TALL else 0.7))
    for name, (first, second, stacked, ground) in COUPLES.items():
        save(name, couple(first, second, ground, SQUARE if stacked else WIDE, stacked=stacked))
    for name, (colour, shape, count) in SHAPE_FILES.items():
        save(name, draw_shape_file(colour, shape, count))
    for name, (chart, glyph, title, seed) in CHART_FILES.items():
        save(name, draw_chart(Random(seed), chart, glyph, title, (900, 1100)))
    for seed, (name, title) in enumerate(SCAN_FILES.items()):
        save(name, draw_titled(Random(seed + 20), None, title, (900, 1270)))
    for name, (original, box, height) in COPIES.items():
        glyph, ground, size = PORTRAITS[original]
        cut = portrait(glyph, ground, size, share=0.84 if size == TALL else 0.7).crop(box)
        width = round(cut.width * height / cut.height)
        save(name, cut.resize((width, height), Image.Resampling.LANCZOS))


def write_samples(folder: Path, report: Callable[[str], None] = lambda _: None) -> int:
    """Write the whole collection below `folder`; how many files it has. Takes about a minute."""
    written = 0

    def target(name: str) -> Path:
        nonlocal written
        written += 1
        report(name)
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def save(name: str, image: Image.Image) -> None:
        path = target(name)
        if path.suffix == ".png":
            image.save(path, optimize=True)
        else:
            image.save(path, quality=88)

    write_pictures(save)
    for name, leaves in PAPERS.items():
        write_pdf(target(f"documents/{name}"), leaves)
    for name, text in NOTES.items():
        target(f"notes/{name}").write_text(text, encoding="utf-8")
    for name, shots in FILMS.items():
        write_film(target(f"clips/{name}"), shots)
    return written
