"""Collections of one item, and which filters hide it, over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from qwen3vl_app.services import Services
from qwen3vl_app.types import ItemFilter, Kind
from qwen3vl_app.ui.guard import PAGE_HEADER
from qwen3vl_app.ui.server import build_server
from tests.ui.world import build_world, first, items

OWN = {PAGE_HEADER: "1"}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    services = build_world(tmp_path_factory.mktemp("collected"))
    yield services
    services.close()


@pytest.fixture(scope="module")
def http(world: Services) -> Iterator[TestClient]:
    with TestClient(build_server(world), base_url="http://127.0.0.1:7860", headers=OWN) as one:
        yield one


def put(http: TestClient, item: int, name: str, on: bool = True) -> Any:
    answer = http.post("/api/collected", json={"item": item, "name": name, "on": on})
    return answer.json().get("collections") or answer.json().get("error")


def test_collected__the_whole_file_goes_in_and_out(http, world):
    page = first(world, Kind.PAGE)
    before = http.get(f"/api/items/{page.id}").json()["collections"]
    assert put(http, page.id, "  To   print ") == sorted([*before, "To print"])
    siblings = world.library.siblings(page.id)
    held = world.library.list_items(ItemFilter(collection="To print"))
    assert {item.id for item in held} == {item.id for item in siblings}
    assert len(held) > 1
    assert http.get(f"/api/items/{siblings[-1].id}").json()["collections"] == sorted(
        [*before, "To print"]
    )
    assert put(http, page.id, "To print") == sorted([*before, "To print"])  # again is no error
    http.post("/api/collected", json={"item": page.id, "name": "To print", "on": False})
    assert http.get(f"/api/items/{page.id}").json()["collections"] == before
    assert world.library.list_items(ItemFilter(collection="To print")) == []


@pytest.mark.parametrize("name", ["", "   ", "x" * 81, "a\x00b"])
def test_collected__names_that_cannot_be(http, world, name):
    assert "cannot be a collection" in str(put(http, first(world, Kind.PICTURE).id, name))


def test_collected__a_known_name_may_be_longer(http, world):
    path = first(world, Kind.PICTURE).path
    world.indexer.add([path], collection="y" * 300)
    item = items(world)[-1]
    assert "y" * 300 in put(http, item.id, "y" * 300)
    http.post("/api/collected", json={"item": item.id, "name": "y" * 300, "on": False})


def test_collected__an_item_that_is_not_there(http):
    answer = http.post("/api/collected", json={"item": 10**9, "name": "a", "on": True})
    assert answer.status_code == 404


def test_collected__a_demo_refuses(tmp_path):
    services = build_world(tmp_path / "demo", read_only=True)
    with TestClient(
        build_server(services), base_url="http://127.0.0.1:7860", headers=OWN
    ) as visitor:
        answer = visitor.post("/api/collected", json={"item": 1, "name": "a", "on": True})
    services.close()
    assert (answer.status_code, answer.json()["code"]) == (403, "public.search_only")


@pytest.mark.parametrize(
    ("filters", "by"),
    [
        ({}, []),
        ({"kinds": "picture"}, []),
        ({"kinds": "page"}, ["kinds"]),
        ({"kinds": "page", "tag": "nobody's"}, ["kinds", "tag"]),
        ({"collection": "nothing", "min_bytes": "1"}, ["collection"]),
        ({"taken_to": "1900-01-01"}, ["taken_to"]),
    ],
)
def test_hidden__names_the_filters(http, world, filters, by):
    item = first(world, Kind.PICTURE)
    assert http.get(f"/api/items/{item.id}/hidden", params=filters).json() == {"by": by}


def test_hidden__what_means_nothing_is_one_sentence(http, world):
    item = first(world, Kind.PICTURE)
    answer = http.get(f"/api/items/{item.id}/hidden", params={"min_bytes": "many"})
    assert (answer.status_code, answer.json()["code"]) == (400, "number.unusable")
