"""The Library's own routes: listings, several items at once, collections, exports, disk use."""

from __future__ import annotations

import csv
import io
import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from qwen3vl_app.services import Services
from qwen3vl_app.types import Kind
from qwen3vl_app.ui.guard import PAGE_HEADER
from qwen3vl_app.ui.server import build_server
from tests.ui.world import build_world, finish, first, items

OWN = {PAGE_HEADER: "1"}


@contextmanager
def http(services: Services) -> Iterator[TestClient]:
    base = "http://127.0.0.1:7860"
    with TestClient(build_server(services), base_url=base, headers=OWN) as client:
        yield client


def walked(client: TestClient, **asked: object) -> list[dict]:
    """All items of a listing, page by page."""
    found: list[dict] = []
    after = ""
    while after is not None:
        params: Any = {**asked, "after": after, "limit": 7}
        page = client.get("/api/listing", params=params).json()
        found += page["items"]
        after = page["next"]
    return found


@pytest.mark.parametrize("order", ["newest", "name", "date", "size", "kind"])
@pytest.mark.parametrize("reverse", ["false", "true"])
def test_listing__pages_of_every_order_hold_each_item_once(client, drawn, order, reverse):
    found = [one["id"] for one in walked(client, order=order, reverse=reverse)]
    assert sorted(found) == sorted(int(item.id) for item in items(drawn))


def test_listing__by_name_and_size(client):
    titles = [one["title"].casefold() for one in walked(client, order="name", kind="picture")]
    assert titles == sorted(titles)
    sizes = [one["value"] for one in walked(client, order="size")]
    assert sizes == sorted(sizes, reverse=True)
    days = [one["value"] for one in walked(client, order="date")]
    assert days == sorted(days, reverse=True)
    assert len(days[0]) == len("2026-01-01T00:00:00")


def test_listing__counts_what_has_the_name(client):
    page = client.get("/api/listing", params={"name": "RED circle", "counted": True}).json()
    assert len(page["items"]) > 1
    assert all("red circle" in one["title"] for one in page["items"])
    assert page["counts"] == {"picture": len(page["items"])}
    ids = client.get("/api/listing/ids", params={"name": "RED circle"}).json()
    assert ids == {"ids": sorted((o["id"] for o in page["items"]), reverse=True)} | {
        "total": len(page["items"])
    }


def test_listing__these_alone_and_of_them_what_passes(client, drawn):
    some = sorted((int(item.id) for item in items(drawn)), reverse=True)[:4]
    these = ",".join(map(str, [*some, 2**40]))
    page = client.get("/api/listing", params={"these": these, "counted": True}).json()
    assert [one["id"] for one in page["items"]] == some
    assert sum(page["counts"].values()) == 4
    ids = client.get("/api/listing/ids", params={"these": these}).json()
    assert ids == {"ids": some, "total": 4}
    kinds = {one["kind"] for one in page["items"]}
    narrow = walked(client, these=these, kind=sorted(kinds)[0])
    assert {one["id"] for one in narrow} == {
        one["id"] for one in page["items"] if one["kind"] == sorted(kinds)[0]
    }


def test_listing__groups_and_unfolds(client, drawn):
    page = first(drawn, Kind.PAGE)
    heads = walked(client, grouped="true", kind="page")
    head = next(one for one in heads if one["title"] == page.path.name)
    inside = client.get(f"/api/listing/members/{head['id']}", params={"kind": "page"}).json()
    assert len(inside["items"]) == head["members"] > 1
    assert [one["place"]["page"] for one in inside["items"]] == list(range(1, head["members"] + 1))


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"order": "colour"}, "listing.order"),
        ({"after": "x"}, "listing.cursor"),
        ({"after": "1:many", "order": "size"}, "listing.cursor"),
        ({"after": "9" * 30}, "listing.cursor"),
        ({"kind": "song"}, "choice.unknown"),
        ({"these": "1,two"}, "listing.these"),
        ({"these": ",".join(["1"] * 1001)}, "listing.these"),
    ],
)
def test_listing__what_means_nothing_is_one_sentence(client, asked, code):
    answer = client.get("/api/listing", params=asked)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


# ------------------------------------------------------------ several at once


def test_chosen__tags_all_pages_of_a_file_at_once(own):
    page = first(own, Kind.PAGE)
    pages = [int(one.id) for one in own.library.siblings(page.id)]
    with http(own) as client:
        job = {"ids": [pages[0]], "whole": True, "name": "  to   read ", "on": True}
        assert client.post("/api/chosen/tag", json=job).json() == {
            "items": len(pages),
            "changed": len(pages),
        }
        assert own.library.tags() == [("to read", len(pages))]
        job = {"ids": [pages[1], 10**9], "name": "to read", "on": False}
        assert client.post("/api/chosen/tag", json=job).json() == {"items": 1, "changed": 1}
        job = {"ids": [pages[1]], "name": "\n", "on": True}
        assert client.post("/api/chosen/tag", json=job).json()["code"] == "tag.unusable"


