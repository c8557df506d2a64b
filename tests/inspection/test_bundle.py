"""A finished search to take along: what stands in it, and what never does."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from hashlib import sha256
from pathlib import PurePath
from typing import Any

import orjson
import pytest

from qwen3vl_app.inspection import bundle as module
from qwen3vl_app.inspection.bundle import FORMAT, bundle, without_folders
from qwen3vl_app.inspection.bundle_page import bundle_page
from qwen3vl_app.store.library import Library
from qwen3vl_app.types import ItemId
from qwen3vl_app.types.judgement import asked_key
from qwen3vl_app.types.run import HERE, KeptRun
from tests.inspection.runs import run_of
from tests.store.build import content, put_file, unit

HOSTILE = "</script><img src=x onerror=alert(1)>"


@pytest.fixture
def library(tmp_path):
    with Library.open(tmp_path / "library") as one:
        for n in range(1, 4):
            page = content(text=f"note {n} {HOSTILE}")
            put_file(one, tmp_path / "secret" / f"{n}{HOSTILE.replace('/', '')}", f"h{n}", [
                (page, unit(n, 1, 0, 0))
            ])  # fmt: skip
        yield one


@pytest.fixture
def kept(library) -> KeptRun:
    run = library.runs.add(run_of([-1.0, 2.0, 1.0, None]))
    found = library.runs.find(run)
    assert found is not None
    return found


def made(library, kept) -> dict[str, Any]:
    return bundle(library, None, kept, {"python": "3"}, owner=HERE)


def test_bundle__has_both_rankings_scores_settings_versions_and_grades(library, kept):
    library.judgements.add(asked_key(kept.run.question), ItemId(2), "anna", 3, "yes")
    found = made(library, kept)
    assert (found["format"], found["schema"]) == (FORMAT, 1)
    assert found["recall"] == [1, 2, 3, 4]
    assert found["question"]["top"] == 2
    assert found["fingerprints"] == {"space": "s", "reranker": "f"}
    assert found["models"] == {"embedder": "m", "reranker": "r"}
    assert found["versions"]["python"] == "3"
    first, second, _, gone = found["hits"]
    assert first["similarity"] == 0.999
    assert (second["logit"], second["recall_rank"]) == (2.0, 2)
    assert second["grades"] == [{"judge": "anna", "grade": 3, "note": "yes"}]
    assert first["name"].startswith("1<script>")
    assert "name" not in gone  # item 4 never was in the library: its scores remain
    assert gone["similarity"] == 0.996


def test_bundle__names_no_folder(library, kept):
    said = orjson.dumps(made(library, kept)).decode()
    assert "secret" not in said
    assert str(library.directory) not in said


def test_without_folders__files_of_the_command_line_lose_their_paths():
    question = {
        "files": ["/home/anna/a.png"],
        "also": [{"text": "x", "files": ["C:\\Users\\b.png"]}],
        "crops": {"/home/anna/a.png": [0, 0, 1, 1]},
        "folder": str(PurePath("/home/anna")),
        "top": 3,
    }
    assert without_folders(question) == {
        "files": ["a.png"],
        "also": [{"text": "x", "files": ["b.png"]}],
        "crops": {"a.png": [0, 0, 1, 1]},
        "folder": "anna",
        "top": 3,
    }


def test_bundle__pictures_end_where_there_is_no_more_room(library, kept, monkeypatch):
    everything = made(library, kept)
    for uri in everything["pictures"].values():
        assert uri.startswith("data:image/jpeg;base64,")
        b64decode(uri.partition(",")[2], validate=True)
    monkeypatch.setattr(module, "MOST_PICTURE_BYTES", 0)
    nothing = made(library, kept)
    assert nothing["pictures"] == {}
    assert nothing["pictures_left_out"] == len(everything["pictures"])


@pytest.mark.parametrize("language", ["en", "zh"])
def test_page__data_cannot_leave_its_element_and_one_script_may_run(library, kept, language):
    found = made(library, kept)
    page = bundle_page(found, language).decode()
    begin = '<script type="application/json" id="qwen3vl-bundle">'
    inside = page.partition(begin)[2].partition("</script>")[0]
    assert orjson.loads(inside) == found
    assert HOSTILE not in page
    assert "<" not in inside
    script = page.rpartition('<script type="module">')[2].partition("</script>")[0]
    digest = b64encode(sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in page
    assert "default-src 'none'" in page
    assert f'<html lang="{language}">' in page
    assert page.count("<script") == 2
    outside = page.replace(inside, "").replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"https?://|@import|url\(", outside)
    assert len(page) - len(inside) < 60_000
