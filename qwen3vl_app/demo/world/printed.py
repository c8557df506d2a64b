"""Pictures of print: screenshots, slides, receipts and scans, with given words on them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from random import Random

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

FONTS = Path("/usr/share/fonts")
FACES = {
    "sans": FONTS / "truetype/dejavu/DejaVuSans.ttf",
    "serif": FONTS / "truetype/dejavu/DejaVuSerif.ttf",
    "narrow": FONTS / "truetype/liberation/LiberationSans-Regular.ttf",
    "mono": FONTS / "truetype/liberation/LiberationMono-Regular.ttf",
    "cjk": FONTS / "opentype/noto/NotoSansCJK-Regular.ttc",
}
IDEOGRAPHS = frozenset({"zh", "ja"})
"""Languages that are set in the face ``cjk``."""

KINDS = ("screenshot", "slide", "receipt", "scan")


@dataclass(frozen=True, slots=True)
class Layout:
    """How a kind of print is set: sizes in pixels."""

    size: tuple[int, int]
    lines: int
    height: int
    faces: tuple[str, ...]
    ground: tuple[int, int, int]
    ink: tuple[int, int, int]


LAYOUTS = {
    "screenshot": Layout((1440, 900), 18, 20, ("sans", "narrow"), (250, 250, 252), (40, 40, 48)),
    "slide": Layout((1280, 720), 7, 42, ("sans", "narrow"), (26, 42, 82), (245, 245, 250)),
    "receipt": Layout((620, 1100), 20, 24, ("mono",), (252, 252, 250), (20, 20, 20)),
    "scan": Layout((1240, 1754), 24, 30, ("serif", "narrow"), (244, 242, 236), (30, 28, 30)),
}


@lru_cache(maxsize=64)
def face(name: str, height: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """A face of this height; Pillow's own where it is not installed."""
    if FACES[name].exists():
        return ImageFont.truetype(str(FACES[name]), height)
    return ImageFont.load_default(height)


def draw_print(rng: Random, kind: str, words: Sequence[str], language: str) -> Image.Image:
    """A picture of this kind with one of the words on each line; on receipts, with prices."""
    layout = LAYOUTS[kind]
    picture = Image.new("RGB", layout.size, layout.ground)
    pencil = ImageDraw.Draw(picture)
    name = "cjk" if language in IDEOGRAPHS else rng.choice(layout.faces)
    font = face(name, layout.height)
    left, top = layout.size[0] // 12, layout.size[1] // 14
    step = (layout.size[1] - 2 * top) / layout.lines
    for at, word in enumerate(words[: layout.lines]):
        height = top + at * step
        pencil.text((left, height), word, fill=layout.ink, font=font)
        if kind == "receipt":
            price = f"{rng.randint(1, 99)},{rng.randint(0, 99):02}"
            across = layout.size[0] - left - pencil.textlength(price, font=font)
            pencil.text((across, height), price, fill=layout.ink, font=font)
    return picture


def worn(rng: Random, picture: Image.Image) -> Image.Image:
    """As a scanner gives it: tilted, blurred, noisy, and as a JPEG of quality 60."""
    tilted = picture.rotate(
        rng.uniform(-2.0, 2.0), Image.Resampling.BICUBIC, expand=True, fillcolor=(238, 236, 230)
    )
    blurred = tilted.filter(ImageFilter.GaussianBlur(0.6))
    noise = np.random.default_rng(rng.getrandbits(32)).normal(0, 12, (*blurred.size[::-1], 1))
    noisy = np.clip(np.asarray(blurred, np.float32) + noise, 0, 255).astype(np.uint8)
    kept = io.BytesIO()
    Image.fromarray(noisy).save(kept, "JPEG", quality=60)
    return Image.open(kept).convert("RGB")
