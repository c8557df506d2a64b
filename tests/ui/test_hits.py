"""One hit looked at closer, by the routes that the page asks."""

from __future__ import annotations

import asyncio
import io
import json
from dataclasses import replace
from typing import Any, cast

import pytest
from fastapi.testclient import TestClient
from PIL import Image

from qwen3vl_app.errors import ModelError
from qwen3vl_app.inspection.evidence import Evidence, Stage
from qwen3vl_app.inspection.gauge import Levels
from qwen3vl_app.messages import Message
from qwen3vl_app.search.history import History
from qwen3vl_app.types import Kind, Timings
from qwen3vl_app.types.question import Question
from qwen3vl_app.types.run import Owner, Run
from qwen3vl_app.ui.lanes import Lane
from qwen3vl_app.ui.routes.hits import _lines
from qwen3vl_app.ui.seen_pictures import SeenPictures
from qwen3vl_app.ui.server import build_server
from tests.ui.models import DrawnModels
from tests.ui.world import build_world, first

EVIDENCE = Evidence(stage=Stage.RUNNING, whole=Levels())
OURS = {"x-qwen3vl-page": "1"}
BASE = "http://127.0.0.1:7860"


@pytest.fixture(scope="module")
def http(drawn):
    with TestClient(build_server(drawn), base_url=BASE, headers=OURS) as client:
        yield client


def asked(item: int, **question: Any) -> dict[str, Any]:
    return {"item": item, "question": {"text": "red circle", **question}}


def lines(client: TestClient, job: dict[str, Any]) -> list[dict[str, Any]]:
    answer = client.post("/api/hits/evidence", json=job)
    assert answer.status_code == 200, answer.text
    return [json.loads(line) for line in answer.text.splitlines()]


def test_seen__pictures_come_by_keys_and_have_the_size_that_is_said(http, drawn):
    item = first(drawn, Kind.PICTURE)
    found = http.post("/api/hits/seen", json=asked(item.id)).json()
    assert [one["of"] for one in found["recall"]["prompts"]] == ["item", "query"]
    assert [one["of"] for one in found["rerank"]["prompts"]] == ["both"]
    (picture,) = found["recall"]["prompts"][0]["pictures"]
    answer = http.get(f"/m/seen/{picture['picture']}")
    assert answer.headers["content-type"] == "image/png"
    assert list(Image.open(io.BytesIO(answer.content)).size) == picture["shown"]
    width, height = picture["given"]  # a large picture is decoded at a part of its size
    assert width * item.height == height * item.width
    assert http.get(f"/m/seen/{'0' * 32}").status_code == 404
    assert "red circle" in found["recall"]["prompts"][1]["text"]


@pytest.mark.parametrize("kind", [Kind.PICTURE, Kind.PAGE, Kind.PASSAGE, Kind.VIDEO, Kind.MOMENT])
def test_evidence__of_every_kind_comes_line_by_line(http, drawn, kind):
    item = first(drawn, kind)
    cost = http.post("/api/hits/cost", json=asked(item.id)).json()
    found = lines(http, asked(item.id))
    assert found[0]["falls"] == []
    assert [one["stage"] for one in found][-1] == "done"
    last = found[-1]
    assert len(last["falls"]) == last["passes"] - 1 <= cost["passes"] - 1
    assert {"similarity", "relevance", "logit"} < {*last["falls"][0]}
    assert len(last["falls"][0]["at"]) == (4 if kind in (Kind.PICTURE, Kind.PAGE) else 2)
    if kind in (Kind.VIDEO, Kind.MOMENT):
        ends = [fall["at"][1] for fall in last["falls"]]
        assert len(last["frames"]) == len(last["pictures"]) == max(ends)
        assert http.get(f"/m/seen/{last['pictures'][0]}").status_code == 200
    assert http.post("/api/hits/cost", json=asked(item.id)).json()["kept"]
    (again,) = lines(http, asked(item.id))
    assert again["kept"]
    assert again["falls"] == last["falls"]


def test_evidence__a_picture_without_reranking_has_no_relevance(http, drawn):
    item = first(drawn, Kind.PICTURE)
    last = lines(http, asked(item.id, rerank=False))[-1]
    assert last["whole"]["relevance"] is None
    assert last["whole"]["similarity"] is not None
    assert http.post("/api/hits/seen", json=asked(item.id, rerank=False)).json()["rerank"] is None


def test_inspecting__by_the_run_of_its_owner_alone(own):
    item = first(own, Kind.PICTURE)
    question = Question(text="red circle", rerank=False)
    run = Run(
        question=question,
        model="a",
        reranker="",
        space="",
        version="1",
        hits=(),
        timings=Timings(),
    )
    here, other = (own.library.runs.add(run, owner=Owner(name)) for name in ("", "anna"))
    library = own.library
    history = History(library.runs, library.preferences)
    with TestClient(
        build_server(replace(own, history=history)), base_url=BASE, headers=OURS
    ) as client:
        for path in ("seen", "cost", "evidence"):
            url = f"/api/hits/{path}"
            assert client.post(url, json={"item": item.id, "run": here}).status_code == 200
            assert client.post(url, json={"item": item.id, "run": other}).status_code == 404
            assert client.post(url, json={"item": 10**9, "run": here}).status_code == 404
            assert client.post(url, json={"item": item.id}).status_code == 400
            assert client.post(url, json=asked(item.id, nonsense=1)).status_code == 400
            file = asked(item.id, files=["0" * 32 + "/gone.png"])
            assert client.post(url, json=file).status_code == 400
            assert (
                client.post(url, json=asked(item.id), headers={"origin": "http://x"}).status_code
                == 403
            )
    with TestClient(build_server(own), base_url=BASE) as stranger:
        assert stranger.post("/api/hits/seen", json=asked(item.id)).status_code == 403


def test_inspecting__a_public_demo_answers_and_tells_no_path(tmp_path):
    public = build_world(tmp_path, read_only=True)
    with TestClient(build_server(public), base_url=BASE, headers=OURS) as client:
        item = first(public, Kind.PICTURE)
        assert client.post("/api/hits/seen", json=asked(item.id)).status_code == 200
        assert lines(client, asked(item.id))[-1]["stage"] == "done"
        cast("DrawnModels", public.models).failure = ModelError(
            Message.of("load.no_config", path="/home/me/model")
        )
        answer = client.post("/api/hits/evidence", json=asked(item.id, unlike="blue"))
        assert "/home" not in answer.text
        assert json.loads(answer.text.splitlines()[-1])["stage"] == "failed"
        assert client.get("/api/hits/seen").status_code == 405
    public.close()


def test_lines__a_client_that_leaves_ends_it_between_two_batches(drawn):
    begun = []

    def steps():
        try:
            while True:
                begun.append("batch")
                yield EVIDENCE
        finally:
            begun.append("closed")

    async def leave() -> None:
        sent = cast(Any, _lines({}, steps(), Lane(1, 1), strangers=False))
        await anext(sent)
        await sent.aclose()

    asyncio.run(leave())
    assert begun == ["batch", "closed"]


def test_pictures__the_oldest_go_when_there_is_no_room():
    pictures = SeenPictures(4000)
    keys = [pictures.keep(Image.effect_noise((32, 32), 90 + n)) for n in range(6)]
    assert pictures.find(keys[-1]) is not None
    assert pictures.find(keys[0]) is None
    assert pictures.keep(Image.new("RGB", (4, 4))) != SeenPictures().keep(Image.new("RGB", (4, 4)))
