"""What is a copy, and what only has the same layout: asked of thumbnails as they are written."""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageEnhance, ImageFont

from qwen3vl_app.index.agreeing import Agreement, Shown, agree
from qwen3vl_app.index.near_duplicates import PHASH_BITS
from qwen3vl_app.media.phash import phash
from qwen3vl_app.media.thumbnails import THUMBNAIL_SIDE, shrink, thumbnail
from qwen3vl_app.settings import SAMPLES

CASES = Path(__file__).parents[1] / "data" / "cases" / "duplicates_false"
WORDS = (
    *("invoice", "number", "date", "total", "amount", "customer", "street", "order", "delivery"),
    *("payment", "account", "bank", "please", "within", "days", "thank", "you", "service"),
    *("hours", "material", "price", "unit", "quantity", "discount"),
)
A4 = (850, 1100)


def write(draw: ImageDraw.ImageDraw, at: tuple[int, int], text: str, size: int, **more) -> None:
    draw.text(at, text, font=ImageFont.load_default(size), **more)


def some_words(chance: random.Random, count: int) -> str:
    return " ".join(chance.choice(WORDS) for _ in range(count))


def invoice(number: int) -> Image.Image:
    """A page of text that is always the same, but for a number and a sum."""
    picture, chance = Image.new("RGB", A4, "white"), random.Random(7)
    draw = ImageDraw.Draw(picture)
    write(draw, (60, 40), "ACME Ltd.", 36, fill="black")
    write(draw, (520, 50), f"No. 2024-{number:04}", 24, fill="black")
    for line in range(26):
        write(draw, (60, 130 + line * 32), some_words(chance, 6), 22, fill=(20, 20, 20))
    write(draw, (520, 1000), f"Total {number * 37 % 10_000}.00", 26, fill="black")
    return picture


def chat(seed: int) -> Image.Image:
    """Balloons of the same sizes in the same places with other words."""
    picture = Image.new("RGB", (540, 1170), (236, 229, 221))
    draw, places, chance = ImageDraw.Draw(picture), random.Random(3), random.Random(seed)
    draw.rectangle((0, 0, 540, 80), fill=(7, 94, 84))
    write(draw, (90, 25), "Family", 28, fill="white")
    y = 110
    while y < 1080:
        mine, width, height = (
            places.random() < 0.5,
            places.randint(260, 400),
            places.choice((50, 85)),
        )
        x = 520 - width if mine else 20
        colour = (220, 248, 198) if mine else "white"
        draw.rounded_rectangle((x, y, x + width, y + height), 12, fill=colour)
        for line in range(height // 35):
            write(draw, (x + 12, y + 8 + line * 32), some_words(chance, 2), 20, fill="black")
        y += height + 16
    return picture


def slide(title: str, *points: str) -> Image.Image:
    picture = Image.new("RGB", (1280, 720), (250, 250, 252))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, 1280, 110), fill=(30, 60, 120))
    write(draw, (60, 28), title, 48, fill="white")
    for number, point in enumerate(points):
        write(draw, (80, 180 + 90 * number), f"- {point}", 38, fill=(30, 30, 30))
    write(draw, (60, 670), "ACME confidential", 20, fill="grey")
    return picture


def photo(seed: int) -> Image.Image:
    """Clouds of colour, as smooth as photographs are, and some rings."""
    chance = np.random.default_rng(seed)
    width, height = 1200, 800
    down, across = np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None]
    fall = (np.hypot(down, across) + 1e-3) ** 1.6
    channels = []
    for _ in range(3):
        waves = np.fft.rfft2(chance.normal(size=(height, width))) / fall
        cloud = np.fft.irfft2(waves, s=(height, width))
        channels.append(128 + 48 * (cloud - cloud.mean()) / cloud.std())
    picture = Image.fromarray(np.clip(np.stack(channels, -1), 0, 255).astype(np.uint8))
    draw = ImageDraw.Draw(picture)
    for _ in range(5):
        x, y, r = (int(n) for n in chance.integers((100, 100, 40), (1100, 700, 200)))
        colour = tuple(int(n) for n in chance.integers(0, 255, 3))
        draw.ellipse((x - r, y - r, x + r, y + r), outline=colour, width=12)
    return picture


