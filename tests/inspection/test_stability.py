"""Which hits cannot be told apart."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen3vl_app.inspection.stability import Spread, spreads, ties
from qwen3vl_app.types import ItemId, Score
from tests.inspection.runs import run_of


def spread(number: int, low: float, high: float) -> Spread:
    return Spread(
        item=ItemId(number), relevance=0.5, low=0.5, high=0.5, low_logit=low, high_logit=high
    )


def test_spreads__half_of_the_range_of_all_scores():
    run = run_of([0.0, None])
    found = [
        {ItemId(1): Score(relevance=0.4, logit=-0.4)},
        {ItemId(1): Score(relevance=0.7, logit=0.8)},
        {},
    ]
    (one,) = spreads(run.hits, found)
    assert (one.low, one.high, one.margin) == pytest.approx((0.4, 0.7, 0.15))
    assert (one.low_logit, one.high_logit) == (-0.4, 0.8)
    (same,) = spreads(run.hits, [])
    assert same.margin == 0


def test_ties__by_hand():
    apart = [spread(1, 5, 6), spread(2, 3, 4), spread(3, 1, 2)]
    assert ties(apart) == ()
    assert ties([]) == ()
    chained = [spread(1, 8, 9), spread(2, 5, 7), spread(3, 4, 5.5), spread(4, 3, 4.5)]
    assert ties(chained) == ((2, 4),)  # 2 and 4 do not overlap, but both do with 3
    around = [spread(1, 2, 9), spread(2, 5, 6), spread(3, 1, 8)]
    assert ties(around) == ((1, 3),)


@st.composite
def orders(draw: st.DrawFn) -> list[Spread]:
    """Ranges around scores that fall."""
    scores = sorted(draw(st.lists(st.integers(0, 30), max_size=9)), reverse=True)
    widths = st.integers(0, 6)
    return [spread(n, s - draw(widths), s + draw(widths)) for n, s in enumerate(scores, start=1)]


@given(orders())
def test_ties__are_the_connected_parts_of_what_overlaps(order):
    parts = {n: {n} for n in range(len(order))}
    for (a, one), (b, other) in combinations(enumerate(order), 2):
        if one.low_logit <= other.high_logit and other.low_logit <= one.high_logit:
            both = parts[a] | parts[b]
            parts |= dict.fromkeys(both, both)
    expected = {(min(part) + 1, max(part) + 1) for part in parts.values() if len(part) > 1}
    assert {*ties(order)} == expected
