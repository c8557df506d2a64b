"""What a finished search shows when asked, by its routes."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, cast

import pytest
from starlette.testclient import TestClient

from qwen3vl_app.services import build_services
from qwen3vl_app.settings import Settings
from qwen3vl_app.store.library import Library
from qwen3vl_app.types import Kind, Query
from qwen3vl_app.types.question import Question
from qwen3vl_app.types.run import Run
from qwen3vl_app.ui.server import build_server
from tests.search.world import WordModels, put_notes
from tests.store.build import content, put_file, unit

OURS = {"x-qwen3vl-page": "1"}
FOX = "fox river red rain"


@pytest.fixture
def services(tmp_path):
    with Library.open(tmp_path / "library") as library:
        put_notes(library)
        page = content(kind=Kind.PAGE, text="a page")
        put_file(library, tmp_path / "far.pdf", "far", [(page, unit(1, 0, 0, -1))])
    settings = Settings(library=tmp_path / "library", model="demo", reranker="demo")
    opened = build_services(settings)
    models = cast(Any, WordModels())
    engine = type(opened.engine)(opened.library, opened.reader, models)
    yield replace(opened, models=models, engine=engine)
    engine.close()
    opened.close()


@pytest.fixture
def client(services):
    with TestClient(build_server(services), base_url="http://127.0.0.1") as opened:
        yield opened


@pytest.fixture
def run(services) -> int:
    """Four notes, which reranking turns round; the page's file is not on the disk."""
    question = Question(text=FOX, top=2, depth=5)
    *_, last = services.engine.search(Query(text=FOX, top_k=2, depth=5))
    return services.library.runs.add(Run.of(question, last, version="1"))


def test_agreement__is_told_of_a_run(client, run):
    found = client.get(f"/api/inspect/{run}/agreement").json()
    assert found == {"tau": -1.0, "hits": 4, "k": 2, "overlap": 0}


def test_depth__tells_every_depth_and_what_would_come_in(client, run, services):
    notes = [one.item for one in services.library.runs.find(run).run.hits]
    found = client.get(f"/api/inspect/{run}/depth").json()
    assert [one["depth"] for one in found["depths"]] == [2, 3, 4, 5]
    assert found["depths"][0]["top"] == [notes[1], notes[0]]
    assert found["depths"][0]["entered"] == [notes[3], notes[2]]
    assert not found["measured"]


def test_balance__names_the_kinds_that_compete(client, run):
    found = client.get(f"/api/inspect/{run}/balance").json()
    counts = {one["kind"]: (one["count"], one["shown"]) for one in found["kinds"]}
    assert counts == {"passage": (4, 2), "page": (1, 0)}


def test_stability__says_its_cost_and_streams_what_it_finds(client, run):
    plan = client.get(f"/api/inspect/{run}/stability").json()
    assert plan["candidates"] == 4
    assert [bool(one["why_not"]) for one in plan["ways"]] == [False, True, False]
    job = {"ways": ["batch", "pixels"]}  # the second is not possible, and left out
    said = client.post(f"/api/inspect/{run}/stability", json=job, headers=OURS)
    lines = [json.loads(line) for line in said.text.splitlines()]
    assert [(one["done"], one["total"]) for one in lines][-1] == (4, 4)
    assert lines[-1]["ties"] == []
    assert all(hit["low"] == hit["relevance"] == hit["high"] for hit in lines[-1]["hits"])


def test_stability__a_failure_on_the_way_is_a_line(client, run, services):
    job = {"ways": ["batch"]}
    services.models.fails = "gone meanwhile."
    said = client.post(f"/api/inspect/{run}/stability", json=job, headers=OURS)
    *_, last = [json.loads(line) for line in said.text.splitlines()]
    assert last["failed"]["text"] == "gone meanwhile."


def test_inspecting__needs_a_run_and_the_pages_header(client, run, services):
    assert client.get("/api/inspect/999/depth").json()["code"] == "history.gone"
    assert client.post(f"/api/inspect/{run}/stability", json={"ways": []}).status_code == 403
    without = replace(services, history=None)
    with TestClient(build_server(without), base_url="http://127.0.0.1") as other:
        assert other.get(f"/api/inspect/{run}/depth").json()["code"] == "history.off"


def test_inspecting__a_public_demo_tells_nothing_of_others(client, run, services):
    settings = replace(services.settings, read_only=True)
    with TestClient(
        build_server(replace(services, settings=settings)), base_url="http://127.0.0.1"
    ) as public:
        for part in ("agreement", "depth", "balance", "stability"):
            assert public.get(f"/api/inspect/{run}/{part}").status_code == 403


def test_balance__of_questions_that_are_asked_for_it_and_kept_nowhere(services):
    questions: list[dict[str, Any]] = [
        {"text": FOX, "top": 2, "depth": 5},
        {"text": " "},
        {"text": "fox", "rerank": False},
    ]
    with TestClient(build_server(services), base_url="http://127.0.0.1", headers=OURS) as client:
        answer = client.post("/api/balance", json={"questions": questions})
        rows = [json.loads(one) for one in answer.text.splitlines()]
        assert [row["n"] for row in rows] == [1, 2, 3]
        assert rows[1]["message"]["code"] == "query.empty"
        found = rows[-1]["balance"]
        assert (found["searches"], found["judged"], found["texts"]) == (2, 1, [FOX, "fox"])
        assert {one["kind"] for one in found["kinds"]} == {"passage", "page"}
        assert client.get("/api/balance").json()["searches"] == 0
        wrong: tuple[dict[str, Any], ...] = (
            {"questions": []},
            {"questions": [{"text": "x", "nonsense": 1}]},
        )
        for job in wrong:
            assert client.post("/api/balance", json=job).status_code in (400, 422)


def test_inspecting__without_a_history_the_last_searches_are_known(services):
    own = replace(services, history=None)
    question = Question(text=FOX, top=2, depth=5)
    *_, last = own.engine.search(Query(text=FOX, top_k=2, depth=5))
    run = own.finished.keep(question, last)
    assert services.library.runs.newest(1) == []
    with TestClient(build_server(own), base_url="http://127.0.0.1", headers=OURS) as client:
        assert client.get(f"/api/inspect/{run}/agreement").json()["tau"] == -1.0
        ways = {"ways": ["batch"]}
        said = client.post(f"/api/inspect/{run}/stability", json=ways)
        assert json.loads(said.text.splitlines()[-1])["done"] == 4
        found = client.get("/api/balance").json()
        assert (found["searches"], found["judged"], found["texts"]) == (1, 1, [FOX])
        pool = client.get("/api/judging/pool", params={"run": run}).json()
        job = {"run": run, "item": pool["items"][0]["id"], "judge": "Ann", "grade": 3}
        assert client.put("/api/judging/grade", json=job).status_code == 200
        assert client.get("/api/judging/report").json()["grades"] == 1
        assert client.get(f"/api/inspect/{run + 1}/depth").status_code == 404
