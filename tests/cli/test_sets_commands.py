"""``sets``, ``evaluate`` and ``pins`` over a library that was indexed by the models of tests."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from qwen3vl_app.evaluation.importing import put_files


@pytest.fixture
def foxes(tmp_path: Path, folder: Path) -> Path:
    """A folder of BEIR: two texts, and a picture by path."""
    picture = next(iter(sorted(folder.rglob("*.jpg"))), None) or next(folder.rglob("*.png"))
    corpus = [
        {"_id": "fox", "title": "Fox", "text": "A red fox runs along the river."},
        {"_id": "cake", "title": "Cake", "text": "A cake with cherries for the birthday."},
        {"_id": "picture", "image": str(picture)},
    ]
    queries = [{"_id": "q1", "text": "red fox at a river"}, {"_id": "q2", "text": "birthday cake"}]
    put_files(
        tmp_path / "foxes",
        {
            "corpus.jsonl": "".join(json.dumps(one) + "\n" for one in corpus),
            "queries.jsonl": "".join(json.dumps(one) + "\n" for one in queries),
            "qrels/test.tsv": "query-id\tcorpus-id\tscore\nq1\tfox\t1\nq1\tcake\t0\nq2\tcake\t1\n",
        },
    )
    return tmp_path / "foxes"


def test_sets__a_folder_is_imported_evaluated_drawn_and_written_again(program, foxes, tmp_path):
    made = program.json("sets", "foxes", "--import", foxes, "--no-ocr")
    assert (made["questions"], made["documents"], made["grades"]) == (2, 3, 3)
    assert len(program.json("items", "--collection", "foxes")["items"]) == 3
    found = program.json("evaluate", "foxes", "--runs", tmp_path / "runs")
    assert [*found["stages"]] == ["recall", "rerank"]
    assert found["missing"] == []
    assert 0 < found["stages"]["recall"]["ndcg@10"]["mean"] <= 1
    assert {path.name for path in (tmp_path / "runs").iterdir()} == {"recall.run", "rerank.run"}
    given = program.json("evaluate", "foxes", "--run", tmp_path / "runs" / "recall.run")
    recall = found["stages"]["recall"]
    assert given["stages"]["given"]["ndcg@10"] == recall["ndcg@10"]
    bound = ("--fail-under", "precision@1=1.0")
    failed = program.run("evaluate", "foxes", "--stage", "recall", "--depth", "2", *bound)
    precise = program.json("evaluate", "foxes", "--stage", "recall", "--depth", "2", "-k", "1")
    reached = precise["stages"]["recall"]["precision@1"]["mean"] == 1.0
    assert failed.exit_code == (0 if reached else 1)
    history = program.json("evaluate", "foxes", "--history")["history"]
    assert [one["changed"] for one in history][:2] == [
        [],
        ["reranker", "reranker_fingerprint", "settings"],
    ]
    svg = tmp_path / "history.svg"
    assert program.run("evaluate", "foxes", "--history", "--plot", svg).exit_code == 0
    assert svg.read_text().count('class="recall"') == 3
    assert program.run("sets", "foxes", "--export", tmp_path / "out").exit_code == 0
    for name in ("corpus.jsonl", "queries.jsonl", "qrels/test.tsv"):
        assert (tmp_path / "out" / name).read_bytes() == (foxes / name).read_bytes()
    training = tmp_path / "train.jsonl"
    assert (
        program.run("sets", "foxes", "--training", training, "--trainer", "swift").exit_code == 0
    )
    row = json.loads(training.read_text().splitlines()[0])
    assert row["positive_messages"][0][0]["content"].endswith("A red fox runs along the river.")
    assert "3 个文档" in program.in_chinese("sets", "foxes", "--import", foxes, "--no-ocr")[-1]
    assert program.run("sets", "foxes", "--remove").exit_code == 0
    assert program.json("sets") == {"sets": []}


def test_sets__what_is_wrong_is_said(program, indexed, foxes):
    (foxes / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq1\tfox\tgood\n")
    refused = program.run("sets", "foxes", "--import", foxes, "--no-ocr")
    assert refused.exit_code == 2
    assert "qrels/test.tsv, line 2, column 3: a grade" in refused.stderr
    assert indexed.run("evaluate", "none").exit_code == 2
    assert "There is no test set none" in indexed.run("evaluate", "none").stderr
    assert indexed.run("evaluate", "none", "--fail-under", "what@3=1").exit_code == 2
    assert indexed.run("sets", "--remove").exit_code == 2


def test_pins__hold_and_break(program, folder):
    program.json("index", folder)
    found = program.json("search", "fox")
    first, last = found["reranked"][0]["item"], found["reranked"][-1]["item"]
    assert program.run("pins").stderr.startswith("No question is pinned yet")
    assert program.run("pins", "--add", "fox", "--item", first, "-k", "1").exit_code == 0
    assert program.run("pins", "--check").exit_code == 0
    assert program.run("pins", "--add", "fox", "--item", last, "-k", "1").exit_code == 0
    broken = program.run("pins", "--check")
    assert broken.exit_code == 1
    assert [line.split()[0] for line in broken.stdout.splitlines()] == ["holds", "broken"]
    assert program.run("pins", "--remove", "2").exit_code == 0
    assert [one["holds"] for one in program.json("pins")["pins"]] == [True]
    assert program.run("pins", "--add", "fox").exit_code == 2
