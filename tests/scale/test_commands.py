"""``--ray`` on the command line: what is said without Ray, and both commands with it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.cli.conftest import Program
from tests.drawn import draw_folder

ROOT = Path(__file__).parents[2]


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path / "library")


def test_imports__nothing_of_ray_without_being_asked():
    code = (
        "import sys, qwen3vl_app.cli.main, qwen3vl_app.services, qwen3vl_app.bench.scale\n"
        "import qwen3vl_app.cli.library, qwen3vl_app.cli.evaluate, qwen3vl_app.scale.far_models\n"
        "assert not {'ray', 'pymilvus'} & {*sys.modules}, sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, timeout=120)


@pytest.mark.parametrize("command", [("index", "--sample"), ("evaluate", "none")])
@pytest.mark.parametrize("option", [("--workers", "2"), ("--gpus-per-worker", "0.5")])
def test_options__go_with_ray(program, command, option):
    refused = program.run(*command, *option)
    assert refused.exit_code == 2
    assert "go with --ray" in refused.stderr
    assert not program.library.exists()


@pytest.mark.parametrize("command", [("index", "--sample"), ("evaluate", "none")])
def test_options__where_ray_is_not_installed(program, command, monkeypatch):
    monkeypatch.setattr("qwen3vl_app.scale.ray_workers.find_spec", lambda _: None)
    refused = program.run(*command, "--ray", "auto")
    assert refused.exit_code == 2
    assert 'pip install ".[ray]"' in refused.stderr
    assert not program.library.exists()
    assert "没有安装 Ray" in program.run(*command, "--ray", "auto", "--lang", "zh").stderr


def test_options__tasks_of_mteb_are_measured_here(program, monkeypatch):
    monkeypatch.setattr("qwen3vl_app.scale.ray_workers.find_spec", lambda _: True)
    refused = program.run("evaluate", "--mteb", "none", "--ray", "auto")
    assert refused.exit_code == 2
    assert "leave out --ray" in refused.stderr


@pytest.mark.skipif(find_spec("ray") is None, reason="Ray is not installed (the extra ray)")
@pytest.mark.skipif("PYTEST_XDIST_WORKER" in os.environ, reason="Starts Ray twice; run it alone")
@pytest.mark.filterwarnings("ignore")
def test_index_and_evaluate__give_the_same_by_workers(program, tmp_path):
    folder = draw_folder(tmp_path / "things")
    by_workers = ("--ray", "local", "--workers", "2", "--threads", "1")
    made = program.json("index", folder, "--no-ocr", *by_workers)
    assert (made["indexed"], made["failed"]) == (5, 1)
    other = Program(tmp_path / "other")
    assert other.json("index", folder, "--no-ocr")["items"] == made["items"]
    spaces = [one.json("status")["spaces"] for one in (program, other)]
    assert [(one["fingerprint"], one["items"]) for one in spaces[0]] == [
        (one["fingerprint"], one["items"]) for one in spaces[1]
    ]
    program.json("sets", "discs", "--import", written_set(tmp_path / "set", folder), "--no-ocr")
    ours = program.json("evaluate", "discs")
    theirs = program.json("evaluate", "discs", *by_workers)
    assert [one["id"] for one in theirs["questions"]] == [one["id"] for one in ours["questions"]]
    for stage in ("recall", "rerank"):
        for name, found in ours["stages"][stage].items():
            assert theirs["stages"][stage][name]["mean"] == pytest.approx(found["mean"], abs=1e-6)
    history = program.json("evaluate", "discs", "--history")["history"]
    assert [one["changed"] for one in history] == [[], []]  # nothing that an answer depends on


def written_set(made: Path, folder: Path) -> Path:
    """A folder of BEIR with a picture, and more questions than are asked at a time."""
    corpus = [
        {"_id": "red", "image": str(folder / "red disc.png")},
        {"_id": "rain", "title": "Rain", "text": "It rained all day long in the valley."},
    ]
    queries = [{"_id": f"q{n}", "text": f"a red disc, {n} of them"} for n in range(12)]
    grades = "".join(f"q{n}\tred\t1\n" for n in range(12))
    (made / "qrels").mkdir(parents=True)
    for name, rows in (("corpus", corpus), ("queries", queries)):
        lines = "".join(f"{json.dumps(row)}\n" for row in rows)
        (made / f"{name}.jsonl").write_text(lines, encoding="utf-8")
    (made / "qrels" / "test.tsv").write_text(f"query-id\tcorpus-id\tscore\n{grades}")
    return made
