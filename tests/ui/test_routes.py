"""Media, items, status and commands over HTTP."""

from __future__ import annotations

import io
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from PIL import Image

from qwen3vl_app.messages import Message
from qwen3vl_app.models.service.protocol import ModelState
from qwen3vl_app.services import Services
from qwen3vl_app.types import Kind, PictureText, TextLine, TextOutcome
from qwen3vl_app.ui.file_keys import path_of
from qwen3vl_app.ui.guard import PAGE_HEADER
from qwen3vl_app.ui.routes.indexing import StatusBoard
from qwen3vl_app.ui.server import build_server
from tests.store.build import content, put_file, unit
from tests.ui.drawings import HOSTILE_NAME
from tests.ui.models import SPACE
from tests.ui.world import build_world, finish, first, items

OWN = {PAGE_HEADER: "1"}


def http(services: Services) -> TestClient:
    """The routes of one world."""
    return TestClient(build_server(services), base_url="http://127.0.0.1:7860")


def test_thumb__is_cached_for_ever(client, drawn):
    name = first(drawn, Kind.PICTURE).thumbnail
    answer = client.get(f"/m/thumb/{name}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/jpeg"
    assert "immutable" in answer.headers["cache-control"]


@pytest.mark.parametrize("name", ["x", "0" * 31, "..%2f..%2flibrary", "A" * 32, "0" * 32])
def test_thumb__other_names_are_not_found(client, name):
    assert client.get(f"/m/thumb/{name}").status_code == 404


def test_full__video_answers_ranges(client, drawn):
    item = first(drawn, Kind.VIDEO)
    answer = client.get(f"/m/full/{item.id}", headers={"range": "bytes=0-99"})
    assert answer.status_code == 206
    assert len(answer.content) == 100
    assert answer.headers["content-type"] == "video/webm"
    assert answer.headers["content-disposition"].startswith("inline")
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_full__texts_are_plain(client, drawn):
    answer = client.get(f"/m/full/{first(drawn, Kind.PASSAGE).id}")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert "sandbox" in answer.headers["content-security-policy"]


def test_full__what_a_browser_may_not_show_is_a_download(own, tmp_path):
    file = tmp_path / "markup.tif"
    Image.new("RGB", (90, 60)).save(file, description="<svg onload='alert(1)'/>")
    own.indexer.add([file])
    finish(own)
    with http(own) as client:
        answer = client.get(f"/m/full/{items(own)[-1].id}")
    assert answer.content == file.read_bytes()
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment")


def test_full__a_file_that_has_gone_is_one_sentence(client, drawn):
    gone = next(i for i in items(drawn) if i.path.name == "gone.png")
    answer = client.get(f"/m/full/{gone.id}")
    assert answer.status_code == 404
    assert "is no longer there" in answer.json()["error"]


def test_page__is_drawn_once(client, drawn):
    item = first(drawn, Kind.PAGE)
    answer = client.get(f"/m/page/{item.id}")
    picture = Image.open(io.BytesIO(answer.content))
    assert (picture.format, picture.width > 500) == ("WEBP", True)
    kept = drawn.library.directory / "previews" / f"{item.content_hash}-0-1600.webp"
    assert kept.read_bytes() == answer.content


def test_items__pages_do_not_overlap(client):
    ids, after = [], None
    while True:
        page = client.get("/api/items", params={"limit": 7, **({"after": after} if after else {})})
        ids += [item["id"] for item in page.json()["items"]]
        after = page.json()["next"]
        if after is None:
            break
    assert ids == sorted(set(ids), reverse=True)
    assert len(ids) == 40


def test_items__filters(client):
    found = client.get("/api/items", params={"kind": ["page", "passage"], "collection": "Work"})
    assert {item["kind"] for item in found.json()["items"]} == {"page", "passage"}


def test_items__are_counted_by_kind_where_that_is_asked(client):
    asked = {"kind": ["page", "passage"], "limit": 1}
    page = client.get("/api/items", params={**asked, "counted": True}).json()
    everything = client.get("/api/items", params={**asked, "limit": 200}).json()["items"]
    assert page["counts"] == {
        kind: sum(item["kind"] == kind for item in everything) for kind in ("page", "passage")
    }
    assert "counts" not in client.get("/api/items", params=asked).json()


def test_items__an_unknown_kind_is_named(client):
    answer = client.get("/api/items", params={"kind": "song"})
    assert answer.status_code == 400
    assert "song" in answer.json()["error"]


def test_detail__passage_has_its_lines_in_context(client, drawn):
    second = [i for i in items(drawn) if i.kind is Kind.PASSAGE][1]
    found = client.get(f"/api/items/{second.id}").json()
    numbers = [number for number, _, _ in found["lines"]]
    inside = [number for number, _, own in found["lines"] if own]
    assert inside == list(range(26, 56))
    assert numbers == list(range(16, 66))


def test_detail__page_knows_its_neighbours(client, drawn):
    found = client.get(f"/api/items/{first(drawn, Kind.PAGE).id}").json()
    assert [other["place"]["page"] for other in found["siblings"]] == [1, 2, 3, 4]
    assert found["file"]["size"] > 1000


def test_detail__what_was_read_from_a_picture(own):
    item = first(own, Kind.PICTURE)
    with http(own) as client:
        assert client.get(f"/api/items/{item.id}").json()["read"] is None
        corners = (0.0, 0.0, 1.0, 0.0, 1.0, 0.5, 0.0, 0.5)
        lines = (TextLine(text="Total 12", corners=corners, confidence=0.9),)
        found = PictureText(outcome=TextOutcome.READ, lines=lines)
        own.library.picture_texts.put(item.id, 1, found)
        shown = client.get(f"/api/items/{item.id}").json()
    assert shown["read"]["lines"] == [{"text": "Total 12", "corners": [*corners]}]
    assert shown["snippet"] == "Total 12"


def test_words__are_paused_and_resumed(own, monkeypatch):
    told = []
    words = own.indexer.words
    monkeypatch.setattr(words, "pause", lambda: told.append("pause"))
    monkeypatch.setattr(words, "resume", lambda: told.append("resume"))
    with http(own) as client:
        for command in ("pause", "resume"):
            status = client.post(f"/api/words/{command}", headers=OWN).json()
            assert status["index"]["words"]["state"] == "off"
    assert told == ["pause", "resume"]


def test_detail__hostile_names_arrive_as_they_are(client, drawn):
    item = next(i for i in items(drawn) if i.path.name.startswith(HOSTILE_NAME))
    assert client.get(f"/api/items/{item.id}").json()["title"] == item.path.name


def test_detail__names_that_are_no_text_can_be_shown(own, tmp_path):
    odd = tmp_path / "odd\udcff.png"
    Image.new("RGB", (90, 60)).save(odd)
    own.indexer.add([odd])
    finish(own)
    with http(own) as client:
        answer = client.get(f"/api/items/{items(own)[-1].id}")
    assert answer.json()["title"] == "odd\ufffd.png"


def test_status__counts_and_models(client):
    status = client.get("/api/index/status").json()
    assert status["index"]["state"] == "idle"
    assert status["items"]["page"] == 4
    assert [model["role"] for model in status["models"]] == ["embedder", "reranker"]
    assert ["Shapes", 24] in status["collections"]
    assert status["files"] == {"indexed": 31, "duplicate": 0, "skipped": 0, "failed": 2}
    assert status["remarks"] == []


@pytest.mark.parametrize("command", ["pause", "resume", "cancel"])
def test_commands__reach_the_indexer(client, drawn, command):
    assert client.post(f"/api/index/{command}", headers=OWN).status_code == 200
    assert drawn.indexer.commands[-1] == command


def test_add__takes_quoted_and_home_paths(client, drawn, tmp_path):
    body = {"path": f'"{tmp_path}"', "collection": "  Summer   trip "}
    assert client.post("/api/index/add", headers=OWN, json=body).status_code == 200
    assert drawn.indexer.added[-1] == ((tmp_path,), "Summer trip")


@pytest.mark.parametrize(
    ("path", "code"),
    [("", "path.none"), ("photos", "path.relative"), ("/not/there", "path.absent")],
)
def test_add__a_wrong_path_is_one_sentence(client, path, code):
    answer = client.post("/api/index/add", headers=OWN, json={"path": path})
    assert answer.status_code == 400
    assert answer.json()["error"].endswith(".")
    assert answer.json()["code"] == code


def test_outcomes__failures_carry_their_reason(client):
    failed = client.get("/api/outcomes", params={"only": "failed"}).json()
    assert [(row["name"], row["reason"]["code"]) for row in failed] == [
        ("broken.png", "reason.truncated"),
        ("accounts.txt", "reason.blank"),
    ]


def test_retry__one_or_all(client, drawn):
    client.post("/api/index/retry", headers=OWN, json={"paths": ["/a"]})
    client.post("/api/index/retry", headers=OWN, json={})
    assert drawn.indexer.commands[-2:] == ["retry 1", "retry all"]


def test_outcomes__names_that_are_no_text_come_back(empty):
    odd = empty.library.uploads / "odd\udcff 100%.png"
    odd.write_bytes(b"torn")
    empty.indexer.add([odd])
    empty.start()
    finish(empty)
    with http(empty) as client:
        (row,) = client.get("/api/outcomes").json()
        client.post("/api/index/retry", headers=OWN, json={"keys": [row["key"]]})
        assert path_of(row["key"]) == odd
        assert client.post(
            "/api/outcomes/forget", headers=OWN, json={"keys": [row["key"]]}
        ).is_success
    assert empty.indexer.commands == ["retry 1"]
    assert empty.library.outcomes() == []


def test_removed__is_listed_and_comes_back(empty):
    copy = empty.library.uploads / "trip" / "a.png"
    file = empty.library.directory.parent / "own.png"
    empty.start()
    for path, colour in ((copy, "red"), (file, "blue")):
        path.parent.mkdir(exist_ok=True)
        Image.new("RGB", (90, 60), colour).save(path)
        empty.indexer.add([path])
        finish(empty)
    size = copy.stat().st_size
    with http(empty) as client:
        ids = [item["id"] for item in client.get("/api/items").json()["items"]]
        answers = [client.delete(f"/api/items/{one}", headers=OWN).json() for one in ids]
        assert [(one["files"], one["copies"]) for one in answers] == [(1, 0), (1, 1)]
        newest, oldest = client.get("/api/removed").json()
        assert (newest["name"], newest["kind"], newest["stays"]) == ("a.png", "copy", False)
        assert (oldest["path"], oldest["kind"], oldest["stays"]) == (str(file), "file", True)
        assert client.get("/api/storage").json()["trash"] == {"files": 1, "bytes": size}
        done = client.post("/api/removed/restore", headers=OWN, json={"ids": answers[1]["ids"]})
        assert (done.json()["paths"], [row["id"] for row in done.json()["rows"]]) == (
            1,
            answers[0]["ids"],
        )
        assert [i["title"] for i in client.get("/api/items").json()["items"]] == ["a.png"]
        gone = client.post("/api/removed/restore", headers=OWN, json={"ids": answers[1]["ids"]})
        assert (gone.status_code, gone.json()["code"]) == (400, "removed.gone")
        left = client.post("/api/removed/discard", headers=OWN, json={}).json()
        assert [(row["stays"], row["until"]) for row in left["rows"]] == [(True, "")]


@pytest.mark.parametrize("ids", [None, "x", [-1], [1.5], [2**60], ["x"], [[]], [1] * 10_001])
def test_removed__odd_numbers_are_refused(client, ids):
    answer = client.post("/api/removed/restore", headers=OWN, json={"ids": ids})
    assert answer.status_code in (400, 422)


def test_tags__are_given_shown_and_taken_away(client, drawn):
    item = first(drawn, Kind.PICTURE).id
    given = client.post(
        "/api/tags", headers=OWN, json={"item": item, "name": " a  b ", "on": True}
    )
    assert given.json() == {"tags": ["a b"]}
    assert client.get(f"/api/items/{item}").json()["tags"] == ["a b"]
    assert [
        row["id"] for row in client.get("/api/items", params={"tag": "a b"}).json()["items"]
    ] == [item]
    taken = client.post("/api/tags", headers=OWN, json={"item": item, "name": "a b", "on": False})
    assert taken.json() == {"tags": []}


def test_duplicates__pages_of_groups(own, tmp_path):
    star = next(item.path for item in items(own) if item.path.name == "blue star 11.png")
    Image.open(star).resize((256, 256)).save(tmp_path / "star.png")
    own.indexer.add([tmp_path / "star.png"])
    finish(own)
    with http(own) as client:
        first_page = client.get("/api/duplicates", params={"limit": 1}).json()
        rest = client.get("/api/duplicates", params={"limit": 1, "after": 1}).json()
    assert (len(first_page["groups"]), first_page["next"], first_page["ready"]) == (1, 1, True)
    group = first_page["groups"][0]
    assert group["keeper"]["title"] == "red circle 00.png"
    assert (group["reason"]["text"], len(group["copies"])) == (
        "It has the most pixels: 640 × 480.",
        2,
    )
    assert group["keeper"]["bytes"] > 100
    assert [one["keeper"]["title"] for one in rest["groups"]] == ["blue star 11.png"]
    assert rest["next"] is None


def test_storage__measures_before_it_changes(own):
    old = replace(SPACE, fingerprint="old", dimension=4)
    drawing = content()
    put_file(own.library, Path("/old.png"), "old", [(drawing, unit(1, 0, 0, 0))], space=old)
    with http(own) as client:
        measured = client.post("/api/storage/measure", headers=OWN).json()
        best = {
            row["setting"]["format"]: row["recall"]
            for row in measured["options"]
            if row["dimension"] == 128
        }
        assert best["float32"] == 1.0
        assert 0.9 < best["int8"] <= 1.0
        chosen = {"dimension": None, "format": "int8", "exact": False}
        changed = client.post("/api/storage/apply", headers=OWN, json=chosen).json()
        assert changed["setting"] == chosen
        assert "128 dimensions as int8" in changed["line"]["text"]
        assert [row["space"] for row in changed["old"]] == ["old"]
        dropped = client.post("/api/storage/drop", headers=OWN, json={"spaces": ["old"]}).json()
        assert (dropped["freed"], dropped["old"]) == (16, [])


def test_storage__before_the_model_has_loaded_nothing_is_old(own):
    own.models.show(ModelState.LOADING)
    with http(own) as client:
        assert client.get("/api/storage").json()["old"] == []


def test_public_demo__tells_of_no_folders(drawn, tmp_path):
    shown = build_world(tmp_path, read_only=True)
    item = first(drawn, Kind.PICTURE)
    with closing(shown), http(shown) as client:
        assert client.get(f"/api/items/{item.id}").json()["path"] == item.path.name
        assert str(item.path.parent) not in client.get("/api/duplicates").text


def test_about__names_versions(client):
    about = client.get("/api/about").json()
    assert about["versions"]["gradio"].startswith("6.31")


def test_scripts__are_served_by_version_only(client):
    from qwen3vl_app.ui import scripts

    answer = client.get(scripts.url("search/board/board.js"))
    assert answer.headers["content-type"].startswith("text/javascript")
    assert "immutable" in answer.headers["cache-control"]
    assert client.get("/page/0000/search/board/board.js").status_code == 404
    assert client.get(f"/page/{scripts.version()}/..%2ftypes.py").status_code == 404


def test_status__the_last_one_of_a_run_is_not_older(empty, tmp_path, monkeypatch):
    from qwen3vl_app.ui.routes import indexing

    monkeypatch.setattr(indexing, "COUNTS_SECONDS", 3600)
    board = indexing.StatusBoard(empty)
    Image.new("RGB", (90, 60)).save(tmp_path / "a.png")
    empty.models.going.clear()
    empty.indexer.add([tmp_path / "a.png"])
    empty.start()
    assert board.now()["index"]["state"] != "idle"
    assert not any(board.now()["items"].values())
    empty.models.going.set()
    finish(empty)
    assert board.now()["items"]["picture"] == 1


def test_status__words_what_is_to_be_known(empty, tmp_path):
    begun = Message.of("notice.begun", path="/a/b", kept="left")
    empty.library._connection.notices += [begun, begun]
    status = StatusBoard(empty).now()
    assert status["notices"] == [str(begun)]
    assert status["remarks"][0]["values"] == {"path": "/a/b", "kept": "left"}
    public = replace(empty, settings=replace(empty.settings, read_only=True))
    assert "/a/b" not in str(StatusBoard(public).now()["remarks"])


def test_status__says_whether_a_server_has_the_vectors(empty):
    assert StatusBoard(empty).now()["served"] is False
    empty.library.places.use("milvus://127.0.0.1:9/tests")
    assert StatusBoard(empty).now()["served"] is True


def test_models__what_failed_is_loaded_again(client, drawn):
    answer = client.post("/api/models/retry", headers=OWN, json={})
    assert [model["role"] for model in answer.json()] == ["embedder", "reranker"]
    assert drawn.models.retried == 1
