"""Media, items, status and commands over HTTP."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient
from PIL import Image

from qwen3vl_app.indexing.progress import IndexState
from qwen3vl_app.messages import Message
from qwen3vl_app.models.service.protocol import ModelState
from qwen3vl_app.services import Services
from qwen3vl_app.types import FileOutcome, Item, Kind, Outcome
from qwen3vl_app.ui.file_keys import path_of
from qwen3vl_app.ui.guard import PAGE_HEADER
from qwen3vl_app.ui.server import build_server
from tests.ui.world import HOSTILE_NAME

OWN = {PAGE_HEADER: "1"}


def http(services: Services) -> TestClient:
    """The routes of one world."""
    return TestClient(build_server(services), base_url="http://127.0.0.1:7860")


def first(services, kind: Kind) -> Item:
    return next(i for i in services.library.items_by_id.values() if i.kind is kind)


def test_thumb__is_cached_for_ever(client, drawn):
    name = first(drawn, Kind.PICTURE).thumbnail
    answer = client.get(f"/m/thumb/{name}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/webp"
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


def test_full__markup_is_a_download(client, drawn):
    page = drawn.library.directory.parent / "files" / "page.svg"
    page.write_text("<svg onload='alert(1)'/>")
    item = drawn.library.put(page, Kind.PICTURE, Image.new("RGB", (9, 9)))
    answer = client.get(f"/m/full/{item.id}")
    drawn.library.forget([page])
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment")


def test_full__a_file_that_has_gone_is_one_sentence(client, drawn):
    gone = next(i for i in drawn.library.items_by_id.values() if i.path.name == "gone.png")
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
    assert len(ids) == 38


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
    second = [i for i in drawn.library.items_by_id.values() if i.kind is Kind.PASSAGE][1]
    found = client.get(f"/api/items/{second.id}").json()
    numbers = [number for number, _, _ in found["lines"]]
    inside = [number for number, _, own in found["lines"] if own]
    assert inside == list(range(13, 25))
    assert numbers == list(range(3, 35))


def test_detail__page_knows_its_neighbours(client, drawn):
    found = client.get(f"/api/items/{first(drawn, Kind.PAGE).id}").json()
    assert [other["place"]["page"] for other in found["siblings"]] == [1, 2, 3, 4]
    assert found["file"]["size"] > 1000


def test_detail__hostile_names_arrive_as_they_are(client, drawn):
    item = next(
        i for i in drawn.library.items_by_id.values() if i.path.name.startswith(HOSTILE_NAME)
    )
    assert client.get(f"/api/items/{item.id}").json()["title"] == item.path.name


def test_detail__names_that_are_no_text_can_be_shown(client, drawn):
    odd = drawn.library.directory.parent / "files" / "odd\udcff.png"
    item = drawn.library.put(odd, Kind.PICTURE, Image.new("RGB", (9, 9)))
    answer = client.get(f"/api/items/{item.id}")
    drawn.library.forget([odd])
    assert answer.json()["title"] == "odd\ufffd.png"


def test_status__counts_and_models(client):
    status = client.get("/api/index/status").json()
    assert status["index"]["state"] == "idle"
    assert status["items"]["page"] == 4
    assert [model["role"] for model in status["models"]] == ["embedder", "reranker"]
    assert ["Shapes", 24] in status["collections"]


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
        ("broken.jpg", "reason.truncated")
    ]


def test_retry__one_or_all(client, drawn):
    client.post("/api/index/retry", headers=OWN, json={"paths": ["/a"]})
    client.post("/api/index/retry", headers=OWN, json={})
    assert drawn.indexer.commands[-2:] == ["retry 1", "retry all"]


def test_outcomes__names_that_are_no_text_come_back(empty):
    odd = empty.library.uploads / "odd\udcff 100%.png"
    outcome = FileOutcome(path=odd, outcome=Outcome.FAILED, reason=Message.free("it is torn"))
    empty.library.outcome_rows.append(outcome)
    with http(empty) as client:
        (row,) = client.get("/api/outcomes").json()
        client.post("/api/index/retry", headers=OWN, json={"keys": [row["key"]]})
        assert path_of(row["key"]) == odd
        assert client.post(
            "/api/outcomes/forget", headers=OWN, json={"keys": [row["key"]]}
        ).is_success
    assert empty.indexer.commands == ["retry 1"]
    assert empty.library.outcome_rows == []


def test_removed__is_listed_and_comes_back(empty):
    copy = empty.library.uploads / "trip" / "a.png"
    file = empty.library.directory.parent / "own.png"
    for path in (copy, file):
        empty.library.put(path, Kind.PICTURE, Image.new("RGB", (9, 9)))
    with http(empty) as client:
        ids = [item["id"] for item in client.get("/api/items").json()["items"]]
        answers = [client.delete(f"/api/items/{one}", headers=OWN).json() for one in ids]
        assert [(one["files"], one["copies"]) for one in answers] == [(1, 0), (1, 1)]
        newest, oldest = client.get("/api/removed").json()
        assert (newest["name"], newest["kind"], newest["stays"]) == ("a.png", "copy", False)
        assert (oldest["path"], oldest["kind"], oldest["stays"]) == (str(file), "file", True)
        assert client.get("/api/storage").json()["trash"] == {"files": 1, "bytes": 3_100_000}
        done = client.post("/api/removed/restore", headers=OWN, json={"ids": answers[1]["ids"]})
        assert (done.json()["paths"], [row["id"] for row in done.json()["rows"]]) == (
            1,
            answers[0]["ids"],
        )
        assert [i["id"] for i in client.get("/api/items").json()["items"]] == [ids[1]]
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


def test_duplicates__pages_of_groups(client):
    first_page = client.get("/api/duplicates", params={"limit": 4}).json()
    assert (len(first_page["groups"]), first_page["next"], first_page["ready"]) == (4, 4, True)
    group = first_page["groups"][0]
    assert group["keeper"]["title"] == "red circle 00.png"
    assert (group["reason"]["text"], len(group["copies"])) == (
        "It has the most pixels: 900 × 500.",
        3,
    )
    assert group["keeper"]["bytes"] > 100
    rest = client.get("/api/duplicates", params={"limit": 4, "after": 4}).json()
    assert (len(rest["groups"]), rest["next"]) == (2, None)


def test_storage__measures_before_it_changes(empty):
    with http(empty) as client:
        measured = client.post("/api/storage/measure", headers=OWN).json()
        assert [option["recall"] for option in measured["options"]] == [1.0, 0.992, 0.931]
        chosen = measured["options"][1]["setting"]
        changed = client.post("/api/storage/apply", headers=OWN, json=chosen).json()
        assert changed["setting"] == {"dimension": None, "format": "int8", "exact": False}
        dropped = client.post("/api/storage/drop", headers=OWN, json={"spaces": ["old"]}).json()
        assert (dropped["freed"], dropped["old"]) == (2_400_000, [])


def test_storage__before_the_model_has_loaded_nothing_is_old(empty):
    empty.models.show(ModelState.LOADING)
    with http(empty) as client:
        assert client.get("/api/storage").json()["old"] == []


def test_public_demo__tells_of_no_folders(drawn):
    shown = replace(drawn, settings=replace(drawn.settings, read_only=True))
    item = first(drawn, Kind.PICTURE)
    with http(shown) as client:
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


def test_status__the_last_one_of_a_run_is_not_older(empty):
    from qwen3vl_app.ui.routes.indexing import StatusBoard

    board = StatusBoard(empty)
    empty.indexer.show(state=IndexState.INDEXING)
    assert board.now()["items"] == {}
    empty.library.put(empty.library.uploads / "a.png", Kind.PICTURE, Image.new("RGB", (9, 9)))
    empty.indexer.show(state=IndexState.IDLE)
    assert board.now()["items"] == {"picture": 1}


def test_models__what_failed_is_loaded_again(client, drawn):
    answer = client.post("/api/models/retry", headers=OWN, json={})
    assert [model["role"] for model in answer.json()] == ["embedder", "reranker"]
    assert drawn.models.retried == 1
