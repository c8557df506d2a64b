"""Names are made safe, equal bytes are kept once, batches become one job."""

from __future__ import annotations

import re
from contextlib import closing
from pathlib import PurePosixPath
from urllib.parse import quote

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from qwen3vl_app.errors import UsageError
from qwen3vl_app.store.uploads import CONTENT
from qwen3vl_app.ui.failures import answer_failures
from qwen3vl_app.ui.room import Room
from qwen3vl_app.ui.routes.uploads import upload_routes
from qwen3vl_app.ui.uploads import NAME_BYTES, safe_relative
from tests.ui.world import build_world, finish


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("cat.jpg", "cat.jpg"),
        ("trip/day 1/猫.jpg", "trip/day 1/猫.jpg"),
        ("../../etc/passwd", "etc/passwd"),
        ("/abs/olute.txt", "abs/olute.txt"),
        ("C:\\Users\\me\\a.png", "C_/Users/me/a.png"),
        (".hidden/..a.png", ".hidden/..a.png"),
        ("trip/.notes.v1.2.txt", "trip/.notes.v1.2.txt"),
        (".content/ab/cd", "_.content/ab/cd"),
        (".Content", "_.Content"),
        (".arriving-abcdefgh.part", "_.arriving-abcdefgh.part"),
        (".abcdefgh.part", "_.abcdefgh.part"),
        ("a\x00b\n.png", "a_b_.png"),
        ("CON.txt", "_CON.txt"),
        ("dots. . .", "dots"),
    ],
)
def test_safe_relative__examples(name, stored):
    assert safe_relative(name) == PurePosixPath(stored)


@pytest.mark.parametrize("name", ["", "/", "..", "./.."])
def test_safe_relative__nothing_left(name):
    with pytest.raises(UsageError, match="no usable name"):
        safe_relative(name)


@given(st.text(max_size=400))
def test_safe_relative__never_leaves_the_folder(name):
    try:
        path = safe_relative(name)
    except UsageError:
        return
    assert not path.is_absolute()
    assert all(part not in ("", ".", "..") for part in path.parts)
    assert not any(part.casefold() == CONTENT for part in path.parts)
    assert not any(re.match(r"(?i)\.arriving-|\..*\.part$", part) for part in path.parts)
    assert all(len(part.encode()) <= NAME_BYTES + 1 for part in path.parts)


@pytest.fixture
def http(empty):
    app = FastAPI()
    answer_failures(app)
    app.include_router(upload_routes(empty))
    with TestClient(app) as client:
        yield client


def test_upload__is_copied_and_indexed(http, empty):
    headers = {"x-path": quote("trip/猫.txt"), "x-collection": quote("Reise")}
    answer = http.put("/api/upload", content=b"hello", headers=headers)
    stored = empty.library.uploads / "trip" / "猫.txt"
    assert answer.json() == {"stored": "trip/猫.txt"}
    assert stored.read_bytes() == b"hello"
    assert empty.indexer.added == [((stored,), "Reise")]


def test_upload__same_bytes_under_two_names_are_on_disk_once(http, empty):
    for name in ("Italy/boat.txt", "ship.txt"):
        http.put("/api/upload", content=b"hello", headers={"x-path": name})
    first, second = (empty.library.uploads / name for name in ("Italy/boat.txt", "ship.txt"))
    assert first.samefile(second)
    assert [paths for paths, _ in empty.indexer.added] == [(first,), (second,)]


def test_upload__a_batch_is_one_job(http, empty):
    names = ["a/1.txt", "a/2.txt"]
    for name in names:
        http.put("/api/upload", content=name.encode(), headers={"x-path": name, "x-hold": "1"})
    assert empty.indexer.added == []
    http.post("/api/upload/done", json={"stored": names, "collection": "A"})
    assert empty.indexer.added == [(tuple(empty.library.uploads / n for n in names), "A")]


@pytest.mark.parametrize("name", [".content/ab/cd", "..", "a/../../library.db"])
def test_upload__done_takes_nothing_of_the_library_itself(http, empty, name):
    inside = empty.library.uploads / ".content/ab"
    inside.mkdir(parents=True)
    (inside / "cd").write_bytes(b"x")
    answer = http.post("/api/upload/done", json={"stored": [name]})
    assert (answer.status_code, answer.json()["code"]) == (400, "upload.unknown")


@pytest.mark.parametrize("body", [b"", b"x", b"[]", b"null", b'{"stored": 3}'])
def test_upload__done_refuses_other_bodies(http, empty, body):
    answer = http.post("/api/upload/done", content=body)
    assert answer.status_code == 422
    assert empty.indexer.added == []


