"""A single figure that is another, on pages and screens given as pictures."""

from __future__ import annotations

from itertools import combinations
from random import Random

import pytest
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont

from qwen3vl_app.index.agreeing import Agreement, agree
from qwen3vl_app.index.details import LONGEST, fine_print, same_in_detail
from tests.index.test_agreeing import CHANGES, cut, saved, scaled, shown, some_words


def statement(figure: int, dots: int, points: int = 14) -> Image.Image:
    """A page of A4 at so many dots per inch; one figure in its middle may be another."""
    scale = dots / 72
    picture, chance = Image.new("RGB", (int(595 * scale), int(842 * scale)), "white"), Random(1)
    draw = ImageDraw.Draw(picture)
    font = ImageFont.load_default(points * scale)
    for line in range(26):
        amount = chance.randint(1000, 9999)
        if line == 12:
            amount = amount // 100 * 100 + 10 * figure + 1
        text = f"{some_words(chance, 5)} {amount}"
        draw.text((60 * scale, (60 + 28 * line) * scale), text, font=font, fill="black")
    return picture


def sheet(figure: int, *, dark: bool = False) -> Image.Image:
    """A screen full of figures."""
    ground, ink = ((30, 30, 34), (220, 220, 220)) if dark else ("white", "black")
    picture, chance = Image.new("RGB", (1920, 1080), ground), Random(2)
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(14)
    for row, column in ((row, column) for row in range(52) for column in range(20)):
        amount = chance.randint(10_000, 99_999)
        if (row, column) == (20, 7):
            amount = amount // 10 * 10 + figure
        draw.text((20 + 92 * column, 15 + 20 * row), str(amount), font=font, fill=ink)
    return picture


COPIES = {
    **{name: change for name, change in CHANGES.items() if not name.startswith("cut")},
    "contrast": lambda p: ImageEnhance.Contrast(p).enhance(1.15),
    "sharpened": lambda p: p.filter(ImageFilter.UnsharpMask(2, 80, 2)),
    "half, sharpened, jpeg 70": lambda p: saved(
        scaled(p, 0.5).filter(ImageFilter.UnsharpMask(1, 60, 2)), "JPEG", 70
    ),
    "jpeg 20": lambda p: saved(p, "JPEG", 20),
    "64 colours": lambda p: p.quantize(64).convert("RGB"),
    "grey": lambda p: p.convert("L").convert("RGB"),
}


def same(one: Image.Image, other: Image.Image) -> bool:
    """As the program asks: thumbnails first, and the pictures where those cannot tell."""
    said = agree(shown(one), shown(other))
    if said is Agreement.UNLESS_IN_DETAIL:
        return same_in_detail(fine_print(one), fine_print(other))
    return said is Agreement.YES


@pytest.mark.parametrize("dots", [100, 150, 300])
def test_same_in_detail__one_other_figure(dots):
    pages = [statement(figure, dots) for figure in (1, 3, 5, 6, 7, 8, 0)]
    for one, other in combinations(pages, 2):
        assert not same(one, other)
        assert not same(one, saved(other, "JPEG", 60))


@pytest.mark.parametrize("points", [9, 10])
def test_same_in_detail__small_print(points):
    for one, other in combinations([statement(figure, 150, points) for figure in (3, 8, 6)], 2):
        assert not same(one, other)


@pytest.mark.parametrize("dark", [False, True])
def test_same_in_detail__figures_on_a_screen(dark):
    for one, other in combinations([sheet(figure, dark=dark) for figure in (1, 3, 7, 8)], 2):
        assert not same(one, other)
        assert not same(saved(one, "JPEG", 80), other)


@pytest.mark.parametrize("change", COPIES)
def test_same_in_detail__copies(change):
    for page in (statement(5, 150), statement(5, 100, 9), sheet(5), sheet(5, dark=True)):
        copy = COPIES[change](page)
        if agree(shown(page), shown(copy)) is Agreement.UNLESS_IN_DETAIL:
            assert same(page, copy)
            assert same(copy, page)


def test_same_in_detail__an_edge_cut_off_by_a_pixel_or_two():
    page = statement(5, 150)
    for share in (0.001, 0.002, 0.004):
        for edges in ((share, share, share, share), (share, 0, 0, 0), (0, 0, 0, share)):
            assert same_in_detail(fine_print(page), fine_print(cut(page, *edges))), edges


def test_same_in_detail__cut_and_another_figure():
    assert not same_in_detail(
        fine_print(statement(5, 150)), fine_print(cut(statement(6, 150), *[0.002] * 4))
    )


@pytest.mark.parametrize("size", [(1, 1), (3, 200), (9, 9), (40, 30)])
def test_same_in_detail__tiny_pictures(size):
    picture = fine_print(Image.new("RGB", size, (200, 30, 40)))
    assert same_in_detail(picture, picture)


def test_fine_print__never_enlarges_and_has_a_limit():
    assert fine_print(Image.new("RGB", (300, 200))).size == (300, 200)
    assert fine_print(Image.new("RGB", (5120, 2000))).size == (LONGEST, 1000)
    assert fine_print(Image.new("RGB", (5120, 2000))).mode == "L"
