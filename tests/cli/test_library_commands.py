from __future__ import annotations

import shutil
import signal
import time
from pathlib import Path

import pytest

from tests.drawn import draw_picture


def test_index__outcomes_add_up_to_the_files_seen(program, folder):
    summary = program.json("index", folder)
    outcomes = ("indexed", "unchanged", "duplicate", "skipped", "failed")
    assert summary["files"] == sum(summary[name] for name in outcomes) == 6
    assert (summary["indexed"], summary["failed"]) == (5, 1)
    assert summary["items"] == 2 + 2 + 1 + 1 + 3  # pictures, pages, passage, clip, its moments


def test_index__again_only_tries_what_failed(program, folder):
    program.json("index", folder)
    again = program.json("index", folder)
    assert (again["unchanged"], again["failed"], again["items"]) == (5, 1, 0)


def test_index__a_copy_is_a_duplicate(program, tmp_path):
    first = draw_picture(tmp_path / "a.png", "green")
    shutil.copy(first, tmp_path / "b.png")
    summary = program.json("index", tmp_path / "a.png", tmp_path / "b.png")
    assert (summary["indexed"], summary["duplicate"], summary["items"]) == (1, 1, 1)


def test_index__changes_nothing_of_the_folder(program, folder):
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    program.json("index", folder)
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def test_index__without_anything_to_do_is_a_usage_error(program):
    result = program.run("index")
    assert result.exit_code == 2
    assert "--sample" in result.stderr


def test_index__a_path_that_is_not_there(program, tmp_path):
    result = program.run("index", tmp_path / "nowhere")
    assert result.exit_code == 2
    assert "nowhere" in result.stderr
    assert result.stdout == ""


def test_index__killed_and_run_again_has_everything_once(program, tmp_path):
    many = tmp_path / "many"
    many.mkdir()
    for number in range(120):
        draw_picture(many / f"{number}.png", f"rgb({number * 2}, {255 - number}, 90)")
    running = program.start("index", many)
    try:
        _wait_for_some_items(program, at_least=16)
        assert running.poll() is None, "it was over before it could be killed"
        running.send_signal(signal.SIGKILL)
    finally:
        running.kill()
        running.wait()
    left = program.json("status")
    assert 0 < left["items"]["picture"] < 120
    program.json("index", many)
    after = program.json("status")
    assert after["items"]["picture"] == after["files"]["indexed"] == 120
    assert program.json("doctor")["findings"] == []


def _wait_for_some_items(program, *, at_least: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if (program.library / "library.db").exists():
            result = program.run("status", "--json")
            if result.exit_code == 0 and program.json("status")["items"]["picture"] >= at_least:
                return
        time.sleep(0.05)
    pytest.fail("nothing was indexed within a minute")


def test_status__has_counts_spaces_and_models(indexed):
    found = indexed.json("status")
    assert found["files"]["indexed"] == 5
    assert found["items"]["page"] == 2
    assert found["spaces"][0]["items"] == sum(found["items"].values())
    assert found["indexing"]["pending"] == 0
    assert "failures" not in found


def test_status__failures_say_why_and_when(indexed):
    (failure,) = indexed.json("status", "--failures")["failures"]
    assert Path(failure["path"]).name == "broken.png"
    assert failure["reason"]
    assert failure["when"].startswith("20")


def test_status__no_library(program):
    result = program.run("status")
    assert result.exit_code == 2
    assert "no library" in result.stderr


def test_doctor__a_missing_file_is_found(program, tmp_path):
    picture = draw_picture(tmp_path / "gone.png", "green")
    program.json("index", picture)
    picture.unlink()
    result = program.run("doctor")
    assert result.exit_code == 1
    assert "gone.png" in result.stdout


def test_doctor__names_versions_device_and_models(indexed):
    found = indexed.json("doctor")
    assert found["versions"]["torch"].startswith("2.13")
    assert found["device"].startswith("cpu, float32")
    assert "hf download Qwen/Qwen3-VL-Reranker-2B" in found["models"]["reranker 2b"]
    assert found["findings"] == []