def test_undo__takes_out_what_was_added_and_nothing_else(http, empty):
    first = http.put("/api/upload", content=b"one", headers={"x-path": "a.txt", "x-hold": "1"})
    assert first.json() == {"stored": "a.txt"}
    empty.indexer.add([empty.library.uploads / "a.txt"])
    empty.start()
    finish(empty)
    again = http.put("/api/upload", content=b"one", headers={"x-path": "a.txt", "x-hold": "1"})
    assert again.json() == {"stored": "a.txt", "known": True}, "so the page does not undo it"
    undone = http.post("/api/upload/undo", json={"stored": ["a.txt"]}).json()["removed"]
    assert (undone["files"], undone["copies"]) == (1, 1)
    assert [one.path.name for one in empty.library.trash.all()] == ["a.txt"]
    for other in ("../library.db", "b.txt", ".content/a"):
        refused = http.post("/api/upload/undo", json={"stored": [other]})
        assert (refused.status_code, refused.json()["code"]) == (400, "upload.unknown")


def test_offer__says_what_a_scan_would_leave_out(http, empty):
    empty.indexer.folders.ignore(["drafts/"])
    names = ["trip/a.txt", "trip/.git/", "trip/.env", "trip/in/b.md", "trip/drafts/c.txt", "x.xyz"]
    lists = {"trip/.searchignore": "*.md\n"}
    answer = http.post("/api/upload/offer", json={"names": names, "lists": lists})
    codes = [row and (row["code"], row["values"]) for row in answer.json()["left"]]
    where = "the library's list"
    assert codes == [
        None,
        ("reason.hidden", {}),
        ("reason.hidden", {}),
        ("reason.ignored", {"pattern": "*.md", "where": "trip/.searchignore"}),
        ("reason.ignored", {"pattern": "drafts/", "where": where}),
        ("reason.type", {"suffix": ".xyz"}),
    ]
    assert list(empty.library.uploads.iterdir()) == []


def test_offer__of_too_many_names_is_one_sentence(http):
    answer = http.post("/api/upload/offer", json={"names": ["a"] * 10_001})
    assert (answer.status_code, answer.json()["code"]) == (400, "upload.many")
    assert "10001 files are named; name up to 10000" in answer.json()["error"]


@pytest.mark.parametrize(
    "name", ["trip/.git/config.txt", "trip/.env.txt", "trip\\.git\\a.txt", "a/drafts/b.txt",
             "a/@eaDir/b.txt", "a/../b.txt"],
)  # fmt: skip
def test_upload__of_what_a_scan_would_leave_out_is_refused(http, empty, name):
    """Also for whoever does not ask first."""
    empty.indexer.folders.ignore(["drafts/"])
    answer = http.put("/api/upload", content=b"hello", headers={"x-path": quote(name)})
    assert (answer.status_code, answer.json()["code"]) == (400, "upload.left")
    assert answer.json()["error"].startswith(f"{name} is not added: ")
    assert list(empty.library.uploads.iterdir()) == []
    assert empty.indexer.added == []


@pytest.mark.parametrize("name", [".notes.txt", ".config/a.txt"])
def test_upload__of_a_hidden_name_that_was_chosen_keeps_its_dot(http, empty, name):
    answer = http.put("/api/upload", content=b"hello", headers={"x-path": name, "x-hold": "1"})
    assert answer.json() == {"stored": name}
    http.post("/api/upload/done", json={"stored": [name]})
    assert empty.indexer.added == [((empty.library.uploads / name,), None)]
    assert (empty.library.uploads / name).read_bytes() == b"hello"


def test_upload__done_takes_only_uploads(http, empty):
    answer = http.post("/api/upload/done", json={"stored": ["../library.db"]})
    assert answer.status_code == 400
    assert empty.indexer.added == []


def test_upload__too_large_leaves_nothing(empty):
    app = FastAPI()
    answer_failures(app)
    app.include_router(upload_routes(empty, Room(empty.library.uploads, headroom=2**60)))
    answer = TestClient(app).put("/api/upload", content=b"x", headers={"x-path": "a.txt"})
    assert answer.status_code == 400
    assert "free some space" in answer.json()["error"]
    assert list(empty.library.uploads.iterdir()) == []


def test_upload__on_a_drive_that_has_gone_leaves_nothing_in_its_place(http, empty, tmp_path):
    empty.library.directory.rename(tmp_path / "away")
    answer = http.put("/api/upload", content=b"x", headers={"x-path": "a.txt"})
    assert (answer.status_code, answer.json()["code"]) == (503, "library.lost")
    assert not empty.library.directory.exists()


def test_upload__reading_only_is_one_sentence(tmp_path):
    services = build_world(tmp_path, read_only=True)
    app = FastAPI()
    answer_failures(app)
    app.include_router(upload_routes(services))
    with closing(services), TestClient(app) as client:
        answer = client.put("/api/upload", content=b"x", headers={"x-path": "a.txt"})
    assert (answer.status_code, answer.json()["code"]) == (409, "library.adds_nothing")
