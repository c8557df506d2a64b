"""The grounds of the sample collection, and the tables of what stands on them."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from PIL import Image, ImageDraw

from qwen3vl_app.demo.world.films import FILMS
from qwen3vl_app.demo.world.gallery import (
    CHART_FILES,
    COPIES,
    COUPLES,
    PORTRAITS,
    SCAN_FILES,
    SHAPE_FILES,
    SHAPE_GROUNDS,
)
from qwen3vl_app.demo.world.grounds import STAGES, stage
from qwen3vl_app.demo.world.names import LONGEST_WORD, load_things
from qwen3vl_app.demo.world.notes import NOTES
from qwen3vl_app.demo.world.pages import draw_chart
from qwen3vl_app.demo.world.papers import PAPERS
from qwen3vl_app.demo.world.scenery import darker_edges, glow, lay, waving
from qwen3vl_app.settings import SAMPLES

RED = (200, 0, 0)


def test_lay__mixes_its_colour_where_the_detail_is() -> None:
    canvas = Image.new("RGB", (100, 60), "black")
    lay(canvas, RED, 0.5, glow(0.5, 0.5, 0.25))
    assert canvas.getpixel((50, 30)) == (100, 0, 0)
    assert canvas.getpixel((5, 5)) == (0, 0, 0)


def test_waving__covers_all_below_its_crest() -> None:
    canvas = Image.new("RGB", (100, 100), "black")
    lay(canvas, RED, 1, waving(0.6, 0.1, 0.5, 0))
    column = np.asarray(canvas)[:, :, 0]
    assert (column[71:] == 200).all()
    assert (column[:49] == 0).all()


def test_darker_edges__by_a_share_at_the_corners_and_not_at_all_in_the_middle() -> None:
    canvas = darker_edges(Image.new("RGB", (101, 101), (200, 200, 200)), 0.1)
    assert canvas.getpixel((50, 50)) == (200, 200, 200)
    assert canvas.getpixel((0, 0)) == pytest.approx((180, 180, 180), abs=1)


@pytest.mark.parametrize("name", STAGES)
def test_stage__is_ones_own_and_the_same_each_time(name: str) -> None:
    first = stage(name, (96, 72))
    before = first.tobytes()
    ImageDraw.Draw(first).rectangle((0, 0, 96, 72), fill="red")
    assert stage(name, (96, 72)).tobytes() == before


def test_stage__no_land_stands_out_from_its_sky_but_where_the_light_goes() -> None:
    """A strong edge at the horizon makes the pair see nothing of what moves before it."""
    dim = {"night", "sunset"}
    for name, (_, horizon, land) in STAGES.items():
        if land is not None and name not in dim:
            assert np.abs(np.subtract(horizon, land)).max() <= 120, name


def test_gallery__shape_files_are_called_what_they_show() -> None:
    assert SHAPE_FILES["shapes/three-red-circles.jpg"] == ("red", "circle", 3)
    assert SHAPE_FILES["shapes/one-white-cross.jpg"] == ("white", "cross", 1)
    assert {colour for colour, _, _ in SHAPE_FILES.values()} == set(SHAPE_GROUNDS)


def test_gallery__near_copies_are_parts_of_their_originals() -> None:
    for original, (left, top, right, bottom), height in COPIES.values():
        size = PORTRAITS[original][2]
        assert 0 <= left < right <= size[0]
        assert 0 <= top < bottom <= size[1]
        assert height <= size[1]


def test_gallery__headings_are_such_as_the_pair_reads() -> None:
    for title in SCAN_FILES.values():
        assert title.isascii()
        assert len(title) <= LONGEST_WORD


def test_gallery__everything_shown_has_a_name(sources: None) -> None:
    known = {thing.glyph for thing in load_things()}
    shown = {glyph for glyph, _, _ in PORTRAITS.values()}
    shown |= {glyph for first, second, _, _ in COUPLES.values() for glyph in (first, second)}
    shown |= {glyph for _, glyph, _, _ in CHART_FILES.values()}
    shown |= {shot.glyph for shots in FILMS.values() for shot in shots}
    assert shown <= known


@pytest.mark.parametrize("name", CHART_FILES)
def test_gallery__charts_picture_their_topic(name: str, sources: None) -> None:
    chart, glyph, title, seed = CHART_FILES[name]
    drawn = [draw_chart(Random(seed), chart, each, title, (300, 370)) for each in (glyph, "🔑")]
    assert drawn[0].tobytes() != drawn[1].tobytes()


def test_samples__are_the_files_of_the_tables() -> None:
    drawn = {*PORTRAITS, *COPIES, *COUPLES, *SHAPE_FILES, *CHART_FILES, *SCAN_FILES}
    drawn |= {f"documents/{name}" for name in PAPERS}
    drawn |= {f"notes/{name}" for name in NOTES} | {f"clips/{name}" for name in FILMS}
    found = {path.relative_to(SAMPLES).as_posix() for path in SAMPLES.rglob("*") if path.is_file()}
    assert found == drawn
    assert len(found) == 216
