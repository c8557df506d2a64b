"""Patterns in ``.searchignore`` files and in the library's list."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from qwen3vl_app.errors import UsageError
from qwen3vl_app.media.scan import IgnoredPath, left_alone, scan
from qwen3vl_app.types import FileStamp


def lay_out(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")


def say(folder: Path, *lines: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ".searchignore").write_text("\n".join(lines))


def taken(root: Path, *ignore: str) -> list[str]:
    found = scan([root], ignore=ignore)
    return [str(f.path.relative_to(root)) for f in found if isinstance(f, FileStamp)]


def ignored(root: Path, *ignore: str) -> dict[str, str]:
    found = scan([root], ignore=ignore)
    return {
        str(f.path.relative_to(root)): str(f.reason) for f in found if isinstance(f, IgnoredPath)
    }


def test_scan__patterns_of_the_folder_and_its_parents(tmp_path):
    lay_out(tmp_path, "a.txt", "b.md", "in/a.txt", "in/b.md", "in/deep/c.txt")
    say(tmp_path, "# notes", "", "*.md")
    say(tmp_path / "in", "c.txt", "!b.md")
    assert taken(tmp_path) == ["a.txt", "in/a.txt", "in/b.md"]
    assert taken(tmp_path / "in") == ["a.txt", "b.md"]
    assert taken(tmp_path / "in" / "deep") == []


def test_scan__a_folder_left_out_is_one_line(tmp_path):
    lay_out(tmp_path, "drafts/a.txt", "drafts/b.txt", "in/drafts/c.txt", "drafts.txt")
    say(tmp_path, "drafts/")
    reason = f'Left out by "drafts/" in {tmp_path}/.searchignore.'
    assert ignored(tmp_path) == {"drafts": reason, "in/drafts": reason}
    assert taken(tmp_path) == ["drafts.txt"]


def test_scan__patterns_of_the_library(tmp_path):
    lay_out(tmp_path, "a.txt", "in/a.txt", "in/b.txt")
    assert ignored(tmp_path, "/a.txt", "b.*") == {
        "a.txt": 'Left out by "/a.txt" in the library\'s list.',
        "in/b.txt": 'Left out by "b.*" in the library\'s list.',
    }


def test_scan__a_file_of_patterns_decides_before_the_library(tmp_path):
    lay_out(tmp_path, "a.txt", "in/a.txt")
    say(tmp_path / "in", "!a.txt")
    assert taken(tmp_path, "*.txt") == ["in/a.txt"]


def test_scan__a_pattern_that_means_nothing(tmp_path):
    lay_out(tmp_path, "a.txt")
    with pytest.raises(UsageError, match=r'"!" is no pattern'):
        scan([tmp_path], ignore=["!"])
    say(tmp_path, "!", "a.txt")
    assert taken(tmp_path) == []


@pytest.mark.parametrize("make", [os.mkfifo, Path.mkdir, lambda path: path.symlink_to("/etc")])
def test_scan__what_only_has_the_name_leaves_nothing_out(tmp_path, make):
    lay_out(tmp_path, "a.txt")
    make(tmp_path / ".searchignore")
    assert taken(tmp_path) == ["a.txt"]


def test_scan__bytes_that_are_no_text(tmp_path):
    lay_out(tmp_path, "a.txt", "b.txt")
    (tmp_path / ".searchignore").write_bytes(b"\xff\xfe\x00\nb.txt\r\n")
    assert taken(tmp_path) == ["a.txt"]


@pytest.fixture
def deep(tmp_path) -> Iterator[Path]:
    """A tree too deep for anything that calls itself for every folder."""
    top = tmp_path / "top"
    bottom = Path("d/" * 900)
    (top / bottom).mkdir(parents=True)
    (top / bottom / "a.txt").touch()
    top.rename(tmp_path / "d")
    (tmp_path / "top" / bottom).mkdir(parents=True)
    (tmp_path / "d").rename(top / bottom / "d")
    yield top
    subprocess.run(["rm", "-r", top], check=True)  # noqa: S607  # pytest's own way is too deep


def test_scan__a_tree_too_deep_for_recursion(deep):
    assert len(taken(deep)) == 1


def test_scan__passes_over_one_folder(tmp_path):
    lay_out(tmp_path, "a.txt", "library/a.txt")
    found = [f.path.name for f in scan([tmp_path], without=tmp_path / "library")]
    assert found == ["a.txt"]


@pytest.mark.parametrize(
    ("path", "alone"),
    [
        ("in/a.txt", False),
        ("in/.a.txt", True),
        (".in/a.txt", True),
        ("@eaDir/a.jpg", True),
        ("drafts/deep/a.txt", True),
        ("in/new.tmp", True),
        ("gone/a.txt", False),
    ],
)
def test_left_alone__as_a_scan_would(tmp_path, path, alone):
    lay_out(tmp_path, "in/a.txt", "in/.a.txt", ".in/a.txt", "@eaDir/a.jpg", "drafts/deep/a.txt")
    say(tmp_path, "drafts/")
    assert left_alone(tmp_path / path, tmp_path, ignore=["*.tmp"]) is alone
