"""Evidence found by models whose numbers can be checked by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from qwen3vl_app.errors import UsageError
from qwen3vl_app.inspection.evidence import MOST_REFINED, Stage, peak
from qwen3vl_app.inspection.gauge import Levels
from qwen3vl_app.inspection.inspector import Inspector
from qwen3vl_app.inspection.occlusion import Span
from qwen3vl_app.inspection.seen import Of
from qwen3vl_app.models.service.protocol import Priority
from qwen3vl_app.types import Ask, Item, Kind, Query, WordsMode
from tests.search.conftest import engine, library, models, reader
from tests.store.build import content, put_file, unit

__all__ = ["engine", "library", "models", "reader"]

TEXT = "The fox sleeps. The river is wide. Nothing more is said here."


@pytest.fixture
def inspector(engine, models, library):
    return Inspector(engine, models, library)


@pytest.fixture
def item(library, engine):
    return put(library, engine, TEXT)


def put(library, engine, text: str) -> Item:
    """The one passage of the library, without any trace of a search for it."""
    passage = content(kind=Kind.PASSAGE, text=text)
    put_file(library, Path("/notes/a.txt"), "a", [(passage, unit(0, 1, 0, 0))])
    (hit,) = next(engine.search(Query(text="river"))).hits
    return hit.item


def similarity(levels: Levels) -> float | None:
    return levels.similarity


def test_evidence__a_sentence_costs_what_the_query_finds_in_it(inspector, item, models):
    *_, last = inspector.evidence(Query(text="river"), item)
    assert last.stage is Stage.DONE
    assert last.whole.similarity == pytest.approx(0.5**0.5)  # of fox and river
    without = {fall.region: fall.levels for fall in last.falls}
    assert without[Span(1, 2)].similarity == pytest.approx(0.5**0.5)  # the fox alone is left
    assert without[Span(0, 1)].similarity == pytest.approx(0.5**0.5 - 1)  # the river alone
    assert without[Span(2, 3)].similarity == pytest.approx(0)
    # this reranker's logit is minus the length of the text
    assert [fall.levels.logit for fall in last.falls] == [-16.0, -19.0, -26.0]
    assert [fall.levels.relevance for fall in last.falls] == [0.0, 0.0, 0.0]
    assert peak(last, similarity) == Span(1, 2)
    assert (last.passes, last.most, last.kept) == (4, 4, False)
    assert models.priorities[-1] is Priority.INSPECT


def test_evidence__comes_batch_by_batch_and_ends_between_two(inspector, item, models):
    steps = inspector.evidence(Query(text="river"), item)
    assert [next(steps).passes for _ in range(2)] == [1, 2]
    asked = len(models.embedded)
    steps.close()
    assert len(models.embedded) == asked
    stopped = [*inspector.evidence(Query(text="river"), item, lambda: True)]
    assert [step.stage for step in stopped] == [Stage.RUNNING, Stage.STOPPED]
    assert not inspector.cost(Query(text="river"), item).kept


def test_evidence__of_a_long_text_looks_closer_where_it_matters(
    inspector, library, engine, models
):
    text = "".join(f"Sentence number {n} says rain. " for n in range(40))
    text = text.replace("number 33 says rain", "number 33 says rain and river")
    item = put(library, engine, text)
    query = Query(text="river", rerank=False)
    cost = inspector.cost(query, item)
    *_, last = inspector.evidence(query, item)
    assert peak(last, similarity) == Span(33, 34)
    assert {fall.level for fall in last.falls} == {0, 1}
    assert 13 < last.passes <= cost.passes == 1 + 12 + MOST_REFINED * 4
    assert last.whole.relevance is None
    assert models.judged == []


def test_evidence__is_kept_for_the_same_question_alone(inspector, item, models):
    query = Query(text="river")
    assert inspector.cost(query, item).kept is False
    [*_] = inspector.evidence(query, item)
    assert inspector.cost(Query(text="river", top_k=5), item).kept
    embedded = len(models.embedded)
    (again,) = inspector.evidence(query, item)
    assert (again.kept, again.stage) == (True, Stage.DONE)
    assert len(models.embedded) == embedded
    others = (
        Query(text="rain"),
        Query(text="river", instruction="Find it."),
        Query(text="river", unlike="fox"),
        Query(text="river", rerank=False),
        Query(text="river", also=(Ask(text="fox"),)),
    )
    assert not any(inspector.cost(other, item).kept for other in others)
    models.judge_name = "another"
    assert not inspector.cost(query, item).kept


def test_cost__is_measured(inspector, item, engine):
    query = Query(text="river")
    assert inspector.cost(query, item).seconds is None
    engine.judging_seconds = 0.5
    assert inspector.cost(query, item).seconds == 4 * 2 * 0.5  # embedding takes as long
    [*_] = inspector.evidence(query, item)
    assert inspector.cost(query, item).seconds < 1


def test_evidence__of_several_queries_goes_by_the_nearest(inspector, item):
    *_, last = inspector.evidence(Query(text="rain", also=(Ask(text="river"),)), item)
    assert last.whole.similarity == pytest.approx(0.5**0.5)
    assert peak(last, similarity) == Span(1, 2)


def test_evidence__without_any_model_is_refused(inspector, item):
    query = Query(text="river", words=WordsMode.ONLY, rerank=False)
    with pytest.raises(UsageError, match="exact words alone"):
        inspector.cost(query, item)
    judged = Query(text="river", words=WordsMode.ONLY)
    *_, last = inspector.evidence(judged, item)
    assert last.whole.similarity is None
    assert last.whole.logit == -len(TEXT)


def test_seen__has_a_prompt_of_each_query_and_of_what_is_not_wanted(inspector, item):
    query = Query(text="river", also=(Ask(text="rain"),), unlike="fox", instruction="Find it")
    found = inspector.seen(query, item)
    assert [one.of for one in found.recall.prompts] == [Of.ITEM, Of.QUERY, Of.QUERY, Of.UNLIKE]
    assert [one.prompt.instruction for one in found.recall.prompts][1:] == ["Find it."] * 3
    assert TEXT in found.recall.prompts[0].prompt.text
    assert [one.of for one in found.rerank.prompts] == [Of.BOTH, Of.BOTH]
    assert all(TEXT in one.prompt.text for one in found.rerank.prompts)
    assert "rain" in found.rerank.prompts[1].prompt.text
    exact = inspector.seen(Query(text="river", words=WordsMode.ONLY, rerank=False), item)
    assert (exact.recall, exact.rerank) == (None, None)
