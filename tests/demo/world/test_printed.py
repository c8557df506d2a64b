from __future__ import annotations

from random import Random

import pytest

from qwen3vl_app.demo.measuring.measures import READ_WORDS, Measure, goal_of
from qwen3vl_app.demo.measuring.reading import _share
from qwen3vl_app.demo.world.printed import KINDS, LAYOUTS, draw_print, worn
from tests.media.test_ocr import installed


@pytest.mark.parametrize("kind", KINDS)
def test_draw_print__is_the_same_for_the_same_seed(kind):
    one, other = (draw_print(Random(3), kind, ["a boat", "a car"], "en") for _ in range(2))
    assert one.size == LAYOUTS[kind].size
    assert one.tobytes() == other.tobytes()
    assert len(one.getcolors(2**24) or []) > 1  # something is written on it


def test_worn__is_tilted_and_noisy():
    page = draw_print(Random(3), "scan", ["a boat"], "en")
    once = worn(Random(5), page)
    assert once.size != page.size
    assert len(once.getcolors(2**24) or []) > 50


@installed
def test_share__counts_what_is_read_as_it_stands():
    page = draw_print(Random(3), "slide", ["a red boat", "a car"], "en")
    assert _share(page, ["a red boat", "a car"], "slide", "en") == 1.0
    assert _share(page, ["a red boat", "two lorries"], "slide", "en") == pytest.approx(3 / 5)


def test_goal_of__words_in_pictures():
    goals = [
        goal_of(Measure(READ_WORDS, name, 1, 1.0))
        for name in ("en, scan, clean", "en, scan, worn", "letters known, Hindi")
    ]
    assert goals == ["0.95", "0.85", ""]
