from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from qwen3vl_app.store import sample as sample_module
from qwen3vl_app.types import ItemId, Space
from tests.store.build import SPACE, content, put_file, unit

EAST = unit(1, 0, 0, 0)


def put(library, number: int) -> None:
    put_file(library, Path(f"/p/{number}"), str(number), [(content(), unit(1, number, 0, 0))])


def test_sample__a_small_library_is_its_own_sample(library):
    for number in range(3):
        put(library, number)
    assert library.sample(EAST).tolist() == pytest.approx([1, 0.5**0.5, 0.2**0.5])


def test_sample__nothing_without_items_or_space(library):
    assert library.sample(EAST).shape == (0,)
    library.use_space(Space(model="other", dimension=3, fingerprint="other"))
    assert library.sample(unit(1, 0, 0)).shape == (0,)


def test_sample__stays_until_the_library_has_doubled(library, monkeypatch):
    monkeypatch.setattr(sample_module, "SAMPLE_SIZE", 4)
    for number in range(8):
        put(library, number)
    drawn = library.sample(EAST)
    assert drawn.shape == (4,)
    for number in range(8, 15):
        put(library, number)
    assert library.sample(EAST).tolist() == drawn.tolist()
    put(library, 15)
    assert library.sample(EAST).tolist() != drawn.tolist()


def test_sample__follows_the_space_in_use(library):
    put(library, 0)
    assert len(library.sample(EAST)) == 1
    other = Space(model="other", dimension=4, fingerprint="other")
    library.use_space(other)
    assert len(library.sample(EAST)) == 0
    library.use_space(SPACE)
    assert np.allclose(library.sample(EAST), 1)


def test_similarities__of_those_that_have_a_vector(library):
    for number in range(3):
        put(library, number)
    ids = [item.id for item in reversed(library.list_items())]
    near = library.similarities(EAST, [ids[2], ids[0], ids[2], ItemId(999)])
    assert near == pytest.approx({ids[0]: 1, ids[2]: 0.2**0.5})
    assert library.similarities(EAST, []) == {}


def test_search__without_some_items(library):
    for number in range(3):
        put(library, number)
    ids = [item.id for item in reversed(library.list_items())]
    assert [c.item_id for c in library.search(EAST, 5, without=[ids[0], 999])] == ids[1:]
