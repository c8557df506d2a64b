"""How kinds compete."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given

from qwen3vl_app.inspection.balance import balance
from qwen3vl_app.types import ItemId, Kind
from tests.inspection.runs import run_of, runs

KINDS = {ItemId(n): Kind.PASSAGE if n < 4 else Kind.PICTURE for n in range(1, 7)}


def test_balance__by_hand():
    found = balance(run_of([3.0, 2.0, -1.0, 2.5, None, 1.0], top=3), KINDS)
    passages, pictures = found.kinds
    assert (passages.kind, passages.count, passages.shown) == (Kind.PASSAGE, 3, 2)
    assert (pictures.kind, pictures.count, pictures.shown) == (Kind.PICTURE, 3, 1)
    assert passages.similarity == pytest.approx((0.997, 0.9975, 0.998, 0.9985, 0.999))
    assert pictures.relevance[0] == pytest.approx(1 / (1 + 2.718281828**-1))
    assert [(one.item, one.rank, one.within) for one in found.hits] == [
        (1, 1, 1), (4, 2, 1), (2, 3, 2), (6, 4, 2), (3, 5, 3),
    ]  # fmt: skip


def test_balance__what_has_gone_is_left_out():
    found = balance(run_of([3.0, 2.0, 1.0]), {ItemId(2): Kind.PAGE})
    assert [(one.kind, one.count) for one in found.kinds] == [(Kind.PAGE, 1)]
    assert [one.rank for one in found.hits] == [1]


def test_balance__without_reranking_recall_is_the_order():
    found = balance(run_of([None] * 4, top=2), KINDS)
    assert [one.item for one in found.hits] == [1, 2, 3, 4]
    assert [one.relevance for one in found.kinds] == [None, None]
    assert found.kinds[0].shown == 2


@given(runs())
def test_balance__counts_add_up_and_quotas_hold(drawn):
    run, kinds = drawn
    found = balance(run, kinds)
    assert sum(one.count for one in found.kinds) == len(run.hits)
    assert sum(one.shown for one in found.kinds) <= run.question.top
    for one in found.kinds:
        assert one.shown <= run.question.quota.get(one.kind, one.count)
        assert list(one.similarity) == sorted(one.similarity)
    seen: Counter[Kind] = Counter()
    for rank, hit in enumerate(found.hits, start=1):
        seen[hit.kind] += 1
        assert (hit.rank, hit.within) == (rank, seen[hit.kind])