def saved(picture: Image.Image, form: str, quality: int) -> Image.Image:
    data = io.BytesIO()
    picture.save(data, form, quality=quality)
    return Image.open(io.BytesIO(data.getvalue())).convert("RGB")


def scaled(picture: Image.Image, by: float) -> Image.Image:
    size = round(picture.width * by), round(picture.height * by)
    return picture.resize(size, Image.Resampling.LANCZOS)


def cut(picture: Image.Image, left: float, top: float, right: float, bottom: float) -> Image.Image:
    width, height = picture.size
    box = (width * left, height * top, width * (1 - right), height * (1 - bottom))
    left, upper, right, lower = map(round, box)
    return picture.crop((left, upper, right, lower))


CHANGES: dict[str, Callable[[Image.Image], Image.Image]] = {
    "jpeg 90": lambda p: saved(p, "JPEG", 90),
    "jpeg 60": lambda p: saved(p, "JPEG", 60),
    "jpeg 40": lambda p: saved(p, "JPEG", 40),
    "webp 60": lambda p: saved(p, "WEBP", 60),
    "half": lambda p: scaled(p, 0.5),
    "a third": lambda p: scaled(p, 0.37),
    "double": lambda p: scaled(p, 2.0),
    "half, jpeg 60": lambda p: saved(scaled(p, 0.5), "JPEG", 60),
    "darker": lambda p: ImageEnhance.Brightness(p).enhance(0.92),
    "cut 1 %": lambda p: cut(p, 0.01, 0.01, 0.01, 0.01),
    "cut 2 %": lambda p: cut(p, 0.02, 0.02, 0.02, 0.02),
    "cut at the left": lambda p: cut(p, 0.02, 0, 0, 0),
    "cut anyhow, half, jpeg 60": lambda p: saved(
        scaled(cut(p, 0.013, 0, 0.02, 0.007), 0.5), "JPEG", 60
    ),
}


def shown(picture: Image.Image) -> Shown:
    with Image.open(io.BytesIO(thumbnail(picture))) as small:
        return Shown.of(small)


def bits_apart(one: Image.Image, other: Image.Image) -> int:
    first, second = (phash(shrink(one_of, THUMBNAIL_SIDE)) for one_of in (one, other))
    return (first ^ second).bit_count()


def same(one: Shown, other: Shown) -> bool:
    return agree(one, other) is not Agreement.NO


# ---------------------------------------------------------------- no copies


def test_agree__the_cases():
    pictures = [Image.open(path).convert("RGB") for path in sorted(CASES.iterdir())]
    assert len(pictures) == 5
    assert bits_apart(pictures[0], pictures[1]) <= PHASH_BITS  # which is why they are compared
    for one, other in combinations(pictures, 2):
        assert not same(shown(one), shown(other))


COLOURS = ["red", "lime", "blue", "yellow", "white", "black", "grey", "silver", "#ff4000"]


@pytest.mark.parametrize(("one", "other"), list(combinations(COLOURS, 2)))
def test_agree__plain_pictures(one, other):
    first, second = (Image.new("RGB", (400, 300), colour) for colour in (one, other))
    assert not same(shown(first), shown(second))


def test_agree__invoices_with_other_numbers():
    pictures = [shown(invoice(number)) for number in (1110, 2784, 3951, 4463, 5872)]
    assert not any(same(one, other) for one, other in combinations(pictures, 2))


def test_agree__chats():
    pictures = [shown(chat(seed)) for seed in range(6)]
    assert not any(same(one, other) for one, other in combinations(pictures, 2))


