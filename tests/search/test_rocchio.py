from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen3vl_app.errors import UsageError
from qwen3vl_app.search.rocchio import rocchio
from tests.store.build import unit

EAST, NORTH = unit(1, 0), unit(0, 1)


@pytest.mark.parametrize(
    ("wanted", "like", "unlike", "weight", "expected"),
    [
        ([EAST], [], [], 0.5, (1, 0)),
        ([EAST], [NORTH], [], 0.5, (1, 1)),
        ([EAST], [], [NORTH], 0.5, (1, -0.5)),
        ([EAST], [], [NORTH], 0.0, (1, 0)),
        ([], [EAST, NORTH], [], 1.0, (1, 1)),
        ([EAST], [], [EAST], 0.5, (1, 0)),
        ([EAST], [EAST, NORTH], [NORTH], 0.5, (1.5, 0)),
    ],
)
def test_direction__by_hand(wanted, like, unlike, weight, expected):
    assert rocchio(wanted, like, unlike, weight).tolist() == pytest.approx(unit(*expected))


def test_direction__nothing_is_left():
    with pytest.raises(UsageError, match="cancel each other out"):
        rocchio([EAST], [], [EAST], 1.0)


@given(st.floats(0, 1), st.integers(0, 2**32 - 1))
def test_direction__farther_from_what_is_not_wanted(weight, seed):
    chance = np.random.default_rng(seed)
    query, unlike = (unit(*chance.normal(size=8)) for _ in range(2))
    found = rocchio([query], [], [unlike], weight)
    assert np.linalg.norm(found) == pytest.approx(1, abs=1e-5)
    assert found @ unlike <= query @ unlike + 1e-5
    assert found.dtype == np.float32
