from __future__ import annotations

from pathlib import Path

import pytest

from qwen3vl_app.settings import SAMPLES
from qwen3vl_app.types import ContentHash, Item, ItemId, Kind, Place
from qwen3vl_app.ui.tour import Sample, guided_queries, tour_row


def item(path: str, place: Place | None = None, number: int = 1) -> Item:
    return Item(
        id=ItemId(number),
        kind=Kind.PICTURE,
        place=place or Place(),
        ordinal=0,
        path=Path(path),
        content_hash=ContentHash("0" * 32),
        thumbnail="t",
        text="",
        width=4,
        height=3,
    )


def test_guided_queries__name_samples_that_exist():
    queries = guided_queries()
    assert len({query.name for query in queries}) == len(queries) == 12
    for query in queries:
        assert query.right
        assert query.text or query.file
        for sample in query.right:
            assert (SAMPLES / sample.folder / sample.name).is_file(), query.name
        assert query.file is None or query.file.is_file()


@pytest.mark.parametrize(
    ("text", "path", "place", "fits"),
    [
        ("animals/fox.jpg", "/any/where/animals/fox.jpg", Place(), True),
        ("animals/fox.jpg", "/any/where/other/fox.jpg", Place(), False),
        ("d/a.pdf#page=3", "/x/d/a.pdf", Place(page=3), True),
        ("d/a.pdf#page=3", "/x/d/a.pdf", Place(page=2), False),
        ("c/a.mp4#t=15", "/x/c/a.mp4", Place(start=12.0, end=18.0), True),
        ("c/a.mp4#t=15", "/x/c/a.mp4", Place(start=0.0, end=15.0), False),
    ],
)
def test_sample__is_told_by_the_end_of_its_path_and_its_part(text, path, place, fits):
    assert Sample.read(text).is_in(item(path, place)) is fits


def test_sample__a_fragment_that_means_nothing():
    with pytest.raises(ValueError, match="write #page=3 or #t=15"):
        Sample.read("a/b.pdf#line=3")


def test_tour_row__names_what_is_right_and_nothing_else():
    query = next(one for one in guided_queries() if one.name == "count")
    samples = [
        item("/a/shapes/three-red-circles.jpg", number=7),
        item("/a/shapes/x.jpg", number=8),
    ]
    row = tour_row(query, samples)
    assert row["right"] == [
        {"id": 7, "title": "three-red-circles.jpg", "kind": "picture", "place": {}}
    ]
    assert row["note"] == {"text": query.note, "code": "tour.count", "values": {}}
