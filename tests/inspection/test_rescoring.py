"""Candidates are judged again: in which ways, what it costs, and that nothing else changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, cast

import pytest

from qwen3vl_app.budget import Budget
from qwen3vl_app.errors import UsageError
from qwen3vl_app.inspection.rescoring import Rescoring
from qwen3vl_app.media.reader import Reader
from qwen3vl_app.messages import Message
from qwen3vl_app.models.service.protocol import OtherDtype
from qwen3vl_app.search.engine import SearchEngine
from qwen3vl_app.search.ways import Way, halved
from qwen3vl_app.settings import Limits
from qwen3vl_app.store.library import Library
from qwen3vl_app.types import Query
from qwen3vl_app.types.question import Question
from qwen3vl_app.types.run import Run
from tests.search.world import WordModels, put_notes

FOX = "fox river red rain"


@pytest.fixture
def models() -> WordModels:
    return WordModels()


@pytest.fixture
def library(tmp_path) -> Iterator[Library]:
    with Library.open(tmp_path / "library") as opened:
        put_notes(opened)
        yield opened


@pytest.fixture
def reader() -> Iterator[Reader]:
    reader = Reader(Budget(), Limits())
    yield reader
    reader.close()


@pytest.fixture
def engine(library, reader, models) -> Iterator[SearchEngine]:
    engine = SearchEngine(library, reader, cast(Any, models))
    yield engine
    engine.close()


@pytest.fixture
def rescoring(library, engine, models, reader) -> Rescoring:
    return Rescoring(library, engine, cast(Any, models), reader)


@pytest.fixture
def run(engine, models) -> Run:
    *_, last = engine.search(Query(text=FOX))
    return Run.of(Question(text=FOX), last, version="1")


def test_plan__names_what_changes_nothing_and_what_is_not_here(rescoring, run, models):
    plan = rescoring.plan(run)
    assert (plan.candidates, plan.possible) == (4, (Way.BATCH, Way.DTYPE))
    assert plan.ways[1].why_not == Message.of("inspect.no_pixels")
    assert (plan.ways[2].dtype, plan.ways[2].memory_bytes) == ("bfloat16", 1000)
    models.other_dtype = lambda: OtherDtype(dtype="bfloat16", memory_bytes=1, here=False)
    assert rescoring.plan(run).possible == (Way.BATCH,)


def test_plan__another_model_or_none_is_refused(rescoring, run):
    with pytest.raises(UsageError, match="another one judged this search"):
        rescoring.plan(replace(run, reranker="another one", reranker_fingerprint=""))
    unjudged = [replace(one, logit=None) for one in run.hits]
    with pytest.raises(UsageError, match="Nothing of this search was reranked"):
        rescoring.plan(replace(run, hits=tuple(unjudged)))


def test_steps__alone_every_document_has_a_batch_of_its_own(rescoring, run, models):
    models.judged.clear()
    steps = list(rescoring.steps(run, Query(text=FOX), [Way.BATCH, Way.DTYPE]))
    assert models.judged == [1, 1, 1, 1, 4]
    assert [(step.done, step.total) for step in steps] == [
        (0, 8), (1, 8), (2, 8), (3, 8), (4, 8), (8, 8), (8, 8),
    ]  # fmt: skip
    for way in (Way.BATCH, Way.DTYPE):
        assert steps[-1].found[way].keys() == {one.item for one in run.hits}


def test_steps__leave_kept_scores_alone(rescoring, run, models, engine, monkeypatch):
    """What another way gives is not what the next search shows."""
    true = models.score
    monkeypatch.setattr(
        models, "score", lambda query, documents, **how: lying(true(query, documents, **how))
    )
    *_, step = rescoring.steps(run, Query(text=FOX), [Way.BATCH])
    assert {score.logit for score in step.found[Way.BATCH].values()} == {99.0}
    models.judged.clear()
    *_, again = engine.search(Query(text=FOX))
    assert models.judged == []
    assert [hit.score.logit for hit in again.hits] == [one.logit for one in run.hits]


def lying(batch):
    return replace(batch, scores=tuple(replace(score, logit=99.0) for score in batch.scores))


def test_steps__closed_they_judge_no_more(rescoring, run, models):
    steps = rescoring.steps(run, Query(text=FOX), [Way.BATCH])
    next(steps), next(steps)
    models.judged.clear()
    steps.close()
    assert models.judged == []


def test_halved__is_a_budget_and_no_larger():
    for budget in (Budget(), Budget(min_picture_tokens=16, max_picture_tokens=16)):
        half = halved(budget)
        assert half.max_picture_tokens in (900, 16)
        assert half.max_frame_tokens == 384
