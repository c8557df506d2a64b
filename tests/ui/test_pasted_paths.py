"""A path is understood as people paste it, and what cannot be added is one sentence."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote

import pytest

from qwen3vl_app.errors import UsageError
from qwen3vl_app.ui.pasted_paths import path_on_this_computer


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def photos(home: Path) -> Path:
    folder = home / "My Photos, 100% 旅行"
    folder.mkdir()
    return folder


@pytest.mark.parametrize(
    "form",
    [
        "{path}", "{path}/", "  {path}  ", "{path}\n", "\t{path}\r\n", '"{path}"', "'{path}'",
        '" {path} "', "“{path}”", "«{path}»", "`{path}`", "'\"{path}\"'", '"{path}', "{path}'",
        "file://{address}", "FILE://{address}", "file://localhost{address}", "file:{address}",
        '"file://{address}"', "file://{path}", "  file://{address}\n", "{escaped}", '"{escaped}"',
        "~/{name}", '"~/{name}"', "  '~/{name}/'  ",
    ],
)  # fmt: skip
def test_path__as_it_is_pasted(photos: Path, form: str) -> None:
    escaped = str(photos).replace(" ", "\\ ").replace(",", "\\,")
    text = form.format(path=photos, address=quote(str(photos)), escaped=escaped, name=photos.name)
    assert path_on_this_computer(text) == photos


@pytest.mark.parametrize(
    "name",
    ["'quoted'", '"twice"', "ends with space ", "100%25.txt", "back\\slash.txt", "it's", "«a».md"],
)
def test_path__a_name_that_is_there_is_taken_as_it_stands(home: Path, name: str) -> None:
    path = home / name
    path.mkdir() if not path.suffix else path.write_text("x")
    assert path_on_this_computer(str(path)) == path


def test_path__a_file_may_be_named_too(home: Path) -> None:
    file = home / "note.txt"
    file.write_text("x")
    assert path_on_this_computer(f'"{file}"') == file


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "path.none"), (" \n", "path.none"), ('""', "path.none"), ("' '", "path.none"),
        ("file://", "path.none"), ("photos", "path.relative"), ("./photos", "path.relative"),
        ("C:\\Users\\me", "path.relative"), ("/nowhere/at all", "path.absent"),
        ("file:///nowhere%20at", "path.absent"), ("~/nowhere", "path.absent"),
        ("file://server/share", "path.host"), ("~nosuchuser/x", "path.user"),
        ("/a\0b", "path.unusable"), ("file://[", "path.relative"),
    ],
)  # fmt: skip
def test_path__what_cannot_be_is_one_sentence(home: Path, text: str, code: str) -> None:
    with pytest.raises(UsageError) as refused:
        path_on_this_computer(text)
    assert refused.value.code == code
    assert str(refused.value).count("\n") == 0


def test_path__a_file_that_cannot_be_searched_is_one_sentence(home: Path) -> None:
    tool, pipe = home / "tool.exe", home / "pipe.txt"
    tool.write_bytes(b"x")
    os.mkfifo(pipe)
    with pytest.raises(UsageError, match=r"tool.exe is not added: Files of the type .exe cannot"):
        path_on_this_computer(str(tool))
    with pytest.raises(UsageError, match=r"pipe.txt is not added: Not a regular file\."):
        path_on_this_computer(str(pipe))
