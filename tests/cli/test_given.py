"""What no command can mean is refused where it is given."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from qwen3vl_app.cli.main import main


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["forget", ""], "the path is empty"),
        (["index", ""], "the path is empty"),
        (["--library", "", "status"], "the path is empty"),
        (["show", "1", "--out", ""], "the path is empty"),
        (["search", "fox", "--like", str(10**20)], "too large"),
        (["search", "fox", "--max-bytes", str(10**20)], "too large"),
        (["show", str(10**20)], "too large"),
        (["tag", "x", str(10**20)], "too large"),
        (["search", "fox", "--reader-memory", "nan"], "no number"),
        (["search", "fox", "--unload-after", "inf"], "no number"),
        (["search", "fox", "--max-seconds", "inf"], "no number"),
        (["duplicates", "--limit", "0"], "0 is not in the range"),
    ],
    ids=str,
)
def test_command__what_it_cannot_mean_is_a_usage_error(words, said):
    done = CliRunner().invoke(main, words)
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
def test_program__an_answer_that_cannot_be_written(indexed):
    command = [sys.executable, "-m", "qwen3vl_app", *indexed.arguments("items", "--json")]
    with open("/dev/full", "wb") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    said = "error: The answer cannot be written where it goes: No space left on device.\n"
    assert (done.returncode, done.stderr) == (1, said)


def test_program__signs_that_the_encoding_of_a_pipe_lacks(indexed):
    command = indexed.arguments("search", "things", "--words", "only", "-k", "1")
    done = subprocess.run(
        [sys.executable, "-m", "qwen3vl_app", *command],
        env=os.environ | {"PYTHONIOENCODING": "latin-1"}, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert b"\\u2013" in done.stdout  # a dash for what was not scored


def test_map__of_a_collection_that_is_not_there(indexed):
    done = indexed.run("map", "--collection", "none")
    assert done.exit_code == 2
    assert "There is no collection none" in done.stderr


def test_search__an_empty_name_filters_nothing_as_in_a_file(indexed):
    every = indexed.json("items", "--collection", "", "--tag", "")["items"]
    assert every == indexed.json("items")["items"] != []
