"""``evaluate --mteb``: what it says, with and without mteb."""

from __future__ import annotations

from pathlib import Path

import pytest

from qwen3vl_app.cli import yardsticks
from qwen3vl_app.evaluation.published import PUBLISHED_MEANS, README, REPORT
from tests.evaluation.mteb_folders import write_task


def test_evaluate__says_which_extra_has_mteb(program, monkeypatch):
    monkeypatch.setattr(yardsticks, "find_spec", lambda _: None)
    result = program.run("evaluate", "--mteb", "SciFact")
    assert result.exit_code == 2
    assert 'pip install ".[evaluation]"' in result.stderr
    assert not program.library.exists()


def test_evaluate__asks_the_network_only_where_it_may(program, monkeypatch):
    monkeypatch.setattr(yardsticks, "find_spec", lambda name: name)
    monkeypatch.setattr(yardsticks, "ASKED_OFFLINE", True)
    result = program.run("evaluate", "--mteb", "SciFact", "--fetch")
    assert result.exit_code == 2
    assert "HF_HUB_OFFLINE" in result.stderr


def test_evaluate__wants_tasks_or_one_set(program):
    assert program.run("evaluate", "--mteb").exit_code == 2
    assert program.run("evaluate").exit_code == 2
    result = program.run("evaluate", "one", "two")
    assert result.exit_code == 2
    assert "sets" in result.stderr


def test_published__has_both_tables_where_they_disagree():
    lines = {(one.benchmark, one.model, one.source): one.points for one in PUBLISHED_MEANS}
    assert len(lines) == len(PUBLISHED_MEANS)
    assert lines["MMEB-V2, retrieval", "reranker-2B", README] == 75.2
    assert lines["MMEB-V2, retrieval", "reranker-2B", REPORT] == 75.1
    assert lines["MMEB-V2, video", "reranker-8B", README] == 61.0
    assert lines["MMEB-V2, video", "reranker-8B", REPORT] == 55.8
    assert lines["ViDoRe v3", "reranker-2B", f"{README} = {REPORT}"] == 60.8


def test_evaluate__measures_a_folder(program, tmp_path: Path, monkeypatch):
    pytest.importorskip("mteb", reason="the extra `evaluation` is not installed")
    monkeypatch.setenv("HF_DATASETS_CACHE", str(tmp_path / "arrow"))
    folder = write_task(
        tmp_path / "boats",
        [{"id": f"d{n}", "text": one} for n, one in enumerate(("a red boat", "a blue boat"))],
        [{"id": "q0", "text": "red"}],
        {"q0": {"d0": 1}},
    )
    result = program.run("evaluate", "--mteb", folder)
    assert result.exit_code == 0, result.stderr
    rows = [line.split() for line in result.stdout.splitlines()[:2]]
    assert [row[0] for row in rows] == ["recall", "rerank"]
    assert [row[3] for row in rows] == ["boats", "boats"]
    assert "2 of 2" in result.stderr
    assert (program.library / "mteb" / "results").is_dir()
    again = program.json("evaluate", "--mteb", folder, "--stage", "recall")
    assert [row["stage"] for row in again["tasks"]] == ["recall"]
    assert len(again["published"]) == len(PUBLISHED_MEANS)
    unknown = program.run("evaluate", "--mteb", "no such task")
    assert unknown.exit_code == 2
