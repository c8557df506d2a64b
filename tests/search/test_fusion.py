from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen3vl_app.search.fusion import fused
from qwen3vl_app.types import ItemId

RANKINGS = st.lists(st.lists(st.integers(0, 30), unique=True, max_size=20), max_size=4)


@pytest.mark.parametrize(
    ("rankings", "expected"),
    [
        ([], []),
        ([[3, 1, 2]], [3, 1, 2]),
        ([[1, 2, 3], [3, 4]], [3, 1, 2, 4]),  # 1/4 + 1/2 is more than 1/2
        ([[1], [2]], [1, 2]),  # equal sums: the earlier ranking
        ([[1, 2], [2, 1]], [1, 2]),
        ([[1, 2, 3], [2, 4, 1]], [2, 1, 4, 3]),
    ],
)
def test_fused__by_reciprocal_ranks(rankings, expected):
    assert fused(*rankings) == expected


@given(RANKINGS)
def test_fused__as_exact_fractions_order_it(rankings):
    def total(item):
        return sum(Fraction(1, 2 + r.index(item)) for r in rankings if item in r)

    found = fused(*rankings)
    assert sorted(found) == sorted({item for ranking in rankings for item in ranking})
    totals = [total(item) for item in found]
    assert all(float(a) >= float(b) - 1e-12 for a, b in pairwise(totals))


@given(RANKINGS, st.integers(0, 30))
def test_fused__first_in_all_is_first(rankings, item):
    led = [[item, *(other for other in ranking if other != item)] for ranking in rankings]
    assert fused(*led)[:1] == ([item] if led else [])


def test_fused__first_of_one_ranking_is_before_what_is_far_down_in_both():
    """Asked for "fox" and "elephant", a lemon (39th and 11th) stood above the first fox."""
    fox, elephant, lemon = map(ItemId, (1000, 2000, 3000))
    foxes = [fox, *map(ItemId, range(37)), lemon]
    elephants = [elephant, *map(ItemId, range(100, 109)), lemon]
    found = fused(foxes, elephants)
    assert found[:2] == [fox, elephant]
    assert found.index(lemon) > 10
