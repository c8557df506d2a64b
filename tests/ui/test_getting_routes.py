"""Models to choose from, got and removed over HTTP, from a hub on loopback."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from qwen3vl_app.budget import load_budget
from qwen3vl_app.models.checkpoint import speed
from qwen3vl_app.models.checkpoint.resolve import Role
from qwen3vl_app.models.getting.places import folder_of, staging_of
from qwen3vl_app.services import Services
from qwen3vl_app.ui.guard import PAGE_HEADER
from qwen3vl_app.ui.server import build_server
from tests.models.getting.conftest import home, hub  # noqa: F401  fixtures
from tests.models.getting.hub import MODEL, Hub
from tests.models.getting.test_download import WEIGHTS
from tests.models.getting.test_jobs import held
from tests.ui.world import build_world

OURS = {PAGE_HEADER: "1"}
ADDRESS = "http://127.0.0.1"
WAIT = 30
SPEED = speed.Speed(single=1e11, half=3e11)
"""With which large models are worth half precision."""


@pytest.fixture
def client(empty: Services) -> Iterator[TestClient]:
    with TestClient(build_server(empty), base_url=ADDRESS, headers=OURS) as client:
        yield client


def tell(client: TestClient, verb: str, **more: str) -> list[dict]:
    answer = client.post(f"/api/models/{verb}", json={"repository": MODEL, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()["getting"]


def job(client: TestClient) -> dict:
    (found,) = client.get("/api/models/getting").json()["getting"]
    return found


def until(client: TestClient, stage: str) -> dict:
    end = time.monotonic() + WAIT
    while (found := job(client))["stage"] != stage:
        assert time.monotonic() < end, found
        time.sleep(0.02)
    return found


def row(client: TestClient, wanted: str = MODEL, role: str = "embedder") -> dict:
    rows = client.get("/api/models/known").json()["models"]
    return next(one for one in rows if (one["wanted"], one["role"]) == (wanted, role))


def test_known__says_what_each_would_cost_here(client, monkeypatch):
    monkeypatch.setattr("qwen3vl_app.ui.known_models.known_speed", lambda: SPEED)
    monkeypatch.setattr("qwen3vl_app.ui.known_models._has_gpu", lambda _: False)
    said = client.get("/api/models/known").json()
    assert [one["wanted"] for one in said["models"][:2]] == ["demo", "demo"]
    assert (said["items"], said["getting"]) == (0, [])
    assert said["free"] > 0
    small = row(client)
    assert (small["name"], small["licence"], small["place"]) == ("2b", "apache-2.0", "nowhere")
    assert (small["folder"], small["embedded"], small["removable"]) == (None, 0, False)
    # 4.27 GB of two bytes each, 1.8 times 1280 products for each, at so many a second
    assert small["seconds"] == pytest.approx(4.271e9 / 2 * 1.8 * 1280 / 3e11, rel=0.001)
    demo, folder = row(client, "demo"), Role.EMBEDDER.bundled
    tokens = load_budget(folder).max_picture_tokens
    assert tokens < 1280
    assert demo["seconds"] == pytest.approx(speed.parameters(folder) * 1.8 * tokens / 1e11)


def test_known__no_time_where_nothing_was_measured(client):
    assert row(client)["seconds"] is None


def test_get__to_the_end_then_remove(client, hub, home):  # noqa: F811
    (told,) = tell(client, "get", source="modelscope")
    assert (told["repository"], told["source"]) == (MODEL, "modelscope")
    done = until(client, "done")
    assert done["done"] == done["total"] > 300_000
    there = row(client)
    assert (there["place"], there["removable"]) == ("models", True)
    assert there["folder"].startswith(str(home))
    answer = client.post("/api/models/remove", json={"repository": MODEL})
    assert answer.json()["freed"] >= done["total"]
    assert not folder_of(MODEL).exists()
    assert row(client)["place"] == "nowhere"


def test_pause__go_on_and_cancel(client, hub: Hub):  # noqa: F811
    go_on = held(hub)
    tell(client, "get")
    hub.wait_until(lambda: hub.counts[WEIGHTS] == 1)
    tell(client, "pause")
    paused = until(client, "paused")
    assert 0 < paused["done"] < paused["total"]
    tell(client, "get")
    hub.wait_until(lambda: hub.counts[WEIGHTS] == 2)
    tell(client, "cancel")
    assert until(client, "cancelled")["done"] == 0
    assert not staging_of(folder_of(MODEL)).exists()
    go_on.set()


def test_get__what_fails_says_why(client, hub: Hub):  # noqa: F811
    hub.before = lambda handler, name: handler.answer(b"", 404)
    tell(client, "get")
    assert until(client, "failed")["message"]["code"] == "get.unknown"


@pytest.mark.parametrize(
    ("verb", "body", "status", "code"),
    [
        ("get", {"repository": "../x"}, 400, "get.no_id"),
        ("get", {"repository": "a/b", "source": "nowhere"}, 422, "request.unreadable"),
        ("get", {}, 422, "request.unreadable"),
        ("get", {"repository": "x" * 5000}, 422, "request.unreadable"),
        ("remove", {"repository": "demo"}, 400, "get.no_id"),
        ("remove", {"repository": "a/b"}, 400, "remove.nothing"),
    ],
)
def test_bodies_that_mean_nothing(client, verb, body, status, code):
    answer = client.post(f"/api/models/{verb}", json=body)
    assert (answer.status_code, answer.json().get("code", "")) == (status, code)
    assert client.get("/api/models/getting").json()["getting"] == []


@pytest.mark.parametrize("verb", ["get", "pause", "cancel", "remove"])
def test_refused_without_the_header_of_the_page(empty, verb):
    body = {"repository": MODEL}
    with TestClient(build_server(empty), base_url=ADDRESS) as stranger:
        assert stranger.post(f"/api/models/{verb}", json=body).status_code == 403
        foreign = OURS | {"origin": "http://evil.example"}
        answer = stranger.post(f"/api/models/{verb}", json=body, headers=foreign)
        assert answer.status_code == 403
    assert empty.downloads.statuses() == ()


def test_a_demo_tells_and_gets_nothing(tmp_path: Path):
    demo = build_world(tmp_path, read_only=True)
    try:
        with TestClient(build_server(demo), base_url=ADDRESS, headers=OURS) as visitor:
            for route in ("known", "getting"):
                assert visitor.get(f"/api/models/{route}").status_code == 403
            for verb in ("get", "pause", "cancel", "remove"):
                answer = visitor.post(f"/api/models/{verb}", json={"repository": MODEL})
                assert answer.status_code == 403
        assert demo.downloads.statuses() == ()
    finally:
        demo.close()


def test_close__pauses_what_is_being_got(tmp_path: Path, hub: Hub):  # noqa: F811
    services = build_world(tmp_path, empty=True)
    with TestClient(build_server(services), base_url=ADDRESS, headers=OURS) as client:
        held(hub)
        tell(client, "get")
        hub.wait_until(lambda: hub.counts[WEIGHTS] == 1)
    services.close()
    (left,) = services.downloads.statuses()
    assert left.stage == "paused"
