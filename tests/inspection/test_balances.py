"""How kinds compete over many searches."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen3vl_app.inspection.balances import Suggestion, balances, suggestion
from qwen3vl_app.types import ItemId, Kind
from tests.inspection.runs import run_of, runs

KINDS = {ItemId(n): Kind.PASSAGE if n < 4 else Kind.PICTURE for n in range(1, 7)}


def test_balances__a_quota_lets_the_crowded_out_in():
    crowded = run_of([3.0, 2.5, 2.0, 1.0, -1.0, -2.0], top=3)  # three texts, then a picture
    mixed = run_of([3.0, -1.0, -1.0, 2.0, -1.0, -2.0], top=3)
    found = balances([crowded, mixed], KINDS)
    texts, pictures = found.kinds
    assert (texts.kind, texts.shown, texts.candidates, texts.most) == (Kind.PASSAGE, 5, 6, 3)
    assert (pictures.kind, pictures.shown, pictures.searches) == (Kind.PICTURE, 1, 2)
    assert texts.share == pytest.approx(5 / 6)
    assert found.suggestion == Suggestion(kind=Kind.PASSAGE, most=2, before=1, after=2)


def test_balances__what_is_irrelevant_needs_no_quota():
    assert suggestion([run_of([3.0, 2.5, 2.0, -1.0], top=3)], KINDS) is None
    unjudged = balances([run_of([None] * 6, top=3)], KINDS)
    assert (unjudged.judged, unjudged.suggestion) == (0, None)
    assert balances([], {}).kinds == ()


@given(st.lists(runs(), min_size=1, max_size=4))
def test_balances__shares_add_up_and_a_suggestion_helps(drawn):
    kinds: dict[ItemId, Kind] = {}
    for _, of in drawn:
        kinds |= of
    found = balances([run for run, _ in drawn], kinds)
    assert sum(one.share for one in found.kinds) == pytest.approx(1 if found.kinds else 0)
    assert all(one.most <= one.shown <= one.candidates for one in found.kinds)
    if found.suggestion is not None:
        assert 0 <= found.suggestion.before < found.suggestion.after <= found.judged
        assert found.suggestion.most >= 1
