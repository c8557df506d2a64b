"""Temporary folders: one for each program, and none left for ever."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from qwen3vl_app.scratch import PREFIX, Scratch

KEEP_OPEN = """
import sys, time
from pathlib import Path
from qwen3vl_app.scratch import Scratch
scratch = Scratch(Path(sys.argv[1]))
(scratch.path / "query-files").mkdir()
print(scratch.path, flush=True)
time.sleep(600)
"""


@pytest.fixture
def other(tmp_path):
    """Another program that has a folder, and where that is."""
    command = [sys.executable, "-c", KEEP_OPEN, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        yield process, Path(process.stdout.readline().strip())
        process.kill()


def test_scratch__is_private_and_goes_with_its_program(tmp_path):
    scratch = Scratch(tmp_path)
    assert scratch.path.parent == tmp_path
    assert scratch.path.stat().st_mode & 0o077 == 0
    (scratch.path / "query-files").mkdir()
    for _ in range(2):
        scratch.close()
        assert list(tmp_path.iterdir()) == []


def test_scratch__leaves_what_a_running_program_holds(tmp_path, other):
    process, path = other
    for _ in range(2):
        Scratch(tmp_path).close()
    assert process.poll() is None
    assert (path / "query-files").is_dir()


def test_scratch__takes_away_what_a_killed_program_left(tmp_path, other):
    process, path = other
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert path.is_dir()
    Scratch(tmp_path).close()
    assert list(tmp_path.iterdir()) == []


def _without_a_lock(tmp_path):
    (tmp_path / f"{PREFIX}aaaaaaaa").mkdir(mode=0o700)


def _of_another_name(tmp_path):
    (tmp_path / "qwen3vl-notes").mkdir(mode=0o700)
    (tmp_path / "qwen3vl-notes" / "in-use.lock").touch()


def _open_to_others(tmp_path):
    (tmp_path / f"{PREFIX}bbbbbbbb").mkdir()
    (tmp_path / f"{PREFIX}bbbbbbbb").chmod(0o777)
    (tmp_path / f"{PREFIX}bbbbbbbb" / "in-use.lock").touch()


def _a_link(tmp_path):
    (tmp_path / "mine").mkdir(mode=0o700)
    (tmp_path / "mine" / "in-use.lock").touch()
    (tmp_path / f"{PREFIX}cccccccc").symlink_to("mine")


def _a_pipe_as_lock(tmp_path):
    (tmp_path / f"{PREFIX}dddddddd").mkdir(mode=0o700)
    os.mkfifo(tmp_path / f"{PREFIX}dddddddd" / "in-use.lock")


@pytest.mark.parametrize(
    "make", [_without_a_lock, _of_another_name, _open_to_others, _a_link, _a_pipe_as_lock]
)
def test_scratch__leaves_what_is_not_its_own(tmp_path, make):
    make(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    Scratch(tmp_path).close()
    assert sorted(tmp_path.rglob("*")) == before
