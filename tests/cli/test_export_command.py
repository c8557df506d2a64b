"""``export``: a search of the page as one file to take along."""

from __future__ import annotations

import pytest

from qwen3vl_app.store.library import Library
from tests.store.test_search_runs import asking


@pytest.fixture
def fox(program) -> int:
    with Library.open(program.library) as library:
        library.runs.add(asking("bear"))
        return library.runs.add(asking("fox"))


def test_export__lists_writes_and_overwrites_nothing(program, fox, tmp_path):
    listed = program.run("export").stdout.splitlines()
    assert listed[0].startswith(f"{fox}  ")
    assert len(listed) == 2
    assert program.json("export", "last")["run"]["id"] == fox
    out = tmp_path / "fox.html"
    said = program.run("export", str(fox), "--out", out)
    assert said.stdout.startswith(f"Search {fox} is written to {out} (0.")
    page = out.read_bytes()
    assert page.startswith(b"<!doctype html>")
    again = program.run("export", "last", "--out", out)
    assert (again.exit_code, out.read_bytes()) == (2, page)
    assert "is there already" in again.stderr
    assert program.run("export", "last", "--out", "-").stdout_bytes.startswith(b"<!doctype")
    missing = program.run("export", "last", "--out", tmp_path / "none" / "x.html")
    assert (missing.exit_code, "No such file" in missing.stderr) == (2, True)


@pytest.mark.parametrize("run", ["99", "first", "１"])
def test_export__of_no_search_is_refused(program, fox, run):
    said = program.run("export", run)
    assert (said.exit_code, said.stdout) == (2, "")
    assert f"has no search {run}" in said.stderr