def test_chosen__goes_into_a_collection_and_out_of_it(own):
    ids = [int(item.id) for item in items(own) if item.kind is Kind.PICTURE][:3]
    with http(own) as client:
        job = {"ids": ids, "name": "Best", "on": True}
        assert client.post("/api/chosen/collect", json=job).json()["changed"] >= 3
        rows = client.get("/api/collections").json()
        assert {"name": "Best", "items": 3} in rows
        job = {"ids": ids[:1], "name": "Best", "on": False}
        assert client.post("/api/chosen/collect", json=job).json()["changed"] >= 1
        assert {"name": "Best", "items": 2} in client.get("/api/collections").json()


def test_chosen__is_removed_and_comes_back(own):
    pages = [int(one.id) for one in own.library.siblings(first(own, Kind.PAGE).id)]
    picture = int(first(own, Kind.PICTURE).id)
    before = own.library.counts().items
    with http(own) as client:
        done = client.post("/api/chosen/remove", json={"ids": [pages[0], picture]}).json()
        assert done["files"] >= 2
        assert done["copies"] == 0
        assert {*pages, picture} <= {*done["items"]}
        assert not {*pages, picture} & {int(item.id) for item in items(own)}
        assert client.post("/api/removed/restore", json={"ids": done["ids"]}).status_code == 200
        finish(own)
        assert own.library.counts().items == before
        gone = client.post("/api/chosen/remove", json={"ids": [10**9]})
        assert (gone.status_code, gone.json()["code"]) == (400, "chosen.gone")


def test_chosen__more_than_the_limit_is_refused_before_anything(own):
    with http(own) as client:
        job = {"ids": list(range(10_001)), "name": "x", "on": True}
        assert client.post("/api/chosen/tag", json=job).status_code == 422
        assert own.library.tags() == []
        most = {"ids": list(range(10_000)), "name": "x", "on": True}
        done = client.post("/api/chosen/tag", json=most).json()
        assert done["changed"] == len(items(own))


# ------------------------------------------------------------ collections


def test_collections__made_renamed_deleted(own):
    with http(own) as client:
        made = client.post("/api/collections/make", json={"name": "New  one"}).json()
        assert {"name": "New one", "items": 0} in made
        change = {"name": "Work", "new": "Papers"}
        renamed = client.post("/api/collections/rename", json=change).json()
        assert "Papers" in [one["name"] for one in renamed]
        left = client.post("/api/collections/delete", json={"name": "Papers"}).json()
        assert [one["name"] for one in left] == ["Clips", "New one", "Shapes"]
        again = client.post("/api/collections/make", json={"name": "Clips"})
        assert (again.status_code, again.json()["code"]) == (400, "collection.exists")
        assert len(items(own)) == 40


# ------------------------------------------------------------ exports


def exported(client: TestClient, ids: list[int], kind: str, **more: object) -> bytes:
    order = client.post("/api/exports", json={"ids": ids, "format": kind, **more}).json()
    answer = client.get(f"/api/exports/{order['key']}")
    assert answer.headers["content-disposition"] == f'attachment; filename="library.{kind}"'
    return answer.content


def test_export__json_and_csv_say_where_and_what(own):
    page = own.library.siblings(first(own, Kind.PAGE).id)[1]
    own.library.tag([page.id], "to read")
    own.library.tag([page.id], "=1+1")
    with http(own) as client:
        (row,) = json_rows(exported(client, [int(page.id)], "json"))
        table = exported(client, [int(page.id)], "csv").decode("utf-8-sig")
    assert (row["path"], row["kind"], row["page"]) == (str(page.path), "page", 2)
    assert (row["tags"], row["collections"]) == (["=1+1", "to read"], ["Work"])
    (line,) = csv.DictReader(io.StringIO(table))
    assert (line["path"], line["page"], line["start"]) == (str(page.path), "2", "")
    assert (line["tags"], line["collections"]) == ("'=1+1; to read", "Work")


def test_export__originals_once_each_and_what_is_gone_is_named(own, tmp_path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "note.txt").write_text(f"a note in {folder}")
    own.indexer.add([tmp_path / "a", tmp_path / "b"])
    finish(own)
    notes = [int(one.id) for one in items(own) if one.path.is_relative_to(tmp_path)]
    pages = [int(one.id) for one in own.library.siblings(first(own, Kind.PAGE).id)]
    gone = next(int(item.id) for item in items(own) if item.path.name == "gone.png")
    with http(own) as client:
        whole = exported(client, [*notes, *pages, gone], "zip")
    archive = zipfile.ZipFile(io.BytesIO(whole))
    assert archive.testzip() is None
    names = archive.namelist()
    report = first(own, Kind.PAGE).path
    assert sorted(names) == sorted(["note.txt", "note (2).txt", report.name, "missing.txt"])
    assert {archive.read("note.txt"), archive.read("note (2).txt")} == {
        b"a note in a",
        b"a note in b",
    }
    assert archive.read(report.name) == report.read_bytes()
    assert "gone.png" in archive.read("missing.txt").decode()


