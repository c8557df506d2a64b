"""Judging by its routes: nothing is told that a judge must not see, and everybody is apart."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient

from qwen3vl_app.services import build_services
from qwen3vl_app.types import ItemId, Timings
from qwen3vl_app.types.question import Question
from qwen3vl_app.types.run import HERE, Owner, Ranked, Run
from qwen3vl_app.ui.server import build_server
from tests.ui import test_history
from tests.ui.test_history import OURS, browser, owner_of

settings = test_history.settings
services = test_history.services
shared = test_history.shared

ITEM = {"id", "kind", "thumb", "width", "height", "text", "start", "end", "grade", "note"}
TELLING = (
    "0.txt",
    "1.txt",
    "recall",
    "rerank",
    "rank",
    "similarity",
    "relevance",
    "logit",
    "score",
)


def asked(services: Any, text: str = "fox", owner: Owner = HERE, **more: Any) -> int:
    """A run in which reranking turns the order of recall round."""
    ids = sorted(item.id for item in services.library.list_items())
    hits = tuple(
        Ranked(
            item=ItemId(item), recall_rank=n, similarity=1 / n, rank=len(ids) + 1 - n,
            relevance=n / 4, logit=float(n),
        )
        for n, item in enumerate(ids, start=1)
    )  # fmt: skip
    run = Run(
        question=Question(text=text, **more), model="m", reranker="r", space="s", version="1",
        hits=hits, timings=Timings(),
    )  # fmt: skip
    return services.library.runs.add(run, owner=owner)


@pytest.fixture
def client(services):
    with TestClient(build_server(services), base_url="http://127.0.0.1", headers=OURS) as opened:
        yield opened


def pool_of(client, run: int, judge: str = "Ann") -> dict[str, Any]:
    return client.get("/api/judging/pool", params={"run": run, "judge": judge}).json()


def grade(client, run: int, item: int, value: int, judge: str = "Ann", *, note: str = "") -> Any:
    job = {"run": run, "item": item, "judge": judge, "grade": value, "note": note}
    return client.put("/api/judging/grade", json=job)


def test_pool__tells_neither_stage_nor_score_nor_name(services, client):
    run = asked(services)
    answer = client.get("/api/judging/pool", params={"run": run, "k": 2})
    pool = answer.json()
    assert len(pool["items"]) == 3  # two of each end
    assert all(set(item) == ITEM for item in pool["items"])
    assert [word for word in TELLING if word in answer.text] == []
    again = client.get("/api/judging/pool", params={"run": run, "k": 2}).json()
    assert again == pool
    assert pool["text"] == "fox"


def test_grades__are_kept_undone_and_carried_to_other_settings(services, client):
    run = asked(services)
    first, second, _ = [item["id"] for item in pool_of(client, run)["items"]]
    assert grade(client, run, first, 1).json() == {"item": first, "grade": 1}
    grade(client, run, second, 2, note="a young one")
    grade(client, run, first, 3)
    other = asked(services, depth=7, instruction="Find animals.")
    found = {item["id"]: (item["grade"], item["note"]) for item in pool_of(client, other)["items"]}
    assert (found[first], found[second]) == ((3, ""), (2, "a young one"))
    assert all(item["grade"] is None for item in pool_of(client, run, "Bo")["items"])
    undo = client.post("/api/judging/undo", json={"run": run, "judge": "Ann"})
    assert undo.json() == {"undone": True}
    found = {item["id"]: item["grade"] for item in pool_of(client, run)["items"]}
    assert found[first] == 1
    both = client.get("/api/judging/pool", params={"run": [run, other]}).json()
    assert both["runs"] == [run, other]


def test_questions__each_once_with_how_far_the_judge_is(services, client):
    run = asked(services)
    grade(client, run, pool_of(client, run)["items"][0]["id"], 2)
    newest = asked(services, depth=7)
    asked(services, "bear")
    rows = client.get("/api/judging/questions", params={"judge": "Ann"}).json()["questions"]
    assert [(row["text"], row["graded"], row["items"]) for row in rows] == [
        ("bear", 0, 3),
        ("fox", 1, 3),
    ]
    assert rows[1]["run"] == newest


def test_report__says_that_reranking_hurt(services, client):
    ids = sorted(item.id for item in services.library.list_items())
    for n in range(6):
        run = asked(services, f"fox {n}")
        for item, value in zip(ids, (3, 1, 0), strict=True):
            grade(client, run, item, value)
            grade(client, run, item, value, "Bo")
    said = client.get("/api/judging/report", params={"k": 3}).json()
    assert said["means"]["recall"]["ndcg"]["mean"] == pytest.approx(1.0)
    assert said["means"]["rerank"]["mrr"]["mean"] == pytest.approx(1 / 3)
    assert said["differences"]["ndcg"]["losses"] == 6
    verdicts = {(part["group"], part["name"]): part["verdict"] for part in said["parts"]}
    assert verdicts == {("all", ""): "hurt", ("kind", "picture"): "hurt"}
    assert (said["agreement"]["alpha"], said["agreement"]["shared"]) == (1.0, 18)
    assert sum(one["n"] for one in said["reliability"]) == 18
    assert {one["source"] for one in said["published"]} == {"readme", "report"}
    alone = client.get("/api/judging/report", params={"run": run}).json()
    assert len(alone["questions"]) == 1
    assert alone["parts"][0]["verdict"] == "few"


def test_report__of_nothing(services, client):
    said = client.get("/api/judging/report").json()
    assert (said["grades"], said["means"], said["parts"]) == (0, {}, [])


def test_export__json_and_csv(services, client):
    run = asked(services, "=fox")
    item = pool_of(client, run)["items"][0]["id"]
    grade(client, run, item, 2, note="=1+1")
    (row,) = client.get("/api/judging/export/json").json()["judgements"]
    assert (row["item"], row["grade"], row["judge"]) == (item, 2, "Ann")
    assert row["asked"] == {"text": "=fox"}
    table = client.get("/api/judging/export/csv")
    (line,) = csv.DictReader(io.StringIO(table.content.decode("utf-8-sig")))
    assert (line["question"], line["note"], line["grade"]) == ("'=fox", "'=1+1", "2")
    assert client.get("/api/judging/export/xml").status_code == 422


def test_grades__what_means_nothing_is_refused(services, client):
    run = asked(services)
    item = pool_of(client, run)["items"][0]["id"]
    assert grade(client, run, item, 4).status_code == 422
    assert grade(client, run, item, 1, " ").json()["code"] == "judge.nameless"
    assert grade(client, run, 10**9, 1).json()["code"] == "item.gone"
    assert grade(client, run + 99, item, 1).json()["code"] == "history.gone"
    other = asked(services, "bear")
    mixed = client.get("/api/judging/pool", params={"run": [run, other]})
    assert mixed.json()["code"] == "judge.questions"
    assert client.get("/api/judging/pool").status_code == 422


def test_grades__of_two_people_on_one_server_stay_apart(shared):
    anna, bert = browser(shared), browser(shared)
    run = asked(shared, owner=Owner(owner_of(anna)))
    item = pool_of(anna, run)["items"][0]["id"]
    assert grade(anna, run, item, 3).status_code == 200
    for answer in (
        bert.get("/api/judging/pool", params={"run": run}),
        bert.get("/api/judging/report", params={"run": run}),
        grade(bert, run, item, 0),
        bert.post("/api/judging/undo", json={"run": run, "judge": "Ann"}),
    ):
        assert answer.json()["code"] == "history.gone"
    assert bert.get("/api/judging/questions").json() == {"questions": []}
    assert bert.get("/api/judging/report").json()["grades"] == 0
    assert bert.get("/api/judging/export/json").json() == {"judgements": []}
    own = asked(shared, owner=Owner(owner_of(bert)))
    assert all(one["grade"] is None for one in pool_of(bert, own)["items"])
    bert.cookies.clear()
    assert bert.get("/api/judging/questions", headers={"cookie": "x=1"}).status_code == 404


@pytest.mark.parametrize(
    ("method", "path"),
    [("get", "pool?run=1"), ("get", "report"), ("put", "grade"), ("post", "undo")],
)
def test_judging__a_demo_has_none(settings, method, path):
    opened = build_services(replace(settings, read_only=True), writable=False)
    try:
        with TestClient(build_server(opened), base_url="http://127.0.0.1", headers=OURS) as http:
            assert http.request(method, f"/api/judging/{path}").status_code == 403
    finally:
        opened.close()


def test_grades__are_cleared_with_a_way_back_and_come_back_from_files(services, client):
    run = asked(services)
    items = [item["id"] for item in pool_of(client, run)["items"]]
    for value, item in enumerate(items):
        grade(client, run, item, value, note="=1+1")
    files = [client.get(f"/api/judging/export/{form}").text for form in ("json", "csv")]
    rows = client.get("/api/judging/export/json").json()
    assert client.post("/api/judging/clear").json() == {"cleared": len(items)}
    assert client.get("/api/judging/report").json()["grades"] == 0
    assert client.post("/api/judging/restore").json() == {"restored": len(items)}
    assert client.post("/api/judging/restore").json() == {"restored": 0}
    for text in files:
        known = client.post("/api/judging/import", json={"text": text}).json()
        assert known == {"found": len(items), "added": 0}
        client.post("/api/judging/clear")
        added = client.post("/api/judging/import", json={"text": text}).json()
        assert added["added"] == len(items)
        assert client.get("/api/judging/export/json").json() == rows


@pytest.mark.parametrize(
    "text",
    [
        *("", "{}", "[]", '{"judgements": 1}', '{"judgements": [1]}', "a,b\r\n1,2\r\n"),
        '{"judgements": [{"asked": {}, "content": "x", "grade": 4, "judge": "A"}]}',
        '{"judgements": [{"asked": {"nonsense": 1}, "content": "x", "grade": 1, "judge": "A"}]}',
        'asked,content,grade,judge,judged\r\n"{,x,1,A,2026-01-01\r\n',
    ],
)
def test_grades__of_another_file_are_refused_whole(client, text):
    answer = client.post("/api/judging/import", json={"text": text})
    assert answer.status_code == 400
    assert "file" in answer.json()["error"]
