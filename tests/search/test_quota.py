"""At most so many hits of a kind in the final list."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen3vl_app.errors import UsageError
from qwen3vl_app.search.ranking import over_quota
from qwen3vl_app.types import Kind, Query
from qwen3vl_app.types.question import Question
from tests.search.world import put_notes
from tests.store.build import content, put_file, unit

FOX = "fox river red rain"
KINDS = st.lists(st.sampled_from(Kind), max_size=12)
QUOTAS = st.dictionaries(st.sampled_from(Kind), st.integers(1, 4))


def test_quota__the_reranker_chooses_who_stays(library, engine):
    put_notes(library)
    *_, last = engine.search(Query(text=FOX, quota={Kind.PASSAGE: 2}))
    assert [hit.item.text for hit in last.by_relevance] == ["fox", "fox river"]
    over = [hit for hit in last.hits if hit.over_quota]
    assert [(hit.item.text, hit.rank) for hit in over] == [
        ("fox river red rain", None),
        ("fox river red", None),
    ]
    assert all(hit.score is not None for hit in over)
    assert last.by_recall == last.hits


def test_quota__without_reranking_recalls_order_is_the_final_one(library, engine):
    put_notes(library)
    *_, last = engine.search(Query(text=FOX, rerank=False, quota={Kind.PASSAGE: 2}))
    assert [hit.item.text for hit in last.by_recall] == ["fox river red rain", "fox river red"]


def test_quota__where_the_reranker_fails_recalls_order_is_the_final_one(library, engine, models):
    put_notes(library)
    models.fails = "not here."
    *_, last = engine.search(Query(text=FOX, quota={Kind.PASSAGE: 1}))
    assert [hit.item.text for hit in last.by_recall] == ["fox river red rain"]


def test_quota__recall_looks_further_for_other_kinds(library, engine):
    """Four notes are nearer than the page: with two candidates it would not be among them."""
    put_notes(library)
    page = content(kind=Kind.PAGE, text="a page")
    put_file(library, Path("/far.pdf"), "far", [(page, unit(1.0, 0.0, 0.0, 9.0))])
    query = Query(text=FOX, top_k=2, depth=2, rerank=False)
    *_, plain = engine.search(query)
    assert [hit.item.kind for hit in plain.hits] == [Kind.PASSAGE] * 2
    wanted = Query(text=FOX, top_k=2, depth=2, rerank=False, quota={Kind.PASSAGE: 1})
    *_, last = engine.search(wanted)
    assert [hit.item.kind for hit in last.by_recall] == [Kind.PASSAGE, Kind.PAGE]


@given(KINDS, QUOTAS)
def test_over_quota__keeps_the_best_of_each_kind_and_no_more(kinds, quota):
    flags = over_quota(kinds, quota)
    kept = [kind for kind, is_over in zip(kinds, flags, strict=True) if not is_over]
    for kind, count in Counter(kinds).items():
        assert kept.count(kind) == min(count, quota.get(kind, count))
    first_over = {kind: n for n, kind in reversed([*enumerate(kinds)]) if flags[n]}
    for n, kind in enumerate(kinds):
        assert flags[n] == (kind in first_over and n >= first_over[kind])


@given(KINDS)
def test_over_quota__none_changes_nothing(kinds):
    assert not any(over_quota(kinds, {}))


@pytest.mark.parametrize("most", [0, 301])
def test_quota__out_of_range_is_refused(most):
    with pytest.raises(UsageError, match="passage"):
        Query(text="fox", quota={Kind.PASSAGE: most})


@pytest.mark.parametrize("quota", [{"cat": 3}, {"page": "many"}])
def test_quota__what_means_nothing_is_refused(quota):
    with pytest.raises(UsageError, match=r"\.$"):
        Question.read({"quota": quota})


def test_quota__questions_of_before_have_none():
    assert Question.read({"text": "fox"}).quota == {}
    assert "quota" not in Question(text="fox").written()
