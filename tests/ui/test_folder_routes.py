"""Folders and patterns over HTTP, on a real library."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from qwen3vl_app.services import Services
from qwen3vl_app.ui.guard import PAGE_HEADER
from qwen3vl_app.ui.server import build_server
from tests.indexing.embedders import TinyHost
from tests.indexing.world import World
from tests.survival.killed import DirectReader


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path, DirectReader(), TinyHost())
    made.picture("a.png")
    made.picture("in/b.png", "blue")
    made.index(collection="trip")
    yield made
    made.close()


@pytest.fixture
def client(world: World) -> Iterator[TestClient]:
    services = Services(
        settings=world.settings,
        library=world.library,
        reader=world.reader,
        models=world.models,
        indexer=world.indexer,
        engine=None,
    )
    with TestClient(
        build_server(services), base_url="http://127.0.0.1:7860", headers={PAGE_HEADER: "1"}
    ) as http:
        yield http


def test_folders__listed_and_watched(client: TestClient, world: World) -> None:
    path = str(world.folder)
    size = sum(file.stat().st_size for file in world.folder.rglob("*.png"))
    counts = {"files": 2, "items": 2, "failed": 0, "bytes": size}
    row = {"key": path, "path": path, "collection": "trip", "watched": False, "there": True}
    row |= counts
    assert client.get("/api/folders").json() == [row]
    answer = client.post("/api/folders/watch", json={"path": str(world.folder), "on": True})
    assert answer.json() == [row | {"watched": True}]
    answer = client.post("/api/folders/watch", json={"path": "/nowhere", "on": True})
    assert (answer.status_code, "was never added" in answer.json()["error"]) == (400, True)


def test_rescan__one_or_all(client: TestClient, world: World) -> None:
    world.picture("c.png", "green")
    assert client.post("/api/folders/rescan", json={}).json() == {"folders": 1}
    world.finish()
    assert len(world.names()) == 3
    paths = {"paths": [str(world.folder / "in")]}
    assert client.post("/api/folders/rescan", json=paths).status_code == 400


def test_ignore__read_and_replaced(client: TestClient, world: World) -> None:
    assert client.get("/api/ignore").json() == {"patterns": []}
    answer = client.put("/api/ignore", json={"patterns": ["in/", "in/"]})
    assert answer.json() == {"patterns": ["in/"]}
    world.finish()
    assert world.names() == ["a.png"]
    answer = client.put("/api/ignore", json={"patterns": ["!"]})
    assert answer.status_code == 400
    assert client.get("/api/ignore").json() == {"patterns": ["in/"]}
