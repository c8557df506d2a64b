from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen3vl_app.messages import NOTHING, Message
from qwen3vl_app.search.ranking import Movement, matters, movement, ranked
from qwen3vl_app.types import ContentHash, Hit, Item, ItemId, Kind, Place, Score


def hit(number: int, **more: Any) -> Hit:
    item = Item(
        id=ItemId(number),
        kind=Kind.PICTURE,
        place=Place(),
        ordinal=0,
        path=Path(f"/photos/{number}.png"),
        content_hash=ContentHash(f"{number:032x}"),
        thumbnail="",
    )
    return Hit(item=item, recall_rank=number, similarity=1 - number / 100, **more)


def score(logit: float) -> Score:
    return Score(relevance=0.5, logit=logit)


def test_ranked__by_logit_and_keeps_the_given_order():
    hits = ranked(
        [hit(1), hit(2), hit(3)],
        {ItemId(1): score(-1.0), ItemId(2): score(4.0), ItemId(3): score(2.0)},
    )
    assert [h.recall_rank for h in hits] == [1, 2, 3]
    assert [h.rank for h in hits] == [3, 1, 2]


def test_ranked__equal_logits_keep_the_recall_order():
    hits = ranked([hit(1), hit(2)], {ItemId(2): score(1.0), ItemId(1): score(1.0)})
    assert [h.rank for h in hits] == [1, 2]


def test_ranked__a_hit_without_score_has_a_reason_and_no_rank():
    hits = ranked(
        [hit(1), hit(2), hit(3)], {ItemId(1): Message.of("reason.gone"), ItemId(2): score(0.0)}
    )
    assert [h.rank for h in hits] == [None, 1, None]
    assert hits[0].unscored == Message.of("reason.gone")
    assert hits[2].unscored == NOTHING


@given(st.dictionaries(st.integers(1, 30), st.floats(-20, 20)))
def test_ranked__ranks_are_one_to_n(logits):
    hits = ranked([hit(n) for n in range(1, 31)], {n: score(x) for n, x in logits.items()})
    ranks = sorted(h.rank for h in hits if h.rank is not None)
    assert ranks == list(range(1, len(logits) + 1))


@pytest.mark.parametrize(
    ("recall_rank", "rank", "expected"),
    [
        (1, 1, Movement.KEPT),
        (5, 2, Movement.PROMOTED),
        (2, 5, Movement.DEMOTED),
        (25, 3, Movement.PROMOTED),
        (3, 25, Movement.DROPPED),
        (30, 25, Movement.PROMOTED),
        (4, None, None),
    ],
)
def test_movement__against_a_column_of_twenty(recall_rank, rank, expected):
    assert movement(hit(recall_rank, rank=rank), top_k=20) is expected


@pytest.mark.parametrize(
    ("stands_out", "relevance", "expected"),
    [
        (True, 0.01, Movement.RESCUED),
        (False, 0.9, Movement.RESCUED),
        (None, 0.51, Movement.RESCUED),
        (False, 0.5, Movement.PROMOTED),
        (None, 0.01, Movement.PROMOTED),
    ],
)
def test_movement__only_what_matters_is_rescued(stands_out, relevance, expected):
    judged = Score(relevance=relevance, logit=0.0)
    one = hit(25, rank=3, stands_out=stands_out, score=judged)
    assert movement(one, top_k=20) is expected
    assert matters(one) is (expected is Movement.RESCUED)
