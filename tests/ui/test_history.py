"""The history of searches, by its routes and as the page writes it."""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from PIL import Image
from starlette.testclient import TestClient

from qwen3vl_app.services import Services, build_services
from qwen3vl_app.settings import Settings
from qwen3vl_app.store.library import Library
from qwen3vl_app.types import ItemFilter, Kind
from qwen3vl_app.ui.given_files import GivenFiles
from qwen3vl_app.ui.searches import Searches
from qwen3vl_app.ui.server import build_server, given_files
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
    assert client.get("/api/history").json() == {"runs": [], "keeping": True}


def test_history__is_paged_pinned_deleted_cleared(services, client, tmp_path):
    for n in range(3):
        ask(services, f"a fox {n}", tmp_path)
    ids = [row["id"] for row in client.get("/api/history").json()["runs"]]
    assert ids == sorted(ids, reverse=True)
    page = client.get("/api/history", params={"limit": 1, "before": ids[0]}).json()["runs"]
    assert [row["id"] for row in page] == [ids[1]]
    pinned = client.put(f"/api/history/{ids[2]}", json={"pinned": True}, headers=OURS)
    assert pinned.json() == {"pinned": True, "name": ""}
    assert client.delete(f"/api/history/{ids[0]}", headers=OURS).json() == {"deleted": [ids[0]]}
    assert client.delete(f"/api/history/{ids[0]}", headers=OURS).json()["code"] == "history.gone"
    assert client.delete("/api/history", headers=OURS).json() == {"deleted": [ids[1]]}
    assert [row["id"] for row in client.get("/api/history").json()["runs"]] == [ids[2]]
    back = client.post("/api/history/restore", json={"runs": ids}, headers=OURS)
    assert back.json() == {"restored": 2}
    assert [row["id"] for row in client.get("/api/history").json()["runs"]] == ids


def test_history__a_saved_search_has_a_name_and_a_list_of_its_own(services, client, tmp_path):
    for text in ("fox", "bear"):
        ask(services, text, tmp_path)
    bear, fox = client.get("/api/history").json()["runs"]
    job = {"pinned": True, "name": "Red animals"}
    said = client.put(f"/api/history/{fox['id']}", json=job, headers=OURS).json()
    assert said == {"pinned": True, "name": "Red animals"}

    def listed(**how: str) -> list[int]:
        return [row["id"] for row in client.get("/api/history", params=how).json()["runs"]]

    assert listed(only="saved") == listed(find="RED") == [fox["id"]]
    assert listed(only="recent") == listed(find="bear") == [bear["id"]]
    assert client.get("/api/history", params={"only": "all"}).status_code == 422


def test_history__says_how_long_it_took_and_with_which_models(services, client, tmp_path):
    ask(services, "fox", tmp_path)
    (row,) = client.get("/api/history").json()["runs"]
    (kept,) = services.library.runs.newest(1)
    assert row["ms"] == sum((kept.run.timings.embed, kept.run.timings.recall))
    assert (row["model"], row["reranker"], row["files"]) == ("", "", [])


def test_keeping__off_nothing_more_is_kept_and_what_was_kept_stays(services, client, tmp_path):
    ask(services, "fox", tmp_path)
    assert client.get("/api/history/keeping").json() == {"on": True}
    off = client.put("/api/history/keeping", json={"on": False}, headers=OURS)
    assert off.json() == {"on": False}
    ask(services, "bear", tmp_path)
    said = client.get("/api/history").json()
    assert [row["question"]["text"] for row in said["runs"]] == ["fox"]
    assert said["keeping"] is False
    client.put("/api/history/keeping", json={"on": True}, headers=OURS)
    ask(services, "bear", tmp_path)
    assert len(client.get("/api/history").json()["runs"]) == 2


CHANGES = (
    ("get", "", None),
    ("get", "/keeping", None),
    ("get", "/1/file/0", None),
    ("put", "/keeping", {"on": True}),
    ("put", "/1", {"pinned": True}),
    ("post", "/restore", {"runs": [1]}),
    ("delete", "/1", None),
    ("delete", "", None),
)


@pytest.mark.parametrize(("method", "path", "job"), CHANGES)
def test_history__off_or_read_only_every_route_refuses(settings, method, path, job):
    demo = replace(settings, read_only=True)
    for how, writable, status in (
        (replace(settings, history=False), True, 404),
        (demo, False, 403),
    ):
        services = build_services(how, writable=writable)
        try:
            with TestClient(build_server(services), base_url="http://127.0.0.1") as client:
                answer = client.request(method, f"/api/history{path}", json=job, headers=OURS)
                assert answer.status_code == status
        finally:
            services.close()


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


def test_files__of_a_kept_search_have_thumbnails_and_are_said_to_have_gone(services):
    given = given_files(services)
    ask_by(services, given, put(given, "red.png"))
    with TestClient(build_server(services), base_url="http://127.0.0.1") as client:
        (row,) = client.get("/api/history").json()["runs"]
        assert row["files"] == [{"name": "red.png", "kept": True}]
        thumb = client.get(f"/api/history/{row['id']}/file/0")
        assert (thumb.status_code, thumb.headers["content-type"]) == (200, "image/webp")
        assert Image.open(io.BytesIO(thumb.content)).size == (64, 48)
        for other in (f"{row['id']}/file/1", f"{row['id']}/file/-1", f"{row['id'] + 1}/file/0"):
            assert client.get(f"/api/history/{other}").status_code == 404
        services.library.runs.files.tidy((), ())
        (row,) = client.get("/api/history").json()["runs"]
        assert row["files"] == [{"name": "red.png", "kept": False}]
        assert client.get(f"/api/history/{row['id']}/file/0").status_code == 404


