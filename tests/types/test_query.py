from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from qwen3vl_app.errors import EmptyQueryError, UsageError
from qwen3vl_app.types import (
    Ask,
    ContentHash,
    Doubt,
    ExactWords,
    Hit,
    Item,
    ItemFilter,
    ItemId,
    Kind,
    LeftOut,
    Place,
    Query,
    Score,
    SearchStage,
    SearchUpdate,
    WordsMode,
)
from qwen3vl_app.types.query import LONGEST_TEXT


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"text": "  "},
        {"unlike": "rain"},
        {"text": "-rain", "words": WordsMode.ON},
        {"text": "-rain", "words": WordsMode.ONLY},
        {"like": (ItemId(1),), "words": WordsMode.ONLY},
    ],
)
def test_query__nothing_to_look_for(given):
    with pytest.raises(EmptyQueryError):
        Query(**given)


def test_query__an_item_is_enough():
    assert not Query(like=(ItemId(1),)).has_model_input


def test_query__the_signs_of_exact_words_are_not_for_the_model():
    text = 'a "red fox" -rain'
    assert Query(text=text).model_input.texts == (text,)
    assert Query(text=text).exact_words == ExactWords()
    exact = Query(text=text, words=WordsMode.ON)
    assert exact.model_input.texts == ("a red fox",)
    assert exact.exact_words == ExactWords(wanted=("a", "red fox"), unwanted=("rain",))


@pytest.mark.parametrize("weight", [-0.1, 1.1, float("nan")])
def test_query__a_weight_out_of_range(weight):
    with pytest.raises(UsageError, match="choose 0 to 1"):
        Query(text="fox", unlike="rain", unlike_weight=weight)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (
            {"modified_from": date(2024, 2, 1), "modified_to": date(2024, 1, 31)},
            "modified ends at 2024-01-31, before it begins at 2024-02-01",
        ),
        ({"taken_from": date(2024, 2, 1), "taken_to": date(2024, 1, 31)}, "range of days taken"),
        ({"min_bytes": -5}, "A size in bytes of -5 was asked for; give 0 or more."),
        ({"max_seconds": float("nan")}, "A duration in seconds of nan"),
        ({"min_bytes": 2, "max_bytes": 1}, "size in bytes ends at 1"),
        ({"min_seconds": 2.5, "max_seconds": 1}, "duration in seconds ends at 1"),
        ({"folder": Path("../photos")}, "give its full path"),
        ({"folder": Path()}, "give its full path"),
    ],
)
def test_item_filter__what_cannot_be_meant(given, sentence):
    with pytest.raises(UsageError, match=sentence):
        ItemFilter(**given)


def test_left_out__probably_nothing():
    assert LeftOut(shown=20, above=0, hidden=0).probably_nothing
    assert not LeftOut(shown=20, above=0, hidden=1).probably_nothing
    assert not LeftOut(shown=20, above=0, hidden=0, uniform=True).probably_nothing


def found(*relevances: float | None, stage=SearchStage.DONE, **left) -> SearchUpdate:
    """A search with hits of these relevances; None where one was not judged."""
    item = Item(
        id=ItemId(1),
        content_hash=ContentHash("0" * 32),
        ordinal=0,
        kind=Kind.PICTURE,
        path=Path("/a.png"),
        place=Place(),
        thumbnail="",
    )
    hits = tuple(
        Hit(
            item=item,
            recall_rank=rank,
            similarity=0.5,
            score=None if one is None else Score(relevance=one, logit=0.0),
        )
        for rank, one in enumerate(relevances, start=1)
    )
    left_out = LeftOut(shown=len(hits), **{"above": 0, "hidden": 0} | left)
    return SearchUpdate(stage=stage, hits=hits, left_out=left_out)


@pytest.mark.parametrize(
    ("update", "doubt"),
    [
        (found(None, None), Doubt.RECALL),
        (found(None, above=1), None),
        (found(None, hidden=1), None),
        (found(None, uniform=True), Doubt.UNIFORM),
        (found(None, uniform=True, above=1), None),
        (found(), None),
        # a hit that the reranker holds for relevant ends all doubt, at whatever stage
        (found(0.895, 0.1), None),
        (found(0.895, None, stage=SearchStage.RERANK), None),
        (found(0.895, uniform=True), None),
        # it has judged, and holds nothing for relevant: it says so, whatever recall says
        (found(0.5, 0.1), Doubt.RERANK),
        (found(0.2, None, above=5), Doubt.RERANK),
        (found(0.2, uniform=True), Doubt.RERANK),
        # it has not come to the end: recall is all that is known
        (found(0.2, None, stage=SearchStage.RERANK), Doubt.RECALL),
        (found(0.2, None, stage=SearchStage.STOPPED, above=5), None),
    ],
)
def test_doubt__which_stage_says_so(update, doubt):
    assert update.doubt is doubt


@pytest.mark.parametrize("place", ["text", "unlike", "instruction"])
def test_query__a_text_over_the_limit(place):
    given: dict[str, Any] = {"text": "fox", place: "x" * LONGEST_TEXT}
    assert Query(**given)
    given[place] += "x"
    with pytest.raises(
        UsageError, match="has 8,001 characters, over the limit of 8,000"
    ) as caught:
        Query(**given)
    assert (caught.value.code, caught.value.values) == (
        "query.long",
        {"found": 8001, "most": 8000},
    )


def test_ask__a_text_over_the_limit():
    with pytest.raises(UsageError, match="over the limit of 8,000"):
        Ask(text="x" * (LONGEST_TEXT + 1))
