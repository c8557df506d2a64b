"""The history of searches, by its routes and as the page writes it."""

from __future__ import annotations

import io
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest
from PIL import Image
from starlette.testclient import TestClient

from qwen3vl_app.services import build_services
from qwen3vl_app.settings import Settings
from qwen3vl_app.store.library import Library
from qwen3vl_app.types import ItemFilter, Kind
from qwen3vl_app.ui.app import given_files
from qwen3vl_app.ui.given_files import GivenFiles
from qwen3vl_app.ui.searches import Searches
from qwen3vl_app.ui.server import build_server
from qwen3vl_app.ui.tabs.search_events import SearchEvents
from tests.store.build import content, put_file, unit

OURS = {"x-qwen3vl-page": "1"}


@pytest.fixture
def settings(tmp_path):
    directory = tmp_path / "library"
    with Library.open(directory) as library:
        parts = [(content(text=f"a fox {n}"), unit(1, n, 0, 0)) for n in range(3)]
        for n, part in enumerate(parts):
            put_file(library, tmp_path / f"{n}.txt", str(n), [part])
    return Settings(library=directory, model="demo", reranker="none")


@pytest.fixture
def services(settings):
    opened = build_services(settings)
    yield opened
    opened.close()


@pytest.fixture
def client(services):
    with TestClient(build_server(services), base_url="http://127.0.0.1") as opened:
        yield opened


def ask(services, text: str, tmp_path, **choices: Any) -> list[dict[str, Any]]:
    """Exact words alone: no model is needed."""
    events = SearchEvents(services, Searches(services.engine), GivenFiles(tmp_path / "given"))
    event = SimpleNamespace(
        text=text, files=[], choices={"words": "only", **choices}, typing=False
    )
    tab = SimpleNamespace(session_hash="tab")
    return list(events.search(cast(Any, tab), cast(Any, event), {"text": "", "files": []}))


def test_history__a_search_is_kept_with_its_question_and_hits(services, client, tmp_path):
    *_, last = ask(services, "fox", tmp_path, top=2)
    (row,) = client.get("/api/history").json()["runs"]
    assert (row["question"]["text"], row["question"]["top"]) == ("fox", 2)
    assert (row["hits"], row["pinned"], row["model"]) == (len(last["hits"]), False, "")
    (kept,) = services.library.runs.newest(1)
    assert [one.item for one in kept.run.hits] == [hit["id"] for hit in last["hits"]]


def test_history__what_fails_or_only_lists_is_not_kept(services, client, tmp_path):
    ask(services, "fox", tmp_path, taken_from="soon")
    ask(services, "", tmp_path, kinds=["passage"])
    assert client.get("/api/history").json() == {"runs": []}


def test_history__is_paged_pinned_deleted_cleared(services, client, tmp_path):
    for n in range(3):
        ask(services, f"a fox {n}", tmp_path)
    ids = [row["id"] for row in client.get("/api/history").json()["runs"]]
    assert ids == sorted(ids, reverse=True)
    page = client.get("/api/history", params={"limit": 1, "before": ids[0]}).json()["runs"]
    assert [row["id"] for row in page] == [ids[1]]
    pinned = client.put(f"/api/history/{ids[2]}", json={"pinned": True}, headers=OURS)
    assert pinned.json() == {"pinned": True}
    assert client.delete(f"/api/history/{ids[0]}", headers=OURS).json() == {"deleted": 1}
    assert client.delete(f"/api/history/{ids[0]}", headers=OURS).json()["code"] == "history.gone"
    assert client.delete("/api/history", headers=OURS).json() == {"deleted": 1}
    assert [row["id"] for row in client.get("/api/history").json()["runs"]] == [ids[2]]


def test_history__named_items_have_their_cards(services, client, tmp_path):
    first = services.library.list_items(limit=1)[0]
    ask(services, "fox", tmp_path, like=[first.id])
    (row,) = client.get("/api/history").json()["runs"]
    assert [card["id"] for card in row["items"]] == row["question"]["like"] == [first.id]


def test_history__off_it_keeps_nothing(settings, tmp_path):
    services = build_services(replace(settings, history=False))
    try:
        ask(services, "fox", tmp_path)
        assert services.library.runs.newest(1) == []
        with TestClient(build_server(services), base_url="http://127.0.0.1") as client:
            answer = client.get("/api/history")
            assert (answer.status_code, answer.json()["code"]) == (404, "history.off")
            assert client.get("/api/index/status").json()["history"] is False
    finally:
        services.close()


def test_history__a_demo_has_none(settings, tmp_path):
    services = build_services(replace(settings, read_only=True), writable=False)
    try:
        assert services.history is None
        ask(services, "fox", tmp_path)
        with TestClient(build_server(services), base_url="http://127.0.0.1") as client:
            assert client.get("/api/history").status_code == 403
    finally:
        services.close()


def test_history__filters_stand_in_the_kept_question(services, client, tmp_path):
    ask(services, "fox", tmp_path, kinds=["passage"], min_bytes=0)
    (kept,) = services.library.runs.newest(1)
    assert kept.run.question.where == ItemFilter(kinds=frozenset({Kind.PASSAGE}), min_bytes=0)


def png(colour: tuple[int, int, int]) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(buffer, "PNG")
    return buffer.getvalue()


PICTURE = png((200, 30, 30))


def put(given: GivenFiles, name: str, content: bytes = PICTURE) -> str:
    part = given.new_part()
    part.write_bytes(content)
    return given.add(part, name).key


def ask_by(services, given: GivenFiles, key: str) -> list[dict[str, Any]]:
    events = SearchEvents(services, Searches(services.engine), given)
    event = SimpleNamespace(text="fox", files=[key], choices={"words": "only"}, typing=False)
    tab = SimpleNamespace(session_hash="tab")
    return list(events.search(cast(Any, tab), cast(Any, event), {"text": "", "files": []}))


def test_files__the_same_picture_has_the_same_key_also_after_a_restart(settings):
    keys = set()
    for _ in range(2):
        services = build_services(settings)
        given = given_files(services)
        keys |= {put(given, "red.png"), put(given, "red.png")}
        services.close()
    assert len(keys) == 1


def test_files__keys_differ_by_content_by_name_and_by_library(settings, tmp_path):
    services = build_services(settings)
    given = given_files(services)
    keys = {put(given, "a.png"), put(given, "b.png"), put(given, "a.png", b"other")}
    services.close()
    assert len(keys | {put(GivenFiles(tmp_path / "given"), "a.png")}) == 4


def test_files__a_kept_search_can_be_asked_again_when_its_picture_has_gone(settings):
    services = build_services(settings)
    given = given_files(services)
    key = put(given, "red.png")
    ask_by(services, given, key)
    given.clear()
    services.close()
    services = build_services(settings)
    given = given_files(services)
    (row,) = services.library.runs.newest(1)
    assert row.run.question.files == (key,)
    (file,) = given.every([key])
    assert file.path.read_bytes() == PICTURE
    assert file.path.is_relative_to(given.folder)  # a copy, which may be swept
    given.sweep(older=-1)
    assert given.find(key) is not None
    services.library.runs.clear()
    given.sweep(older=-1)
    assert given.find(key) is None
    services.close()


def test_files__without_a_history_none_are_kept(settings):
    services = build_services(replace(settings, history=False))
    given = given_files(services)
    key = put(given, "red.png")
    ask_by(services, given, key)
    assert services.library.runs.files.find(key) is None
    services.close()
