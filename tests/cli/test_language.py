from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from qwen3vl_app.cli.found import say_found
from qwen3vl_app.cli.language import language_of
from qwen3vl_app.cli.main import main
from qwen3vl_app.types import LeftOut, Score, SearchStage, SearchUpdate
from tests.cli.conftest import Program
from tests.drawn import draw_picture
from tests.search.test_ranking import hit
from tests.store.test_old_sentences import BEFORE


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LC_ALL": "", "LC_MESSAGES": "zh_TW", "LANG": "en_US"}, "zh"),
        ({"LC_ALL": "C", "LANG": "zh_CN"}, "en"),
    ],
)
def test_language_of__the_first_variable_that_is_set(environment, expected):
    assert language_of(environment) == expected


@pytest.fixture
def before(tmp_path: Path) -> str:
    (tmp_path / "library.db").write_bytes((BEFORE / "library.db").read_bytes())
    made = CliRunner().invoke(main, ["--library", str(tmp_path), "ignore", "*.bak"])
    assert made.exit_code == 0, made.output  # written to once, so brought up to date
    return str(tmp_path)


@pytest.mark.parametrize(
    ("given", "environment", "expected"),
    [
        (["status", "--failures"], {"LANG": "C"}, "The file is empty (0 bytes)."),
        (["--lang", "zh", "status", "--failures"], {"LANG": "C"}, "文件是空的（0 字节）。"),
        (["status", "--failures", "--lang", "zh"], {"LANG": "C"}, "文件是空的（0 字节）。"),
        (["status", "--failures"], {"LC_ALL": "zh_CN.UTF-8"}, "文件是空的（0 字节）。"),
        (["--lang", "zh", "status", "--failures", "--lang", "en"], {}, "The file is empty"),
        (["status", "--failures", "--json"], {"LC_ALL": "zh_CN.UTF-8"}, "The file is empty"),
    ],
)
def test_status__says_reasons_in_the_language(before, given, environment, expected):
    environment = {"LC_ALL": "", "LC_MESSAGES": "", **environment}
    done = CliRunner().invoke(main, ["--library", before, *given], env=environment)
    assert done.exit_code == 0, done.output
    assert expected in done.output


def test_errors__are_said_in_the_language(before):
    given = ["--lang", "zh", "--library", before, "ignore", "a" * 1001]
    done = CliRunner().invoke(main, given)
    assert done.exit_code == 2
    assert done.output.startswith("错误：")
    assert "有 1001 个字符，超过一条规则 1000 个字符的上限" in done.output


def test_search__is_said_in_the_language(indexed: Program):
    heading, row, summary = indexed.in_chinese("search", "--words", "only", "fox")
    assert heading.split() == ["名次", "召回", "词语", "相关度", "相似度", "种类", "位置", "文件"]
    assert row.split()[:6] == ["1", "1", "1", "–", "–", "文本"]
    assert "第 1–3 行" in row
    assert summary == "显示 1 个；1 个包含这些词语。"
    hidden = indexed.in_chinese("search", "--words", "only", "fox", "--kind", "picture")
    assert hidden[-1] == "显示 0 个；0 个包含这些词语；另有 1 个被筛选隐藏。"
    assert indexed.in_chinese("search", "--kind", "page", "-k", "1")[-1] == (
        "2 个条目符合筛选条件；显示最新的 1 个。"
    )
    assert (
        "找到它的查询" in indexed.in_chinese("search", "fox", "--also", "report", "--no-rerank")[0]
    )
    pages = "".join(indexed.in_chinese("search", "report", "--kind", "page", "--no-rerank"))
    assert ("第 1 页" in pages, "第 2 页" in pages, "page" in pages) == (True, True, False)


RANKED = hit(1, rank=1, score=Score(relevance=0.2, logit=-1.4))


@pytest.mark.parametrize(
    ("one", "left", "expected"),
    [
        (hit(1), LeftOut(shown=1, above=0, hidden=0), "（召回：没有突出的结果）"),
        (RANKED, LeftOut(shown=1, above=0, hidden=0), "（重排：没有相关度超过一半的结果）"),
        (hit(1), LeftOut(shown=1, above=0, hidden=0, uniform=True), "请看顺序，不要看数值"),
    ],
)
def test_say_found__doubts_in_the_language(monkeypatch, capsys, one, left, expected):
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    say_found(SearchUpdate(stage=SearchStage.DONE, hits=(one,), left_out=left), 5)
    doubt, summary = capsys.readouterr().err.splitlines()
    assert expected in doubt
    assert summary == "显示 1 个；0 个包含这些词语。"


def test_say_found__nothing_and_what_is_hidden_in_the_language(monkeypatch, capsys):
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    left = LeftOut(shown=0, above=12, hidden=1, level=0.25, more=True)
    say_found(SearchUpdate(stage=SearchStage.DONE, hits=(), left_out=left), 5)
    assert capsys.readouterr().err.splitlines() == [
        "没有找到内容。请先索引一些文件，或在更多种类中搜索。",
        "显示 0 个；12+ 个突出，相似度高于 0.25；另有 1+ 个被筛选隐藏。",
    ]


def test_commands__sum_up_in_the_language(program: Program, tmp_path: Path):
    inside = tmp_path / "inside"
    inside.mkdir()
    one, two = (draw_picture(inside / f"{name}.png", name) for name in ("green", "blue"))
    (inside / "empty.png").touch()
    assert "还没有资料库；请先索引一些文件。" in program.in_chinese("doctor")
    run, added, failed = program.in_chinese("index", inside, "--collection", "things")
    assert run == "3 个文件：已索引 2，失败 1。"
    assert re.fullmatch(r"用 [\d.]+ 秒添加了 2 个条目。", added)
    assert failed == f"失败：{inside / 'empty.png'}：文件是空的（0 字节）。"
    assert program.in_chinese("folders") == [f"{inside}  合集 things"]
    assert program.in_chinese("duplicates") == ["没有几乎相同的图片。"]
    assert program.in_chinese("history") == ["还没有搜索过，或者历史已清空。"]
    assert program.in_chinese("history", "--clear") == ["已删除 0 次搜索。"]
    assert program.in_chinese("items", "--kind", "video") == ["没有条目。"]
    assert program.in_chinese("removed") == ["没有移除的内容。"]
    ids = [str(row["item"]) for row in program.json("items")["items"]]
    assert program.in_chinese("tag", "best", *ids, "999") == [
        "资料库中没有条目 999。",
        "已更改 2 个条目。",
    ]
    assert program.in_chinese("forget", one) == [
        "已移除 1 个文件。",
        "文件夹中的文件仍在原处。",
        "撤销：removed --restore PATH",
    ]
    assert "已恢复 1 项。" in program.in_chinese("removed", "--restore", one)
    program.in_chinese("forget", two)
    assert program.in_chinese("removed", "--empty")[0] == "已永久删除 1 项。"
    assert program.in_chinese("doctor")[-1].startswith(("一切正常。", "问题："))
