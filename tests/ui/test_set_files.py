"""Test sets are brought from files, taken along and removed by their routes."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from qwen3vl_app.services import build_services
from qwen3vl_app.ui.server import build_server
from tests.ui import test_history
from tests.ui.test_history import OURS
from tests.ui.world import finish

settings = test_history.settings
services = test_history.services

HERE = ("127.0.0.1", 50000)
TABLE = "question,document,path,grade\nfox,d,{path},1\n"


def opened(services, **more):
    options = {"base_url": "http://127.0.0.1", "headers": OURS, "client": HERE}
    return TestClient(build_server(services), **{**options, **more})


@pytest.fixture
def client(services):
    with opened(services) as one:
        yield one


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "foxes.csv"
    path.write_text(TABLE.format(path=tmp_path / "0.txt"))
    return path


def test_a_table__is_a_set_named_like_the_file_and_asks_all_there_is(services, client, table):
    found = client.post("/api/sets/bring", json={"path": f'"{table}"', "index": False})
    assert found.json() == {"name": "foxes", "files": 0}
    (row,) = client.get("/api/sets").json()["sets"]
    assert row | {"collection": ""} == row
    assert client.get("/api/sets").json()["local"] is True
    taken = client.get("/api/sets/file", params={"name": "foxes", "form": "csv"})
    assert "foxes.csv" in taken.headers["content-disposition"]
    assert "fox,,d," in taken.text
    assert client.post("/api/sets/remove", json={"name": "foxes"}).json() == {"removed": True}
    assert client.post("/api/sets/remove", json={"name": "foxes"}).json() == {"removed": False}
    gone = client.get("/api/sets/file", params={"name": "foxes", "form": "csv"})
    assert gone.status_code == 404


def test_a_folder__is_indexed_into_a_collection_and_comes_back_as_it_was(own, tmp_path):
    folder = tmp_path / "Über foxes"
    (folder / "qrels").mkdir(parents=True)
    files = {
        "corpus.jsonl": '{"_id": "d1", "title": "Foxes", "text": "A red fox sleeps."}\n',
        "queries.jsonl": '{"_id": "q1", "text": "sleeping fox"}\n',
        "qrels/dev.tsv": "query-id\tcorpus-id\tscore\nq1\td1\t1\n",
    }
    for name, text in files.items():
        (folder / name).write_text(text)
    finish(own)
    with opened(own) as client:
        job = {"path": str(folder), "split": "dev", "collection": " of  foxes "}
        assert client.post("/api/sets/bring", json=job).json() == {
            "name": "Über foxes",
            "files": 1,
        }
        finish(own)
        assert len(own.library.standing("of foxes")) == 1
        taken = client.get("/api/sets/file", params={"name": "Über foxes", "form": "beir"})
        assert "%C3%9Cber%20foxes.beir.zip" in taken.headers["content-disposition"]
        with zipfile.ZipFile(io.BytesIO(taken.content)) as archive:
            assert {one: archive.read(one).decode() for one in archive.namelist()} == files


def test_topics__come_with_their_grades(services, client, tmp_path):
    topics, qrels = tmp_path / "topics.tsv", tmp_path / "qrels.txt"
    topics.write_text("1\tfox\n")
    qrels.write_text("1 0 0.txt 2\n")
    job = {"path": str(topics), "qrels": str(qrels), "name": "trec", "index": False}
    assert client.post("/api/sets/bring", json=job).json()["name"] == "trec"
    taken = client.get("/api/sets/file", params={"name": "trec", "form": "trec"})
    with zipfile.ZipFile(io.BytesIO(taken.content)) as archive:
        assert archive.read("qrels.txt").decode() == "1 0 0.txt 2\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("question,document,grade\nfox,d,good\n", "line 2, column 3"),
        ("what,document,grade\n", "line 1, column 4"),
    ],
)
def test_a_bad_table__says_where_and_keeps_nothing(services, client, tmp_path, text, said):
    path = tmp_path / "bad.csv"
    path.write_text(text)
    refused = client.post("/api/sets/bring", json={"path": str(path)})
    assert refused.status_code == 400
    assert said in refused.text
    absent = client.post("/api/sets/bring", json={"path": str(tmp_path / "absent")})
    assert "is not there" in absent.text
    assert services.library.test_sets.all() == []


def test_files_of_the_server__are_read_for_nobody_elsewhere(services, settings, table):
    job = {"path": str(table), "index": False}
    with opened(services, client=("192.0.2.7", 50000)) as client:
        assert client.get("/api/sets").json()["local"] is False
        assert client.post("/api/sets/bring", json=job).status_code == 403
    with opened(services) as client:
        forwarded = {"x-forwarded-for": "192.0.2.7"}
        assert client.post("/api/sets/bring", json=job, headers=forwarded).status_code == 403
        assert client.post("/api/sets/bring", json=job).status_code == 200
    shown = build_services(replace(settings, read_only=True), writable=False)
    try:
        with opened(shown) as client:
            assert client.get("/api/sets").json()["sets"] == []
            asked = {"name": "foxes", "form": "csv"}
            assert client.get("/api/sets/file", params=asked).status_code >= 400
            assert client.post("/api/sets/bring", json=job).status_code >= 400
            assert client.post("/api/sets/remove", json={"name": "foxes"}).status_code >= 400
    finally:
        shown.close()
    assert [one.name for one in services.library.test_sets.all()] == ["foxes"]
