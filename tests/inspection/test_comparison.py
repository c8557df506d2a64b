"""One question under two settings: numbers that can be checked by hand, and whose turn it is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from qwen3vl_app.errors import UsageError
from qwen3vl_app.inspection.comparison import (
    alternately,
    compared,
    rank_biased_overlap,
    shown,
    with_settings,
)
from qwen3vl_app.search.engine import SearchEngine
from qwen3vl_app.search.otherwise import Otherwise
from qwen3vl_app.types import ItemFilter, Kind, Query
from qwen3vl_app.types.question import Question
from tests.search import conftest
from tests.search.world import put_notes
from tests.store.build import SPACE, content, put_file, unit

models = conftest.models
library = conftest.library
reader = conftest.reader
engine = conftest.engine

same: Any = compared


def test_compared__movers_overlap_and_difference():
    found = same([1, 2, 3], [2, 1, 4], 3)
    assert found.overlap == pytest.approx(2 / 3)
    assert [(one.item, one.left, one.right) for one in found.movers] == [
        (2, 2, 1),
        (1, 1, 2),
        (4, None, 3),
        (3, 3, None),
    ]
    assert same([1, 2], [1, 2], 5).difference == pytest.approx(0.0)
    assert same([1, 2], [3, 4], 5).difference == 1.0
    assert same([], [], 5).difference == 0.0
    assert same([], [1], 5).difference == 1.0
    assert same([1, 2, 3], [1, 3, 2], 1).movers == ()


def test_rank_biased_overlap__by_hand_and_the_first_ranks_count_most():
    overlap: Any = rank_biased_overlap
    # agreements 0, 1, 2/3 at p = 0.5: 2/3 * 1/8 + 1 * (0 + 1/4 + 2/3 * 1/8)
    assert overlap([1, 2, 3], [2, 1, 4], 0.5) == pytest.approx(1 / 12 + 1 / 4 + 1 / 12)
    above = overlap([1, 2, 3, 4], [2, 1, 3, 4])
    below = overlap([1, 2, 3, 4], [1, 2, 4, 3])
    assert above < below < 1


def test_with_settings__changes_how_to_look_and_nothing_else():
    asked = Question(text="fox", where=ItemFilter(collection="A"))
    other = with_settings(
        asked, {"depth": 7, "rerank": False, "text": "bear", "collection": "B", "like": [3]}
    )
    assert (other.depth, other.rerank) == (7, False)
    assert (other.text, other.where, other.like) == ("fox", asked.where, ())
    with pytest.raises(UsageError):
        with_settings(asked, {"words": "perhaps"})


def test_alternately__both_recall_before_one_is_reranked(library, engine: SearchEngine):
    put_notes(library)
    asked = "fox river red rain"
    queries = [Query(text=asked, top_k=4), Query(text=asked, top_k=4, rerank=False)]
    steps = [(n, update.stage.value) for n, update in alternately(engine, queries)]
    assert steps[:2] == [(0, "recall"), (1, "recall")]
    assert steps[-1][1] == "done"
    last = dict(alternately(engine, queries))
    assert shown(last[0], 4) == shown(last[1], 4)[::-1]  # these models turn the order round


def test_alternately__ends_when_it_is_cancelled(library, engine: SearchEngine):
    put_notes(library)
    seen: list[int] = []
    for n, _ in alternately(engine, [Query(text="fox")] * 2, cancelled=lambda: len(seen) > 1):
        seen.append(n)
    assert seen == [0, 1]


def test_alternately__two_spaces_answer_at_once(library, engine: SearchEngine, models):
    put_notes(library)
    other = replace(SPACE, fingerprint="other", model="other", checkpoint="other")
    passage = content(kind=Kind.PASSAGE, text="a vixen")
    put_file(library, Path("/vixen.txt"), "vixen", [(passage, unit(1, 0, 0, 0))], space=other)
    models.others = [other]
    queries = [Query(text="fox", rerank=False)] * 2
    answers = [Otherwise(space=one) for one in (SPACE, other)]
    last = dict(alternately(engine, queries, otherwise=answers))
    assert [last[side].space for side in (0, 1)] == [SPACE.fingerprint, "other"]
    assert [hit.item.text for hit in last[1].hits] == ["a vixen"]
    assert len(last[0].hits) == 4
