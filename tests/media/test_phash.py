from __future__ import annotations

import io

import numpy as np
from PIL import Image, ImageDraw

from qwen3vl_app.media.phash import phash


def draw(seed: int, size=(320, 240)) -> Image.Image:
    rng = np.random.default_rng(seed)
    picture = Image.new("RGB", size, tuple(rng.integers(0, 256, 3).tolist()))
    pen = ImageDraw.Draw(picture)
    for _ in range(12):
        x, y = rng.integers(0, size[0]), rng.integers(0, size[1])
        r = rng.integers(10, size[0] // 4)
        pen.ellipse((x - r, y - r, x + r, y + r), fill=tuple(rng.integers(0, 256, 3).tolist()))
    return picture


def differing(a: Image.Image, b: Image.Image) -> int:
    return (phash(a) ^ phash(b)).bit_count()


def test_phash__copies_are_near_and_others_far():
    for seed in range(20):
        picture = draw(seed)
        buffer = io.BytesIO()
        picture.save(buffer, "JPEG", quality=40)
        assert differing(picture, Image.open(buffer)) <= 8
        assert differing(picture, picture.resize((200, 150))) <= 8
        assert differing(picture, draw(seed + 100)) >= 14


def test_phash__has_64_bits_with_about_half_of_them_set():
    phashes = [phash(draw(seed)) for seed in range(20)]
    assert all(0 <= value < 2**64 for value in phashes)
    assert max(phashes) >= 2**63  # needs all of them
    assert all(24 <= value.bit_count() <= 32 for value in phashes)


def test_phash__even_colours_are_all_the_same():
    assert len({phash(Image.new("RGB", (50, 40), c)) for c in ("red", "blue", "white")}) == 1


def test_phash__any_shape():
    for size in [(1, 1), (320, 1), (1, 320)]:
        assert 0 <= phash(Image.new("RGB", size, "red")) < 2**64
