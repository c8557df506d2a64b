"""Test sets and pins by their routes."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from qwen3vl_app.services import build_services
from qwen3vl_app.types.pin import PinState
from qwen3vl_app.types.question import Question
from qwen3vl_app.types.test_set import Entry, Graded, TestSet
from qwen3vl_app.ui.server import build_server
from tests.ui import test_history
from tests.ui.test_history import OURS
from tests.ui.test_judging import asked
from tests.ui.world import finish

settings = test_history.settings
services = test_history.services

SET = TestSet(
    name="foxes",
    questions=(Entry({"_id": "q", "text": "fox"}),),
    documents=(Entry({"_id": "d", "path": "/0.txt"}),),
    grades=(Graded("q", "d", 1),),
)

EVALUATED = {
    "stages": {"recall": {"ndcg@10": {"mean": 0.5, "low": None, "high": None, "n": 1}}},
    "conditions": {"model": "m", "items": 3},
}


@pytest.fixture
def client(services):
    with TestClient(build_server(services), base_url="http://127.0.0.1", headers=OURS) as opened:
        yield opened


def test_sets__are_listed_with_their_history_and_what_changed(services, client):
    assert client.get("/api/sets").json() == {
        "sets": [],
        "pins": [],
        "stale": False,
        "local": False,
    }
    sets = services.library.test_sets
    sets.keep(SET)
    sets.add_evaluation("foxes", EVALUATED)
    sets.add_evaluation("foxes", EVALUATED | {"conditions": {"model": "other", "items": 3}})
    (row,) = client.get("/api/sets").json()["sets"]
    counts = {"questions": 1, "documents": 1, "grades": 1}
    assert row == {"name": "foxes", "collection": "", **counts}
    found = client.get("/api/sets/history", params={"name": "foxes"}).json()
    assert [one["changed"] for one in found["history"]] == [[], ["model"]]
    assert found["history"][0]["means"]["recall"]["mean"] == 0.5
    refused = client.get("/api/sets/history", params={"name": "foxes", "measure": "what"})
    assert refused.status_code == 400


def test_pins__a_hit_of_a_search_is_pinned_and_taken_away(services, client):
    run = asked(services, depth=7)
    offered = client.get("/api/sets/pinnable", params={"run": run}).json()
    assert offered["text"] == "fox"
    assert {one["name"] for one in offered["hits"]} == {"0.txt", "1.txt", "2.txt"}
    item = offered["hits"][0]["item"]
    job = {"run": run, "item": item, "must": True, "first": 1}
    number = client.post("/api/sets/pins", json=job).json()["pin"]
    assert services.library.pins.all()[0].question.depth == 7
    (row,) = client.get("/api/sets").json()["pins"]
    assert (row["pin"], row["text"], row["holds"]) == (number, "fox", None)
    assert "question" not in row
    gone = client.post("/api/sets/pins", json={**job, "item": 10**6})
    assert gone.status_code == 404
    assert client.post("/api/sets/pins", json={**job, "run": 10**6}).status_code == 404
    assert client.post("/api/sets/pins/remove", json={"pin": number}).json() == {"removed": True}
    assert client.post("/api/sets/pins/remove", json={"pin": number}).json() == {"removed": False}


def test_pins__where_nothing_may_be_written_nothing_is_shown_or_kept(services, settings):
    run = asked(services)
    services.library.test_sets.keep(SET)
    item = services.library.list_items()[0].id
    services.library.pins.add(Question(text="fox"), item, must=True, first=1)
    shown = build_services(replace(settings, read_only=True), writable=False)
    try:
        with TestClient(build_server(shown), base_url="http://127.0.0.1", headers=OURS) as client:
            nothing = {"sets": [], "pins": [], "stale": False, "local": False}
            assert client.get("/api/sets").json() == nothing
            history = client.get("/api/sets/history", params={"name": "foxes"}).json()
            assert history["history"] == []
            job = {"run": run, "item": int(item), "must": True, "first": 1}
            writing = {"pins": job, "pins/remove": {"pin": 1}, "pins/check": {}}
            for path, body in (writing | {"evaluate": {"name": "foxes"}}).items():
                assert client.post(f"/api/sets/{path}", json=body).status_code >= 400
    finally:
        shown.close()


def test_pins__are_checked_and_stale_when_never_asked(own):
    finish(own)
    item = own.library.list_items()[0].id
    own.library.pins.add(Question(text="fox", rerank=False), item, must=True, first=300)
    own.library.pins.add(Question(text="fox", rerank=False), item, must=False, first=300)
    with TestClient(build_server(own), base_url="http://127.0.0.1", headers=OURS) as client:
        assert client.get("/api/sets").json()["stale"] is True
        found = client.post("/api/sets/pins/check", json={}).json()["pins"]
        assert sorted(one["holds"] for one in found) == [False, True]
        assert client.get("/api/sets").json()["stale"] is False


def test_pins__a_broken_one_says_what_moved_also_when_it_was_asked_before(services, client):
    first, other = services.library.list_items()[:2]
    pins = services.library.pins
    number = pins.add(Question(text="fox"), first.id, must=True, first=1)
    held = PinState(
        asked="2026-01-01T00:00:00+00:00", holds=True, rank=1, recall_rank=1, first=(first.id,),
        conditions={"model": "a"},
    )  # fmt: skip
    pins.note(number, held)
    broken = replace(held, holds=False, rank=2, first=(other.id,), conditions={"model": "b"})
    pins.note(number, broken)
    (row,) = client.get("/api/sets").json()["pins"]
    assert (row["holds"], row["rank"]) == (False, 2)
    assert row["moved"] == {"rank_before": 1, "above": [other.path.name], "changed": ["model"]}


def test_evaluate__tells_how_far_it_is_and_keeps_what_the_set_says(own):
    finish(own)
    item = own.library.list_items()[0]
    found = replace(SET, documents=(Entry({"_id": "d", "path": str(item.path)}),))
    own.library.test_sets.keep(found)
    with TestClient(build_server(own), base_url="http://127.0.0.1", headers=OURS) as client:
        asking = {"name": "foxes", "stage": "recall"}
        lines = client.post("/api/sets/evaluate", json=asking).text.splitlines()
        rows = [json.loads(line) for line in lines]
        (kept,) = own.library.test_sets.evaluations("foxes")
        assert rows == [
            {"done": 0, "of": 1}, {"done": 1, "of": 1}, {"run": kept.id, "missing": 0},
        ]  # fmt: skip
        assert [*kept.answer["stages"]] == ["recall"]
        own.library.test_sets.keep(replace(SET, name="elsewhere"))
        refused = client.post("/api/sets/evaluate", json={"name": "elsewhere"})
        assert json.loads(refused.text)["message"]["code"] == "evaluate.no_documents"
        assert client.post("/api/sets/evaluate", json={"name": "none"}).status_code == 404
