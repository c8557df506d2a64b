from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from qwen3vl_app.store import sample as sample_module
from qwen3vl_app.types import Kind, Space
from tests.store.build import SPACE, content, put_file, unit

EAST = unit(1, 0, 0, 0)


def put(library, number: int) -> None:
    put_file(library, Path(f"/p/{number}"), str(number), [(content(), unit(1, number, 0, 0))])


def scores(library) -> list[float]:
    """Descending, of all kinds."""
    found = library.sample(SPACE, EAST).by_kind.values()
    return sorted((value for of_kind in found for value in of_kind.tolist()), reverse=True)


def test_sample__kinds_are_kept_apart(library):
    for number, kind in enumerate((Kind.PAGE, Kind.PICTURE, Kind.PAGE)):
        item = (content(kind=kind), unit(1, number, 0, 0))
        put_file(library, Path(f"/p/{number}"), str(number), [item])
    by_kind = library.sample(SPACE, EAST).by_kind
    assert {kind: len(found) for kind, found in by_kind.items()} == {Kind.PAGE: 2, Kind.PICTURE: 1}
    assert by_kind[Kind.PICTURE].tolist() == pytest.approx([0.5**0.5])


def test_sample__a_small_library_is_its_own_sample(library):
    for number in range(3):
        put(library, number)
    drawn = library.sample(SPACE, EAST)
    assert scores(library) == pytest.approx([1, 0.5**0.5, 0.2**0.5])
    assert drawn.items == 3
    assert set(drawn.by_kind) == {Kind.PICTURE}
    assert drawn.by_kind[Kind.PICTURE].dtype == np.float32


def test_sample__nothing_without_items_in_the_space(library):
    assert library.sample(SPACE, EAST).items == 0
    put(library, 0)
    other = Space(model="other", dimension=3, fingerprint="other")
    assert library.sample(other, unit(1, 0, 0)).by_kind == {}


def test_sample__stays_until_the_library_has_doubled(library, monkeypatch):
    monkeypatch.setattr(sample_module, "SAMPLE_SIZE", 4)
    for number in range(8):
        put(library, number)
    drawn = scores(library)
    assert len(drawn) == 4
    for number in range(8, 15):
        put(library, number)
    assert scores(library) == drawn
    put(library, 15)
    assert scores(library) != drawn


def test_sample__each_space_has_its_own(library):
    put(library, 0)
    assert scores(library) == [1]
    other = Space(model="other", dimension=4, fingerprint="other")
    assert library.sample(other, EAST).items == 0
    assert scores(library) == [1]


def test_search__without_some_items(library):
    for number in range(3):
        put(library, number)
    ids = [item.id for item in reversed(library.list_items())]
    assert [c.item_id for c in library.search(SPACE, EAST, 5, without=[ids[0], 999])] == ids[1:]
