"""An old search looked into with other models: that is said, and nothing where they are one."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from qwen3vl_app.inspection.other_models import other_models
from qwen3vl_app.types import SearchStage, SearchUpdate
from qwen3vl_app.types.question import Question
from qwen3vl_app.types.run import Run
from tests.store.build import SPACE

RUN = replace(
    Run.of(
        Question(text="fox"),
        SearchUpdate(stage=SearchStage.DONE, hits=(), model=SPACE.model, space=SPACE.fingerprint),
        version="1",
    ),
    reranker="judge",
)


def models(
    space: Any = SPACE, embedder: str = SPACE.model, reranker: str = "judge", judging: str = ""
) -> Any:
    names = (
        SimpleNamespace(name=embedder, fingerprint=""),
        SimpleNamespace(name=reranker, fingerprint=judging),
    )
    return SimpleNamespace(loaded_space=lambda: space, status=lambda: names)


def said(run: Run, **now: Any) -> str:
    return str(other_models(run, models(**now)))


def test_other_models__nothing_where_they_are_the_same_or_not_yet_known():
    assert not other_models(RUN, models())
    assert not other_models(RUN, models(space=None))
    words_alone = replace(RUN, model="", space="", reranker="")
    assert not other_models(words_alone, models(reranker="another"))


def test_other_models__names_those_that_answered_and_those_that_are_asked():
    other = replace(SPACE, fingerprint="other", model="large")
    text = said(RUN, space=other, embedder="large", reranker="strict")
    assert "test, judge" in text
    assert "large, strict" in text
    assert "test" not in said(RUN, reranker="strict")


def test_other_models__one_model_with_other_settings():
    other = replace(SPACE, fingerprint="with an adapter")
    assert "test" in said(RUN, space=other)
    assert "other settings" in said(RUN, space=other)


def test_other_models__one_reranker_with_another_adapter():
    run = replace(RUN, reranker_fingerprint="plain")
    assert not other_models(run, models(judging="plain"))
    assert not other_models(run, models())  # has not loaded yet
    assert "judge" in said(run, judging="adapted")
    assert "other settings" in said(run, judging="adapted")
    moved = said(run, reranker="strict", judging="adapted")
    assert "judge" in moved
    assert "strict" in moved
