from __future__ import annotations

from pathlib import Path

import pytest

from qwen3vl_app.store.library import Library
from qwen3vl_app.types import Kind
from tests.store.build import content, put_file, unit

EAST, NORTH, BOTH = unit(1, 0, 0, 0), unit(0, 1, 0, 0), unit(1, 1, 0, 0)


def put_two(library: Library) -> None:
    put_file(library, Path("/p/east.png"), "east", [(content(), EAST)], collection="trip")
    put_file(library, Path("/p/north.txt"), "north", [(content(kind=Kind.PASSAGE), NORTH)])


def names(library: Library, found: list) -> list[str]:
    items = library.items([candidate.item_id for candidate in found])
    return [item.path.name for item in items.values()]


def test_search__best_first_with_cosines(library: Library) -> None:
    put_two(library)
    found = library.search(unit(4, 3, 0, 0), 5)
    assert names(library, found) == ["east.png", "north.txt"]
    assert [c.similarity for c in found] == pytest.approx([0.8, 0.6])
