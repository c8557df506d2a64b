"""How far two rankings agree: checked by hand, and by counting pairs."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given

from qwen3vl_app.inspection.agreement import agreement
from tests.inspection.runs import run_of, runs


def test_agreement__the_same_order_reversed_and_one_swap():
    assert agreement(run_of([3.0, 2.0, 1.0])).tau == pytest.approx(1)
    assert agreement(run_of([1.0, 2.0, 3.0])).tau == pytest.approx(-1)
    assert agreement(run_of([2.0, 3.0, 1.0])).tau == pytest.approx(1 / 3)  # 2 of 3 pairs agree


def test_agreement__overlap_counts_the_first_of_both():
    found = agreement(run_of([1.0, 2.0, 3.0, 0.0], top=2))
    assert (found.k, found.overlap, found.hits) == (2, 1, 4)


def test_agreement__says_nothing_of_what_was_not_reranked():
    found = agreement(run_of([None, None]))
    assert (found.tau, found.hits, found.k, found.overlap) == (None, 0, 0, 0)
    assert agreement(run_of([1.0, None])).tau is None


@given(runs())
def test_agreement__is_the_share_of_pairs_in_order(drawn):
    run, _ = drawn
    found = agreement(run)
    pairs = list(combinations([one.recall_rank for one in run.judged], 2))
    if pairs:
        signs = sum(1 if first < second else -1 for first, second in pairs)
        assert found.tau == pytest.approx(signs / len(pairs))
    assert 0 <= found.overlap <= found.k <= run.question.top
