"""Every depth of a run, told from the run alone."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given

from qwen3vl_app.inspection.depth import depths
from qwen3vl_app.search.ranking import ranked
from qwen3vl_app.types import ItemId, Kind, Score
from tests.inspection.runs import run_of, runs
from tests.search.test_ranking import hit


def test_depths__by_hand():
    run = run_of([0.0, 1.0, 5.0, 4.0], top=2, seconds=[0.1, 0.2, 0.3, 0.4])
    found = depths(run, {})
    assert [(one.depth, one.top, one.entered) for one in found.depths] == [
        (2, (2, 1), (3, 4)),
        (3, (3, 2), (4,)),
        (4, (3, 4), ()),
    ]
    assert [one.milliseconds for one in found.depths] == pytest.approx([315, 615, 1015])
    assert found.measured


def test_depths__time_is_shared_out_where_a_candidates_is_not_known():
    found = depths(run_of([0.0, 1.0, None, 2.0], top=1, seconds=[0.1, None]), {})
    assert not found.measured
    times = [one.milliseconds for one in found.depths]
    assert times == pytest.approx([15 + 400 / 3, 15 + 800 / 3, 15 + 800 / 3, 415], abs=0.1)


def test_depths__none_where_nothing_was_reranked():
    assert depths(run_of([None, None]), {}).depths == ()


def test_depths__a_quota_lets_others_in():
    kinds = {ItemId(n): Kind.PASSAGE if n < 4 else Kind.PICTURE for n in range(1, 5)}
    run = run_of([4.0, 3.0, 2.0, 1.0], top=2, quota={Kind.PASSAGE: 1})
    *_, deepest = depths(run, kinds).depths
    assert deepest.top == (1, 4)


@given(runs())
def test_depths__nest_and_each_says_what_is_missing(drawn):
    run, kinds = drawn
    found = depths(run, kinds).depths
    deepest = found[-1]
    assert deepest.entered == ()
    for one in found:
        assert {*deepest.top} - {*one.entered} <= {*one.top}
        assert not {*one.top} & {*one.entered}
        assert all(item <= one.depth for item in one.top)
        assert all(item > one.depth for item in one.entered)
    for one, next_one in pairwise(found):
        assert one.milliseconds <= next_one.milliseconds
        assert {*next_one.entered} <= {*one.entered}


@given(runs())
def test_depths__the_deepest_is_what_the_search_showed(drawn):
    run, kinds = drawn
    candidates = [hit(one.item) for one in run.hits]
    candidates = [replace(h, item=replace(h.item, kind=kinds[h.item.id])) for h in candidates]
    scores = {one.item: Score(relevance=0.5, logit=one.logit) for one in run.judged}
    shown = ranked(candidates, scores, run.question.quota)
    order = sorted((h for h in shown if h.rank is not None), key=lambda h: h.rank)
    *_, deepest = depths(run, kinds).depths
    judged = [item for item in deepest.top if item in scores]
    assert judged == [h.item.id for h in order][: len(judged)]
