from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from qwen3vl_app.media.thumbnails import thumbnail
from qwen3vl_app.store.library import Library
from qwen3vl_app.types import ItemId, Kind, Space
from tests.index.test_agreeing import invoice
from tests.store.build import SPACE, content, put_file, stamp, unit

FOX, OTHER = 0xF0F0_0000_FFFF_1234, 0x0F0F_FFFF_0000_EDCB


def put(library: Library, name: str, **more) -> ItemId:
    """A picture; near equal to all others unless told otherwise."""
    vector = more.pop("vector", unit(1, 0, 0, 0))
    kind = more.pop("kind", Kind.PICTURE)
    mark = stamp(
        Path(f"/p/{name}"),
        size=more.pop("bytes", 100),
        mtime_ns=more.pop("day", 1) * 86400 * 10**9,
    )
    one = content(kind=kind, size=more.pop("size", (40, 30)), phash=more.pop("phash", FOX))
    put_file(library, Path(f"/p/{name}"), name, [(one, vector)], mark=mark)
    return library.list_items(limit=1)[0].id


def names(items) -> list[str]:
    return [item.path.name for item in items]


@pytest.mark.parametrize(
    ("better", "worse", "reason"),
    [
        (
            {"size": (80, 60), "bytes": 1},
            {"bytes": 9000},
            "It has the most pixels: 80 × 60.",
        ),
        (
            {"bytes": 9000, "day": 9},
            {"day": 2},
            "Of those with 40 × 30 pixels it is the largest file: 9,000 bytes.",
        ),
        (
            {"day": 2},
            {"day": 9},
            "Of those with 40 × 30 pixels and 100 bytes it is the oldest: 1970-01-03.",
        ),
        ({}, {}, "All have 40 × 30 pixels and 100 bytes and are of one time; it was added first."),
    ],
)
def test_duplicates__the_keeper_and_why(library, better, worse, reason):
    first = (
        {"better": better, "worse": worse} if not better else {"worse": worse, "better": better}
    )
    for name, more in first.items():
        put(library, name, **more)
    (group,) = library.duplicates(SPACE)
    assert group.keeper.path.name == "better"
    assert names(group.copies) == ["worse"]
    assert str(group.reason) == reason


def test_duplicates__largest_groups_first_and_in_pages(library):
    for number in range(2):
        put(library, f"fox {number}", phash=FOX ^ number)
    for number in range(3):
        put(library, f"other {number}", phash=OTHER, vector=unit(0, 1, 0, number / 100))
    put(library, "alone", phash=FOX ^ OTHER)
    assert [len(group.copies) for group in library.duplicates(SPACE)] == [2, 1]
    assert [group.keeper.path.name for group in library.duplicates(SPACE, after=1)] == ["fox 0"]
    assert len(library.duplicates(SPACE, limit=1)) == 1


def test_duplicates__looks_without_a_like_vector_are_none(library):
    put(library, "red", vector=unit(1, 0, 0, 0))
    put(library, "blue", vector=unit(0, 1, 0, 0))
    assert library.duplicates(SPACE) == []


def test_duplicates__pages_are_never_among_them(library):
    put(library, "invoice 1", kind=Kind.PAGE)
    put(library, "invoice 2", kind=Kind.PAGE)
    assert library.duplicates(SPACE) == []


def test_duplicates__follow_the_library(library):
    put(library, "a")
    put(library, "b")
    assert len(library.duplicates(SPACE)) == 1
    put(library, "c")
    assert names(library.duplicates(SPACE)[0].copies) == ["b", "c"]
    library.forget([Path("/p/a"), Path("/p/b")])
    assert library.duplicates(SPACE) == []


def test_duplicates__only_in_a_space(library):
    put(library, "a")
    put(library, "b")
    assert library.duplicates(Space(model="other", dimension=3, fingerprint="other")) == []
    assert len(library.duplicates(SPACE)) == 1


def test_collapsed__behind_the_first_in_the_given_order(library):
    ids = [put(library, name) for name in "abc"]
    alone = put(library, "alone", phash=OTHER)
    assert library.collapsed(SPACE, [ids[1], alone, ids[2], ids[0]], 9).copies == {
        ids[1]: [ids[2], ids[0]]
    }
    assert library.collapsed(SPACE, [alone, ids[0]], 9).copies == {}
    assert library.collapsed(SPACE, [], 9).copies == {}


def test_duplicates__thousands_of_one_picture_are_one_group(library):
    space = Space(model="wide", dimension=8, fingerprint="wide")
    chance = np.random.default_rng(0)
    parts = []
    for number in range(2500):
        vector = unit(1, *chance.normal(0, 0.02, 7))
        parts.append((content(number, phash=FOX ^ (number % 4)), vector))
    put_file(library, Path("/p/burst"), "burst", parts, space=space)
    (group,) = library.duplicates(space)
    assert len(group.copies) == 2499


def drawn(library: Library, name: str, picture: Image.Image, away: float = 0.0) -> ItemId:
    """A picture with a thumbnail of its own; phash and vector nearly as those of all others."""
    one = replace(content(phash=FOX, size=picture.size), thumbnail=thumbnail(picture))
    put_file(library, Path(f"/p/{name}"), name, [(one, unit(1, away, 0, 0))])
    return library.list_items(limit=1)[0].id


def test_duplicates__what_has_one_layout_is_no_copy(library):
    """Look and vector are the same; the figures are not."""
    first = drawn(library, "first", invoice(1110))
    other = drawn(library, "other", invoice(2784))
    copy = drawn(library, "copy", invoice(1110).resize((425, 550)))
    plain = [
        drawn(library, colour, Image.new("RGB", (80, 60), colour)) for colour in ("red", "blue")
    ]
    (group,) = library.duplicates(SPACE)
    assert {group.keeper.id, *(one.id for one in group.copies)} == {first, copy}
    assert library.collapsed(SPACE, [other, first, copy, *plain], 9).copies == {first: [copy]}


def test_duplicates__many_of_one_layout_with_a_copy_each(library):
    """A copy is found among them, whichever they are compared with first."""
    expected = set()
    for number in (1110, 2784, 3951, 4463, 5872, 6690):
        away = number / 100_000  # a copy is more alike than the others
        one = drawn(library, f"{number}", invoice(number), away)
        other = drawn(library, f"{number} again", invoice(number).resize((425, 550)), away)
        expected.add(frozenset({one, other}))
    groups = {
        frozenset({group.keeper.id, *(one.id for one in group.copies)})
        for group in library.duplicates(SPACE)
    }
    assert groups == expected
