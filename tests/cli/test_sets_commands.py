"""``sets``, ``evaluate`` and ``pins`` over a library that was indexed by the models of tests."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from qwen3vl_app.evaluation.importing import put_files
from tests.cli.conftest import Program

QRELS = "query-id\tcorpus-id\tscore\nq1\tfox\t1\nq1\tcake\t0\nq2\tcake\t1\n"

ELSEWHERE = "q1 Q0 cake 1 2 x\nq1 Q0 fox 2 1 x\nq2 Q0 cake 1 1 x\n"
"""A run whose reciprocal ranks are 1/2 and 1."""


@pytest.fixture(scope="module")
def foxes(tmp_path_factory: pytest.TempPathFactory, folder: Path) -> Path:
    """A folder of BEIR: two texts, and a picture by path."""
    picture = folder / "red disc.png"
    corpus = [
        {"_id": "fox", "title": "Fox", "text": "A red fox runs along the river."},
        {"_id": "cake", "title": "Cake", "text": "A cake with cherries for the birthday."},
        {"_id": "picture", "image": str(picture)},
    ]
    queries = [{"_id": "q1", "text": "red fox at a river"}, {"_id": "q2", "text": "birthday cake"}]
    made = tmp_path_factory.mktemp("sets") / "foxes"
    put_files(
        made,
        {
            "corpus.jsonl": "".join(json.dumps(one) + "\n" for one in corpus),
            "queries.jsonl": "".join(json.dumps(one) + "\n" for one in queries),
            "qrels/test.tsv": QRELS,
        },
    )
    return made


@pytest.fixture(scope="module")
def brought(tmp_path_factory: pytest.TempPathFactory, foxes: Path) -> Program:
    """A library with the set in it; pins and evaluations may be added, the set stays."""
    program = Program(tmp_path_factory.mktemp("brought") / "library")
    made = program.json("sets", "foxes", "--import", foxes, "--no-ocr")
    assert (made["questions"], made["documents"], made["grades"]) == (2, 3, 3)
    assert (made["run"]["indexed"], made["missing"]) == (3, [])
    return program


def test_evaluate__asks_both_stages_and_keeps_what_was_said(brought, tmp_path):
    assert len(brought.json("items", "--collection", "foxes")["items"]) == 3
    found = brought.json("evaluate", "foxes", "--runs", tmp_path / "runs")
    assert [*found["stages"]] == ["recall", "rerank"]
    assert found["missing"] == []
    assert 0 < found["stages"]["recall"]["ndcg@10"]["mean"] <= 1
    assert {path.name for path in (tmp_path / "runs").iterdir()} == {"recall.run", "rerank.run"}
    given = brought.json("evaluate", "foxes", "--run", tmp_path / "runs" / "recall.run")
    assert given["stages"]["given"] == found["stages"]["recall"]
    said = brought.run("evaluate", "foxes", "--stage", "recall", "--questions").stdout.splitlines()
    assert said[0].startswith("recall  ndcg@10")
    assert said[-2].startswith("q1  red fox at a river  recall ndcg@10 ")
    history = brought.json("evaluate", "foxes", "--history")["history"]
    changed = ["reranker", "reranker_fingerprint", "settings"]
    assert [one["changed"] for one in history] == [[], changed]
    svg = tmp_path / "history.svg"
    assert brought.run("evaluate", "foxes", "--history", "--plot", svg).exit_code == 0
    assert svg.read_text().count('class="recall"') == 2


def test_evaluate__a_bound_that_is_missed_ends_with_1(brought, tmp_path):
    (tmp_path / "given.run").write_text(ELSEWHERE)
    measuring = ("evaluate", "foxes", "--run", tmp_path / "given.run")
    assert brought.run(*measuring, "--fail-under", "mrr=0.75").exit_code == 0
    failed = brought.run(*measuring, "--fail-under", "mrr=0.76")
    assert failed.exit_code == 1
    assert "given mrr is 0.7500, below 0.76" in failed.stderr


def test_sets__are_written_as_they_came(brought, foxes, tmp_path):
    assert brought.run("sets", "foxes", "--export", tmp_path / "out").exit_code == 0
    for name in ("corpus.jsonl", "queries.jsonl", "qrels/test.tsv"):
        assert (tmp_path / "out" / name).read_bytes() == (foxes / name).read_bytes()
    training = tmp_path / "train.jsonl"
    done = brought.run("sets", "foxes", "--training", training, "--trainer", "swift")
    assert done.exit_code == 0
    row = json.loads(training.read_text().splitlines()[0])
    assert row["positive_messages"][0][0]["content"].endswith("A red fox runs along the river.")
    bringing = ("sets", "other", "--import", foxes, "--no-index")
    told = brought.in_chinese(*bringing)
    # what is text alone becomes a file only where the set is indexed
    assert told == [
        "other：2 个问题、3 个文档、3 个评分。",
        "测试集中有 2 个文档不在资料库中，例如 fox, cake。",
    ]
    assert brought.run("sets", "other", "--remove").exit_code == 0
    assert [one["set"] for one in brought.json("sets")["sets"]] == ["foxes"]


def test_sets__what_is_wrong_is_said(brought, foxes, tmp_path):
    shutil.copytree(foxes, tmp_path / "bad")
    (tmp_path / "bad" / "qrels" / "test.tsv").write_text(QRELS.replace("fox\t1", "fox\tgood"))
    refused = brought.run("sets", "foxes", "--import", tmp_path / "bad", "--no-ocr")
    assert refused.exit_code == 2
    assert "qrels/test.tsv, line 2, column 3: expected a grade" in refused.stderr
    assert brought.run("evaluate", "none").exit_code == 2
    assert "There is no test set none" in brought.run("evaluate", "none").stderr
    assert brought.run("evaluate", "foxes", "--fail-under", "what@3=1").exit_code == 2
    assert brought.run("sets", "--remove").exit_code == 2


def test_pins__hold_and_break(brought):
    assert brought.run("pins").stderr.startswith("No question is pinned yet")
    found = brought.json("search", "fox", "--collection", "foxes")
    first, last = found["reranked"][0]["item"], found["reranked"][-1]["item"]
    assert brought.run("pins", "--add", "fox", "--item", first, "-k", "1").exit_code == 0
    assert brought.run("pins", "--check").exit_code == 0
    assert brought.run("pins", "--add", "fox", "--item", last, "-k", "1").exit_code == 0
    broken = brought.run("pins", "--check")
    assert broken.exit_code == 1
    assert [line.split()[0] for line in broken.stdout.splitlines()] == ["holds", "broken"]
    assert brought.run("pins", "--remove", "2").exit_code == 0
    assert [one["holds"] for one in brought.json("pins")["pins"]] == [True]
    assert brought.run("pins", "--add", "fox").exit_code == 2
