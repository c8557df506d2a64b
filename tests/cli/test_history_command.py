"""``history``: what was asked on the page, listed, saved and deleted."""

from __future__ import annotations

import pytest

from qwen3vl_app.store.library import Library
from qwen3vl_app.types.run import Owner
from tests.store.test_search_runs import asking


@pytest.fixture
def asked(program) -> list[int]:
    """Three searches, the last one by somebody of a shared page."""
    with Library.open(program.library) as library:
        here = [library.runs.add(asking(text)) for text in ("fox", "bear")]
        return [*here, library.runs.add(asking("owl"), owner=Owner("anna"))]


def listed(program, *more: str) -> list[tuple[int, bool, str]]:
    rows = program.json("history", *more)["runs"]
    return [(row["run"], row["pinned"], row["name"]) for row in rows]


def test_history__saves_under_a_name_and_lists_what_is_saved(program, asked):
    fox, bear, owl = asked
    assert program.run("history", "--saved").stderr.startswith("Nothing is saved")
    said = program.run("history", "--pin", str(fox), "--name", "Red animals")
    assert (said.exit_code, said.stdout) == (0, f"Search {fox} is saved.\n")
    assert program.json("history", "--pin", str(bear)) == {"saved": bear}
    assert listed(program, "--saved") == [(bear, True, ""), (fox, True, "Red animals")]
    columns = program.run("history", "--saved").stdout.splitlines()[1].split("  ")
    assert {"saved", "Red animals", "fox"} < {*columns}
    assert program.json("history", "--unpin", str(bear)) == {"unsaved": bear}
    assert listed(program) == [(owl, False, ""), (bear, False, ""), (fox, True, "Red animals")]


def test_history__removes_one_and_clears_what_is_not_saved(program, asked):
    fox, bear, owl = asked
    assert program.json("history", "--remove", str(bear)) == {"removed": bear}
    program.run("history", "--pin", str(owl))
    assert program.json("history", "--clear") == {"deleted": 1}
    assert listed(program) == [(owl, True, "")]
    assert program.json("history", "--remove", str(owl)) == {"removed": owl}
    assert program.run("history", "--remove", str(fox)).stderr.startswith(
        f"error: The history has no search {fox}"
    )


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--name", "x"), "--name says what to call"),
        (("--name", "x", "--unpin", "1"), "--name says what to call"),
        (("--pin", "1", "--clear"), "Give one of"),
        (("--pin", "1", "--remove", "1"), "Give one of"),
        (("--pin", "99"), "no search 99"),
    ],
)
def test_history__what_cannot_be_meant_is_refused(program, asked, options, sentence):
    result = program.run("history", *options)
    assert (result.exit_code, result.stdout) == (2, "")
    assert sentence in result.stderr
    assert len(listed(program)) == len(asked)


def test_history__speaks_chinese(program, asked):
    fox = str(asked[0])
    assert program.in_chinese("history", "--pin", fox) == [f"已保存搜索 {fox}。"]
    assert program.in_chinese("history", "--unpin", fox) == [f"搜索 {fox} 不再保存。"]
    assert program.in_chinese("history", "--remove", fox) == [f"已删除搜索 {fox}。"]
