"""What goes in comes out: names of any bytes, places, texts of any characters."""

from __future__ import annotations

import os
import string
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qwen3vl_app.store.encoding import bounds_under, decode_path, display, encode_path, storable
from qwen3vl_app.store.library import Library
from qwen3vl_app.types import Item, Kind, Place
from tests.store.build import SPACE, content, hash_of, put_file, unit, vector_of

NAMES = st.binary(min_size=1, max_size=40).map(lambda raw: raw.replace(b"/", b"-"))
NAMES = NAMES.filter(lambda raw: b"\0" not in raw and raw not in (b".", b".."))
PATHS = st.lists(NAMES, min_size=1, max_size=4).map(lambda parts: absolute(*parts))
SECONDS = st.none() | st.floats(0, 1e6, allow_nan=False)
NUMBERS = st.none() | st.integers(0, 2**40)
PLACES = st.builds(
    Place,
    page=NUMBERS,
    first_line=NUMBERS,
    last_line=NUMBERS,
    start=SECONDS,
    end=SECONDS,
    section=st.text(max_size=20),
)
TEXTS = st.text(st.characters(exclude_categories=()), max_size=50)
PHASHES = st.none() | st.integers(0, 2**64 - 1)
DATES = st.just("") | st.datetimes().map(lambda taken: taken.isoformat(timespec="seconds"))


def absolute(*parts: bytes) -> Path:
    return Path(os.fsdecode(b"/" + b"/".join(parts)))


@given(path=PATHS)
def test_encode_path__any_bytes(path: Path) -> None:
    assert decode_path(encode_path(path)) == path
    display(path).encode()


@given(path=PATHS, other=PATHS)
def test_bounds_under__exactly_what_is_inside(path: Path, other: Path) -> None:
    low, high = bounds_under(path)
    inside = other.is_relative_to(path) and other != path
    assert (low <= encode_path(other) < high) is inside


@given(text=TEXTS)
def test_storable__keeps_all_that_is_text(text: str) -> None:
    kept = storable(text)
    kept.encode()
    assert len(kept) == len(text)
    assert storable(kept) == kept


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    path=PATHS, kind=st.sampled_from(Kind), place=PLACES, text=TEXTS, phash=PHASHES, taken=DATES
)
def test_item__comes_out_as_it_went_in(
    library: Library, *, path: Path, kind: Kind, place: Place, text: str, phash: int, taken: str
) -> None:
    name = repr((path, kind, place, text, phash, taken))
    kept = text.encode("utf-8", "ignore").decode()
    given_content = content(7, kind, place, kept, phash=phash, taken=taken)
    put_file(library, path, name, [(given_content, unit(1, 2, 3, 4))])
    (item,) = library.list_items(limit=1)
    assert item == Item(
        id=item.id,
        kind=kind,
        place=place,
        ordinal=7,
        path=path,
        content_hash=hash_of(name),
        thumbnail=item.thumbnail,
        text=given_content.text,
        width=4,
        height=3,
        phash=phash,
        taken=taken,
    )
    assert (library.thumbnails / f"{item.thumbnail}.jpg").read_bytes() == given_content.thumbnail
    assert vector_of(library, SPACE, item.id).dtype == np.float32
    assert library.forget([path]) == 1


@pytest.mark.parametrize(
    "raw", [b"line\nbreak.png", b"\xff\xfe.png", "\u202egnp.😀".encode(), b"x" * 255]
)
def test_outcomes__names_that_are_hard_to_write(library: Library, raw: bytes) -> None:
    path = absolute(b"p", raw)
    put_file(library, path, "a", [(content(), unit(1, 0, 0, 0))])
    put_file(library, path.with_name("copy"), "a", [(content(), unit(1, 0, 0, 0))])
    assert {row.path for row in library.outcomes()} == {path, path.with_name("copy")}
    assert library.forget([Path("/p")]) == 2


def test_storable__lone_surrogates_become_question_marks() -> None:
    assert storable("a\ud800b") == "a?b"
    assert set(string.printable) == set(storable(string.printable))
