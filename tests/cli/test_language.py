from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from qwen3vl_app.cli.language import language_of
from qwen3vl_app.cli.main import main
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
    assert "有 1001 个字符，超过一条规则 1000 个字符的上限" in done.output
