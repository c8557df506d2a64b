"""``seen`` and ``evidence``: a hit of a kept search looked at closer, without the page."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from qwen3vl_app.store.library import Library
from tests.store.test_search_runs import asking


@pytest.fixture(scope="session")
def run(indexed) -> int:
    with Library.open(indexed.library) as library:
        return library.runs.add(asking("a red circle"))


@pytest.fixture(scope="session")
def items(indexed) -> dict[str, int]:
    found = indexed.json("items")["items"]
    return {row["kind"]: row["item"] for row in found}


def test_seen__has_the_prompts_of_both_stages_and_writes_pictures(indexed, run, items, tmp_path):
    found = indexed.json("seen", str(run), str(items["picture"]), "--out", tmp_path / "out")
    stages = found["stages"]
    assert [(row["stage"], row["of"]) for row in stages] == [
        ("recall", "item"), ("recall", "query"), ("rerank", "both"),
    ]  # fmt: skip
    (file,) = stages[0]["files"]
    with Image.open(file) as picture:
        assert list(picture.size) == stages[0]["pictures"][0]["shown"]
    assert all("<|im_start|>" in row["prompt"] for row in stages)
    said = indexed.run("seen", str(run), str(items["passage"])).stdout
    assert "instruction: Represent the user's input." in said


def test_evidence__lists_parts_and_writes_maps(indexed, run, items, tmp_path):
    found = indexed.json("evidence", str(run), str(items["picture"]), "--out", tmp_path / "maps")
    assert len(found["parts"]) >= 9
    assert {"cell", "similarity", "relevance", "logit", "level"} == {*found["parts"][0]}
    assert [Path(file).name for file in found["files"]] == [
        "evidence-similarity.png", "evidence-relevance.png",
    ]  # fmt: skip
    said = indexed.run("evidence", str(run), str(items["passage"]))
    assert said.stdout.startswith("whole  similarity ")
    assert "passes of each model" in said.stderr


def test_both__what_there_is_not_is_said(indexed, run):
    for command in ("seen", "evidence"):
        assert indexed.run(command, "999", "1").stderr.startswith("error: There is no search 999")
        assert indexed.run(command, str(run), "999999").exit_code == 2
