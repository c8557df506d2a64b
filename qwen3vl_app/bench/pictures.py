"""How long reading the words of one picture takes, in the process that does it."""

from __future__ import annotations

from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFilter, ImageFont

from qwen3vl_app.bench.measures import Measure, timed
from qwen3vl_app.media import ocr
from qwen3vl_app.types import Kind, Part, PictureClass

if TYPE_CHECKING:
    from qwen3vl_app.media.reader import Reader

_LINE = "The quick brown fox jumps over the lazy dog, 1234567890"
_PICTURES = {
    "a screenshot of 20 lines": (PictureClass.SCREENSHOT, (1440, 900), 20),
    "a page of 45 lines": (PictureClass.PAGE, (1240, 1754), 45),
    "a photograph": (PictureClass.PHOTOGRAPH, (4000, 3000), 0),
}
"""Class, pixels and lines."""


def measure_words(reader: Reader, repeats: int) -> tuple[Measure, ...]:
    """Median seconds for each kind of picture; none where nothing is installed that reads them.

    The first reading, which loads the models, is not counted.
    """
    if not ocr.is_installed():
        return ()
    part = Part(ordinal=0, kind=Kind.PICTURE)
    with TemporaryDirectory() as folder:
        return tuple(
            Measure(
                name=f"words of {name}",
                value=_median(reader, _drawn(Path(folder), size, lines), part, of, repeats),
                unit="s",
            )
            for name, (of, size, lines) in _PICTURES.items()
        )


def _median(reader: Reader, path: Path, part: Part, of: PictureClass, repeats: int) -> float:
    taken = [timed(lambda: reader.picture_lines(path, part, of))[0] for _ in range(repeats + 1)]
    return median(taken[1:])


def _drawn(folder: Path, size: tuple[int, int], lines: int) -> Path:
    picture = Image.new("RGB", size, "white")
    if not lines:  # soft shapes, as out of a camera
        picture = Image.effect_noise(size, 90).filter(ImageFilter.GaussianBlur(30)).convert("RGB")
    pencil = ImageDraw.Draw(picture)
    for line in range(lines):
        at = (80, 60 + line * (size[1] - 120) / lines)
        pencil.text(at, _LINE, fill="black", font=ImageFont.load_default(22))
    path = folder / f"{size[0]} {lines}.png"
    picture.save(path)
    return path
