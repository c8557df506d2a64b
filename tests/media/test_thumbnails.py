from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from qwen3vl_app.media import cards
from qwen3vl_app.media.cards import draw_card
from qwen3vl_app.media.pictures import load_picture
from qwen3vl_app.media.thumbnails import preview, thumbnail


def opened(data: bytes, kind: str = "JPEG") -> Image.Image:
    image = Image.open(io.BytesIO(data))
    assert image.format == kind
    return image


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((1600, 1200), (320, 240)),
        ((1200, 1600), (240, 320)),
        ((100, 50), (100, 50)),
        ((20_000, 101), (320, 2)),
        ((320, 1), (320, 1)),
    ],
)
def test_thumbnail__size(size, expected):
    assert opened(thumbnail(Image.new("RGB", size, "red"))).size == expected


def test_thumbnail__keeps_the_colour():
    assert opened(thumbnail(Image.new("RGB", (900, 900), "red"))).convert("RGB").getpixel(
        (100, 100)
    ) == pytest.approx((255, 0, 0), abs=4)


def test_preview__longest():
    assert opened(preview(Image.new("RGB", (4000, 1000)), 1600), "WEBP").size == (1600, 400)
    assert opened(preview(Image.new("RGB", (400, 100)), 1600), "WEBP").size == (400, 100)


def ink(card: Image.Image) -> int:
    return int((np.asarray(card.convert("L")) < 128).sum())


def test_draw_card__more_text_is_more_ink():
    one, many = draw_card("a few words"), draw_card("a few words\n" * 30)
    assert one.size == many.size == (320, 240)
    assert 0 < ink(one) < ink(many) / 5


@pytest.mark.parametrize(
    "text", ["", "\n\n", "x" * 10_000, "海" * 10_000, "\t\t\x07\u202e\U0001f600", "a\n" * 10_000]
)
def test_draw_card__anything_can_be_drawn(text):
    draw_card(text)


@pytest.mark.skipif(not cards._fonts(), reason="No font beyond ASCII is installed")
def test_draw_card__letters_beyond_ascii_are_no_boxes():
    assert draw_card("ä").tobytes() != draw_card("Ж").tobytes()


def test_draw_card__without_a_cjk_font(monkeypatch):
    monkeypatch.setattr(cards, "_FONTS", ())
    cards._fonts.cache_clear()
    assert ink(draw_card("红色的自行车 red")) > 0
    cards._fonts.cache_clear()


def test_draw_card__lines_break_at_words():
    font = cards._plain_font()
    lines = cards._wrap("many words that do not fit into one line of the card " * 3, font)
    assert len(lines) > 2
    assert all(font.getlength(line) <= 288 for line in lines)
    assert all(
        line.split()[-1] in "many words that do not fit into one line of the card"
        for line in lines
    )


def test_thumbnail__carries_nothing_of_the_camera(tmp_path, limits):
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    Image.new("RGB", (40, 30)).save(tmp_path / "a.jpg", exif=exif, comment=b"taken at home")
    loaded = load_picture(tmp_path / "a.jpg", limits)
    assert b"taken at home" not in thumbnail(loaded) + preview(loaded, 1600)