def test_export__names_lead_nowhere_else(own, tmp_path):
    evil = tmp_path / "..\\..\\evil:?.txt"
    evil.write_text("some text that is read")
    own.indexer.add([evil])
    finish(own)
    with http(own) as client:
        whole = exported(client, [int(items(own)[-1].id)], "zip")
    assert zipfile.ZipFile(io.BytesIO(whole)).namelist() == [".._.._evil__.txt"]


def test_export__is_kept_under_a_key_that_is_not_guessed(client):
    answer = client.get("/api/exports/1")
    assert (answer.status_code, answer.json()["code"]) == (404, "export.gone")


def test_export__goes_where_nothing_may_be_written(own):
    own.close()
    from tests.ui.world import _parts

    reader = _parts(own.library.directory, writable=False)
    try:
        ids = [int(items(reader)[0].id)]
        with http(reader) as client:
            assert json_rows(exported(client, ids, "json"))
            tag = client.post("/api/chosen/tag", json={"ids": ids, "name": "x", "on": True})
            assert (tag.status_code, tag.json()["code"]) == (409, "library.path_readonly")
    finally:
        reader.close()


def test_demo__reveals_no_path_and_changes_nothing(tmp_path):
    public = build_world(tmp_path, read_only=True)
    try:
        with http(public) as client:
            assert client.get("/api/listing", params={"name": "red circle"}).json()["items"]
            assert client.get("/api/listing", params={"name": "shapes"}).json()["items"] == []
            folder = client.get("/api/listing", params={"folder": "/p"})
            assert folder.json()["code"] == "folder.hidden"
            for path in ("/api/disk", "/api/exports/1", "/api/folders"):
                assert client.get(path).status_code == 403
            for path in ("chosen/tag", "chosen/remove", "collections/delete", "exports"):
                assert client.post(f"/api/{path}", json={}).status_code == 403
    finally:
        public.close()


# ------------------------------------------------------------ folders and disk


def test_folders__say_how_much_is_in_them(own, tmp_path):
    folder = tmp_path / "some"
    folder.mkdir()
    (folder / "note.txt").write_text("twelve bytes")
    (folder / "torn.jpg").write_bytes(b"\xff\xd8\xff torn")
    own.indexer.add([folder])
    finish(own)
    with http(own) as client:
        rows = client.get("/api/folders").json()
    (row,) = [one for one in rows if one["path"] == str(folder)]
    assert (row["files"], row["items"], row["failed"]) == (2, 1, 1)
    assert row["bytes"] >= len("twelve bytes")


def test_disk__adds_up_to_what_lies_in_the_folder(own):
    copy = own.library.uploads / "a" / "copy.bin"
    copy.parent.mkdir()
    copy.write_bytes(b"x" * 5000)
    os.link(copy, own.library.uploads / "a" / "same.bin")
    (own.library.directory / "trash").mkdir(exist_ok=True)
    (own.library.directory / "trash" / "gone").write_bytes(b"y" * 700)
    with http(own) as client:
        use = client.get("/api/disk").json()
    assert (use["bytes"]["copies"], use["bytes"]["trash"]) == (5000, 700)
    assert use["bytes"]["thumbnails"] == sum(
        path.stat().st_size for path in own.library.thumbnails.rglob("*") if path.is_file()
    )
    database = own.library.directory / "library.db"
    assert use["bytes"]["database"] >= database.stat().st_size > 0
    assert use["free"] > 0


def json_rows(document: bytes) -> list[dict]:
    import json

    return json.loads(document)["items"]


def test_originals__stay_what_they_are(own):
    """Whatever is done to items, no file of the person is touched."""
    files = {path: path.read_bytes() for path in drawn_files(own)}
    ids = [int(item.id) for item in items(own)]
    with http(own) as client:
        client.post("/api/chosen/collect", json={"ids": ids, "name": "All", "on": True})
        client.post("/api/collections/delete", json={"name": "All"})
        client.post("/api/chosen/remove", json={"ids": ids})
        client.post("/api/removed/discard", json={"ids": None})
    assert {path: path.read_bytes() for path in files} == files
    assert items(own) == []


def drawn_files(services: Services) -> list[Path]:
    return [item.path for item in items(services) if item.path.exists()]