def test_agree__slides_of_one_template():
    pictures = [
        shown(slide("Results 2024", "growth", "margin")),
        shown(slide("Results 2023", "growth", "margin")),
        shown(slide("Results 2024", "growth", "outlook")),
        shown(slide("Results 2024", "growth", "margin", "risks")),
        shown(slide("Outlook", "growth", "margin")),
    ]
    assert not any(same(one, other) for one, other in combinations(pictures, 2))


def test_agree__another_document_that_was_saved_again():
    """Compressing one of them makes no copy of it."""
    for change in ("jpeg 60", "half, jpeg 60", "darker"):
        assert not same(shown(invoice(1110)), shown(CHANGES[change](invoice(2784)))), change
        assert not same(shown(chat(1)), shown(CHANGES[change](chat(2)))), change


def test_agree__one_shape_in_other_colours():
    def disc(colour: str) -> Image.Image:
        picture = Image.new("RGB", (320, 240), "white")
        ImageDraw.Draw(picture).ellipse((60, 20, 260, 220), fill=colour)
        return picture

    for one, other in combinations(("red", "green", "blue", "orange"), 2):
        assert not same(shown(disc(one)), shown(disc(other))), (one, other)


def test_agree__other_shapes_and_pictures():
    photos = [shown(photo(seed)) for seed in range(4)]
    assert not any(same(one, other) for one, other in combinations(photos, 2))
    wide, tall = Image.new("RGB", (400, 100), "red"), Image.new("RGB", (100, 400), "red")
    assert not same(shown(wide), shown(tall))


# ---------------------------------------------------------------- copies


def drawn() -> dict[str, Image.Image]:
    return {
        "invoice": invoice(1110),
        "chat": chat(1),
        "slide": slide("Results 2024", "growth", "margin", "outlook"),
        "photo 1": photo(1),
        "photo 2": photo(2),
    }


@pytest.mark.parametrize("change", CHANGES)
def test_agree__copies(change):
    """Of those that phash and vector would take for copies, all are."""
    for name, picture in drawn().items():
        copy = CHANGES[change](picture)
        if bits_apart(picture, copy) <= PHASH_BITS:
            assert same(shown(picture), shown(copy)), name
            assert same(shown(copy), shown(picture)), name


@pytest.mark.parametrize("change", CHANGES)
def test_agree__copies_of_the_samples(change):
    """Nine in ten at least, of those that look alike."""
    paths = sorted(SAMPLES.glob("*/*.jpg"))[::3]
    assert len(paths) >= 15
    agreeing = asked = 0
    for path in paths:
        with Image.open(path) as opened:
            picture = opened.convert("RGB")
        copy = CHANGES[change](picture)
        if bits_apart(picture, copy) <= PHASH_BITS:
            asked += 1
            agreeing += same(shown(picture), shown(copy))
    assert asked >= 10
    assert agreeing >= 0.9 * asked


def test_agree__plain_copies_and_small_ones():
    for size in ((400, 300), (3, 2), (1, 1), (320, 2)):
        picture = Image.new("RGB", size, (200, 30, 40))
        assert same(shown(picture), shown(picture))


# ---------------------------------------------------------------- what only originals can tell


def test_agree__where_something_may_be_written_only_the_originals_tell():
    for name in ("invoice", "chat", "slide"):
        picture = drawn()[name]
        copy = saved(scaled(picture, 0.7), "JPEG", 80)
        assert agree(shown(picture), shown(copy)) is Agreement.UNLESS_IN_DETAIL, name


def test_agree__photos_are_not_read():
    for seed in range(4):
        copy = saved(scaled(photo(seed), 0.7), "JPEG", 80)
        assert agree(shown(photo(seed)), shown(copy)) is Agreement.YES


def test_agree__what_was_cut_lies_elsewhere_and_is_a_copy():
    assert agree(shown(invoice(1110)), shown(cut(invoice(1110), *[0.02] * 4))) is Agreement.YES