# ---------------------------------------------------------------- several people at one page


@pytest.fixture
def shared(settings):
    opened = build_services(replace(settings, auth=("anna", "secret")))
    yield opened
    opened.close()


def browser(services: Services, **headers: str) -> TestClient:
    """One that has asked for the page, which gradio would answer."""
    client = TestClient(
        build_server(services),
        base_url="http://127.0.0.1",
        headers={**OURS, **headers},
    )
    client.auth = ("anna", "secret")
    client.get("/")
    return client


def owner_of(client: TestClient) -> str:
    return hashlib.sha256(client.cookies["qwen3vl-browser"].encode()).hexdigest()


def ask_as(services: Services, owner: str, text: str, tmp_path: Path) -> None:
    events = SearchEvents(services, Searches(services.engine), GivenFiles(tmp_path / "given"))
    event = SimpleNamespace(text=text, files=[], choices={"words": "only"}, typing=False)
    tab = SimpleNamespace(session_hash="tab", headers={"x-qwen3vl-owner": owner})
    list(events.search(cast(Any, tab), cast(Any, event), {"text": "", "files": []}))


def test_shared__what_one_browser_asked_no_other_sees_or_changes(shared, tmp_path):
    anna, bert = browser(shared), browser(shared)
    ask_as(shared, owner_of(anna), "fox", tmp_path)
    ask_as(shared, owner_of(bert), "bear", tmp_path)
    for client, text in ((anna, "fox"), (bert, "bear")):
        client.get("/")  # a reload is the same browser
        (row,) = client.get("/api/history").json()["runs"]
        assert row["question"]["text"] == text
    (hers,) = anna.get("/api/history").json()["runs"]
    path = f"/api/history/{hers['id']}"
    assert bert.put(path, json={"pinned": True}).status_code == 404
    assert bert.delete(path).status_code == 404
    assert bert.get(f"{path}/file/0").status_code == 404
    assert bert.get("/api/history", params={"find": "fox"}).json()["runs"] == []
    assert len(bert.delete("/api/history").json()["deleted"]) == 1
    assert len(anna.get("/api/history").json()["runs"]) == 1
    anna.delete(path)
    assert bert.post("/api/history/restore", json={"runs": [hers["id"]]}).json() == {"restored": 0}
    assert anna.post("/api/history/restore", json={"runs": [hers["id"]]}).json() == {"restored": 1}


def test_shared__who_brings_no_cookie_or_an_odd_one_is_nobody(shared, tmp_path):
    known = browser(shared)
    ask_as(shared, owner_of(known), "fox", tmp_path)
    ask_as(shared, "", "bear", tmp_path)  # as the gate says it of nobody
    assert [one.run.question.text for one in shared.library.runs.newest(9)] == ["fox"]
    for cookie in ("", "x", "0" * 64, owner_of(known), "é" * 64):
        client = browser(shared)
        client.cookies.clear()
        header = {b"cookie": f"qwen3vl-browser={cookie}".encode()}
        answer = client.get("/api/history", headers=header)
        assert (answer.status_code, answer.json()["runs"]) == (200, [])
        assert "set-cookie" not in answer.headers


def test_shared__the_cookie_is_for_no_script_and_of_the_library_only_its_hash(shared, tmp_path):
    client = browser(shared)
    client.cookies.clear()
    said = client.get("/").headers["set-cookie"].split("; ")
    assert {"Path=/", "HttpOnly", "SameSite=Lax"} < {*said}
    assert "Secure" not in said
    assert "set-cookie" not in client.get("/").headers  # it has one
    ask_as(shared, owner_of(client), "fox", tmp_path)
    (kept,) = shared.library.runs.newest(9)
    assert kept.owner not in ("", client.cookies["qwen3vl-browser"])


def test_shared__a_wrong_password_gets_no_cookie(shared):
    client = TestClient(build_server(shared), base_url="http://127.0.0.1")
    answer = client.get("/")
    assert (answer.status_code, "set-cookie" in answer.headers) == (401, False)


def test_shared__behind_a_proxy_the_cookie_is_for_tls_alone(settings):
    named = replace(settings, auth=("anna", "secret"), allowed_names=("search.example",))
    services = build_services(named)
    try:
        for host, secure in (("search.example", True), ("127.0.0.1", False)):
            client = TestClient(build_server(services), base_url=f"http://{host}")
            client.auth = ("anna", "secret")
            said = client.get("/", headers={"x-forwarded-proto": "https"}).headers["set-cookie"]
            assert ("Secure" in said) is secure
    finally:
        services.close()


def test_here__nobody_is_told_apart_and_no_cookie_is_set(client, services, tmp_path):
    assert "set-cookie" not in client.get("/").headers
    ask(services, "fox", tmp_path)
    assert len(client.get("/api/history").json()["runs"]) == 1


@pytest.mark.parametrize(
    ("how", "shared"),
    [
        ({}, False),
        ({"host": "localhost"}, False),
        ({"host": "192.168.1.5"}, True),
        ({"auth": ("a", "b")}, True),
        ({"allowed_names": ("search.example",)}, True),
    ],
)
def test_settings__shared_is_a_page_that_others_may_use(how, shared):
    assert Settings(**how).is_shared is shared
