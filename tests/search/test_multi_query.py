"""Several queries at once: each ranked by itself, the rankings fused."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen3vl_app.errors import EmptyQueryError, UsageError
from qwen3vl_app.search.ranking import mean_score
from qwen3vl_app.search.recall import Recall
from qwen3vl_app.types import Ask, ItemFilter, Kind, Query, Score, WordsMode
from qwen3vl_app.types.query import MOST_QUERIES
from tests.store.build import content, put_file, unit

ITEMS = {
    "fox": unit(1, 0, 0, 0),
    "fox river": unit(1, 1, 0, 0),
    "river": unit(0, 1, 0, 0),
    "red": unit(0, 0, 1, 0),
}


@pytest.fixture
def recall(library, models) -> Recall:
    for name, vector in ITEMS.items():
        passage = content(kind=Kind.PASSAGE, text=name)
        put_file(library, Path(f"/notes/{name}.md"), name, [(passage, vector)])
    return Recall(library, models)


def asked(text: str, *also: str, **more) -> Query:
    return Query(text=text, also=tuple(Ask(text=one) for one in also), rerank=False, **more)


def found(update) -> dict[str, tuple[int | None, ...]]:
    return {hit.item.text: hit.found_by for hit in update.hits}


def test_run__what_both_have_found_goes_first(recall):
    """Ranks 2 and 2 are worth 2/3, more than rank 1 alone with 1/2."""
    update = recall.run(asked("fox", "river", top_k=2))
    assert found(update) == {"fox river": (2, 2), "fox": (1, None)}
    assert [hit.recall_rank for hit in update.hits] == [1, 2]


def test_run__one_query_says_nothing_of_who_found_what(recall):
    assert set(found(recall.run(asked("fox"))).values()) == {()}


def test_run__similarity_is_that_of_the_query_that_ranks_it_best(recall):
    similarity = {hit.item.text: hit.similarity for hit in recall.run(asked("fox", "river")).hits}
    assert similarity["river"] == pytest.approx(1)
    assert similarity["fox river"] == pytest.approx(0.5**0.5)


def test_run__all_queries_are_one_call_of_the_model(recall, models):
    recall.run(asked("fox", "river", "red", unlike="rain"))
    assert models.embedded == [4]


def test_run__filters_hold_for_each(recall):
    where = ItemFilter(folder=Path("/notes/red.md"))
    assert list(found(recall.run(asked("fox", "river", filter=where)))) == ["red"]


def test_run__what_is_not_wanted_holds_for_each(recall):
    """Less "river", both queries point away from what is only a river."""
    hits = recall.run(asked("fox", "red", unlike="river", unlike_weight=1.0)).hits
    assert hits[-1].item.text in ("river", "fox river")


def test_run__exact_words_of_each(recall, models):
    update = recall.run(asked("fox", "red", words=WordsMode.ONLY))
    assert found(update) == {"fox": (1, None), "red": (None, 1), "fox river": (2, None)}
    assert models.embedded == []
    assert (update.left_out.above, update.left_out.hidden) == (3, 0)


def test_run__words_beside_meaning_have_the_better_of_their_ranks(recall):
    update = recall.run(asked("fox", "river", words=WordsMode.ON))
    ranks = {hit.item.text: hit.words_rank for hit in update.hits}
    assert (ranks["fox"], ranks["river"], ranks["red"]) == (1, 1, None)


def test_run__left_out_counts_every_item_once(library, recall):
    for number in range(150):
        vector = unit(0.02 * (number % 7), 0.02 * (number % 5), 0, 1)
        passage = content(kind=Kind.PASSAGE, text=f"rain {number}")
        put_file(library, Path(f"/rain/{number}.md"), f"rain {number}", [(passage, vector)])
    update = recall.run(asked("fox", "river", top_k=3))
    assert [hit.stands_out for hit in update.hits] == [True, True, True]
    assert update.left_out.above == 3
    hidden = recall.run(asked("fox", "river", filter=ItemFilter(folder=Path("/rain")))).left_out
    assert (hidden.above, hidden.hidden) == (0, 3)


def test_search__each_document_is_judged_for_each_query(recall, engine, models):
    *_, last = engine.search(Query(text="fox", also=(Ask(text="river"),)))
    assert {asked.texts for asked in models.asked} == {("fox",), ("river",)}
    assert sum(models.judged) == 2 * len(last.hits) == 8
    assert last.reranked == 4
    assert sorted(hit.rank for hit in last.by_relevance) == [1, 2, 3, 4]


def test_query__an_empty_one_beside_others():
    with pytest.raises(EmptyQueryError):
        asked("fox", " ")


def test_query__too_many_at_once():
    asked("fox", *["river"] * (MOST_QUERIES - 1))
    with pytest.raises(UsageError, match=r"9 queries were asked at once; choose up to 8\."):
        asked("fox", *["river"] * MOST_QUERIES)


LOGITS = st.lists(st.floats(-30, 30), min_size=1, max_size=5)


@given(LOGITS)
def test_mean_score__lies_between_the_scores(logits):
    score = mean_score([Score(relevance=0.5, logit=logit) for logit in logits])
    assert min(logits) - 1e-6 <= score.logit <= max(logits) + 1e-6
    assert score.relevance == 0.5


def test_mean_score__two_answered_before_one():
    yes, no = Score(relevance=0.99, logit=4.6), Score(relevance=0.01, logit=-4.6)
    assert mean_score([yes, yes]).logit > mean_score([yes, no]).logit > mean_score([no, no]).logit
    assert mean_score([yes, no]).logit == pytest.approx(0, abs=1e-6)
