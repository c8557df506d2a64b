"""Compare by its route: both sides stream, several questions come as rows, nothing is changed."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from starlette.testclient import TestClient

from qwen3vl_app.ui.server import build_server
from tests.store.build import SPACE
from tests.ui import test_history
from tests.ui.test_history import OURS

settings = test_history.settings
services = test_history.services


@pytest.fixture
def client(services):
    with TestClient(build_server(services), base_url="http://127.0.0.1", headers=OURS) as opened:
        yield opened


def compare(client, *texts: str, keep: bool = False, **right: Any) -> list[dict[str, Any]]:
    questions = [{"text": text, "files": [], "words": "only"} for text in texts]
    job = {"questions": questions, "left": {}, "right": right, "keep": keep}
    answer = client.post("/api/comparison", json=job)
    assert answer.status_code == 200, answer.text
    return [orjson.loads(line) for line in answer.content.splitlines()]


def test_compare__one_question_streams_both_sides_and_ends_with_the_comparison(services, client):
    *steps, last = compare(client, "fox", top=2)
    assert {step["side"] for step in steps} == {0, 1}
    boards = {step["side"]: step["value"] for step in steps}
    assert boards[0]["stage"] == boards[1]["stage"] == "done"
    assert (boards[0]["top"], boards[1]["top"]) == (20, 2)
    assert last["comparison"]["overlap"] == pytest.approx(2 / 3)
    assert (last["runs"], services.library.runs.newest(9)) == ([], [])
    assert len(last["comparison"]["movers"]) == 1


def test_compare__kept_searches_are_judged_together_and_bring_their_grades(services, client):
    runs = compare(client, "fox", keep=True, top=2)[-1]["runs"]
    pool = client.get("/api/judging/pool", params={"run": runs}).json()
    item = pool["items"][0]["id"]
    job = {"run": runs[0], "item": item, "judge": "Ann", "grade": 2}
    assert client.put("/api/judging/grade", json=job).status_code == 200
    assert compare(client, "fox", depth=9)[-1]["grades"] == {str(item): 2}


def test_compare__several_questions_are_one_row_each_and_a_bad_one_says_why(services, client):
    rows = compare(client, "fox", "", "bear", top=1)
    assert [row["n"] for row in rows] == [0, 1, 2]
    assert rows[1]["message"]["code"] == "query.empty"
    assert rows[0]["comparison"]["k"] == 20


def test_compare__what_means_nothing_is_refused(client):
    jobs: tuple[dict[str, Any], ...] = (
        {"questions": []},
        {"questions": [{"text": "x"}] * 101},
        {"questions": [{"text": "x"}], "right": {"words": "perhaps"}},
        {"questions": [{"text": "x", "nonsense": 1}]},
        {"questions": [{"text": "x"}], "answered": [{}, {"space": "of nobody"}]},
        {"questions": [{"text": "x"}], "answered": [{}, {"format": "float8"}]},
        {"questions": [{"text": "x"}], "answered": [{"pixels": 3}]},
        {"questions": [{"text": "x"}], "answered": [{}, {}, {}]},
        {"questions": [{"text": "x"}], "answered": [{"dimension": 0}]},
        {"questions": [{"text": "x"}], "answered": [{"space": SPACE.fingerprint, "dimension": 9}]},
    )
    for job in jobs:
        assert client.post("/api/comparison", json=job).status_code in (400, 404, 422)


def test_spaces__say_how_much_of_the_library_they_hold(client):
    found = client.get("/api/comparison/spaces").json()
    (row,) = found["spaces"]
    assert (row["model"], row["items"], row["all"], row["own"]) == ("test", 3, 3, False)
    assert (row["adapter"], found["kept"]) == ("", {"dimension": None, "format": "float32"})
    assert row["seconds"] < 1e-3
    whole = {one["format"]: one["bytes"] for one in row["views"] if one["dimension"] == 4}
    assert whole == {"float32": 16, "float16": 8, "int8": 8, "binary": 9}
