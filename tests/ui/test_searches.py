"""The stream of one search: begun, recall, slices, end; the newest wins."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest

from qwen3vl_app.errors import UsageError
from qwen3vl_app.messages import Message
from qwen3vl_app.types import ItemFilter, Kind, Query
from qwen3vl_app.ui.failures import UNEXPECTED
from qwen3vl_app.ui.message_rows import message_row
from qwen3vl_app.ui.searches import YIELD_SECONDS, NewestSearch, Searches
from tests.ui.drawings import HOSTILE

ASKED = {"question": {"text": "red", "files": []}, "items": []}


@pytest.fixture
def models(drawn):
    """Those of the drawn world, without delays and failures again afterwards."""
    yield drawn.models
    drawn.models.score_delay, drawn.models.failure = 0.0, None


@pytest.fixture
def engine(drawn, models):
    """That of the drawn world, which has judged nothing yet."""
    drawn.engine.forget_scores()
    drawn.engine.seen.clear()
    return drawn.engine


def test_run__recall_comes_before_rerank(engine, models):
    models.score_delay = 0.05
    stages = [v["stage"] for v in Searches(engine).run("tab", ASKED, lambda: Query(text="red"))]
    assert stages[:2] == ["begun", "recall"]
    assert set(stages[2:-1]) == {"rerank"}
    assert stages[-1] == "done"


def test_run__updates_are_throttled(engine, models):
    models.score_delay = 0.05
    slices = list(engine.search(Query(text="red")))
    engine.forget_scores()
    values = Searches(engine).run("tab", ASKED, lambda: Query(text="red"))
    sent = [(value["stage"], time.monotonic()) for value in values]
    pauses = [b - a for (_, a), (stage, b) in pairwise(sent) if stage == "rerank"]
    assert min(pauses) >= YIELD_SECONDS
    assert len(sent) < 1 + len(slices)


def test_run__a_newer_search_ends_the_older(engine, models):
    models.score_delay = 0.05
    searches = Searches(engine)
    older = searches.run("tab", ASKED, lambda: Query(text="red"))
    seen = [next(older)["stage"], next(older)["stage"]]
    newer = searches.run("tab", ASKED, lambda: Query(text="blue"))
    number = next(newer)["seq"]
    rest = list(older)
    assert seen == ["begun", "recall"]
    assert [v["stage"] for v in rest] == ["stopped"]
    assert rest[0]["seq"] < number


def test_run__stop_ends_within_one_slice(engine, models):
    models.score_delay = 0.1
    searches = Searches(engine)
    values = searches.run("tab", ASKED, lambda: Query(text="red"))
    assert [next(values)["stage"] for _ in range(3)][-1] == "rerank"
    searches.stop("tab")
    assert next(values)["stage"] == "stopped"


def test_run__other_tabs_are_left_alone(engine):
    searches = Searches(engine)
    mine = searches.run("mine", ASKED, lambda: Query(text="red"))
    next(mine)
    list(searches.run("yours", ASKED, lambda: Query(text="blue")))
    assert list(mine)[-1]["stage"] == "done"


def test_run__an_expected_failure_is_a_sentence(engine, models):
    refused = Message.of("query.refused", reason=Message.of("input.not_finite"))
    models.failure = UsageError(refused)
    values = list(Searches(engine).run("tab", ASKED, lambda: Query(text="red")))
    assert values[-1]["message"] == message_row(refused)
    assert values[-1]["message"]["text"].startswith("The query cannot be embedded: ")


def test_run__an_empty_query_says_what_to_do(engine):
    *_, last = Searches(engine).run("tab", ASKED, lambda: Query(text=" "))
    assert last["stage"] == "error"
    assert "type some words" in last["message"]["text"]
    assert last["message"]["code"] == "query.empty"


def test_run__a_bug_is_logged_and_ends_the_search(engine, models, caplog):
    models.failure = ZeroDivisionError("oops")
    *_, last = Searches(engine).run("tab", ASKED, lambda: Query(text="red"))
    assert last["stage"] == "error"
    assert last["message"] == {"text": str(UNEXPECTED), "code": "unexpected", "values": {}}
    assert "ZeroDivisionError" in caplog.text


def test_newest__sessions_are_bounded():
    newest = NewestSearch(sessions=2)
    numbers = [newest.begin(name) for name in "abc"]
    assert newest.superseded("a", numbers[0])
    assert not newest.superseded("c", numbers[2])


def test_run__a_filter_alone_is_listed_and_asks_no_model(engine):
    where = ItemFilter(kinds=frozenset({Kind.PAGE}))
    values = list(Searches(engine).run("tab", ASKED, lambda: where))
    assert [value["stage"] for value in values] == ["begun", "listing"]
    assert values[1] == {"seq": values[0]["seq"], "stage": "listing", **ASKED}
    assert engine.seen == []


def test_run__hostile_text_comes_back_as_it_went_in(engine):
    asked = {"question": {"text": HOSTILE, "files": []}, "items": []}
    values = list(Searches(engine).run("tab", asked, lambda: Query(text=HOSTILE)))
    assert [value["question"]["text"] for value in values] == [HOSTILE] * len(values)


def test_newest__asking_about_a_search_is_no_activity():
    newest = NewestSearch(sessions=2)
    first, second = newest.begin("a"), newest.begin("b")
    assert not newest.superseded("a", first)
    newest.begin("c")
    assert newest.superseded("a", first)
    assert not newest.superseded("b", second)
