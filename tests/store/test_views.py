"""Vectors seen as another setting would keep them: what the index would answer with it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from qwen3vl_app.errors import UsageError
from qwen3vl_app.index.formats import StorageSetting, VectorFormat
from qwen3vl_app.index.quantizers import OneBitCodes, one_bit_width
from qwen3vl_app.store import views
from qwen3vl_app.store.library import Library
from qwen3vl_app.types import ItemFilter, ItemId, Space
from tests.store.build import SPACE, content, put_file, unit
from tests.store.fill import WIDE, directions, fill

COUNT = 300
VECTORS = directions(COUNT)
SETTINGS = [
    StorageSetting(dimension=dimension, format=form)
    for dimension in (None, 32)
    for form in VectorFormat
]


@pytest.fixture
def filled(library: Library) -> Library:
    fill(library, VECTORS)
    return library


def found(library: Library, **how: Any) -> list[tuple[int, float]]:
    near = library.search(WIDE, VECTORS[7], 20, **how)
    return [(one.item_id, one.similarity) for one in near]


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda one: f"{one.dimension}-{one.format}")
def test_viewed__answers_as_the_index_would_with_that_setting(filled: Library, setting) -> None:
    before = found(filled)
    view = filled.viewed(WIDE, setting)
    assert found(filled) == before
    assert filled.storage.setting() == StorageSetting()
    seen, sample = found(view), view.sample(WIDE, VECTORS[7])
    filled.storage.apply(setting)
    assert [item for item, _ in seen] == [item for item, _ in found(filled)]
    assert [value for _, value in seen] == pytest.approx([value for _, value in found(filled)])
    true = filled.sample(WIDE, VECTORS[7])
    assert (sample.items, sample.elsewhere) == (true.items, true.elsewhere)
    for kind, values in true.by_kind.items():
        assert np.allclose(np.sort(sample.by_kind[kind]), np.sort(values), atol=1e-6)


def test_viewed__filters_and_what_is_left_out_hold_as_ever(filled: Library) -> None:
    view = filled.viewed(WIDE, StorageSetting(dimension=32))
    every = [item for item, _ in found(view)]
    some = [item for item, _ in found(view, without=every[:2], among=every)]
    assert some == every[2:]
    assert found(view, where=ItemFilter(tag="none has it")) == []


def test_viewed__what_is_deleted_is_not_found_and_another_space_is_as_it_is(
    library: Library,
) -> None:
    other = Space(model="other", dimension=4, fingerprint="other-4")
    (path,) = [library.directory.parent / "a.png"]
    put_file(library, path, "a", [(content(), unit(1, 0, 0, 0))])
    put_file(library, path.with_name("b.png"), "b", [(content(), unit(0, 1, 0, 0))], space=other)
    view = library.viewed(SPACE, StorageSetting(dimension=2))
    assert [one.item_id for one in view.search(other, unit(0, 1, 0, 0), 9)] == [ItemId(2)]
    assert [one.item_id for one in view.search(SPACE, unit(1, 0, 0, 0), 9)] == [ItemId(1)]
    library.writer.forget([path])
    library.writer.sweep()
    assert view.search(SPACE, unit(1, 0, 0, 0), 9) == []


def test_viewed__too_many_vectors_are_refused_and_fewer_dimensions_are_not(
    filled: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "VIEWED_BYTES", COUNT * 32 * 4)
    with pytest.raises(UsageError, match="up to 150 items"):
        filled.viewed(WIDE, StorageSetting(format=VectorFormat.INT8))
    assert len(found(filled.viewed(WIDE, StorageSetting(dimension=32)))) == 20
    offered = {one.dimension for one in views.view_costs(WIDE, COUNT)}
    assert offered == {32}


def test_view_costs__are_bytes_of_what_a_search_reads() -> None:
    cost = {
        (one.dimension, one.setting.format): one.item_bytes for one in views.view_costs(WIDE, 10)
    }
    assert cost[64, VectorFormat.FLOAT32] == 256
    assert cost[32, VectorFormat.INT8] == 36
    codes = OneBitCodes(64)
    codes.prepare(VECTORS)
    codes.append(VECTORS)
    assert cost[64, VectorFormat.BINARY] == one_bit_width(64) == codes.rows().shape[1]
