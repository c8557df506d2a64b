"""A folder that a browser offers is treated as the same folder by path."""

from __future__ import annotations

from pathlib import Path

import pytest

from qwen3vl_app.media.ignore import IGNORE_FILE
from qwen3vl_app.media.offered import reasons_to_leave
from qwen3vl_app.media.scan import HIDDEN, OF_THE_SYSTEM, scan
from qwen3vl_app.types import FileStamp

NAMES = (
    *("a.txt", "b.md", ".env", ".git/config", ".git/objects/aa/bb.txt", "photo.JPG", "tool.exe"),
    *("README", "@eaDir/thumb.jpg", "in/a.txt", "in/b.md", "in/keep.md", "in/deep/c.txt"),
    *("in/.cache/d.txt", "drafts/a.txt", "drafts/b.txt", "other/drafts/c.txt", "archive.tar.gz"),
    *("v1.2/notes.v3.txt", "..a.txt", "in/own/x.txt", "in/own/y.txt", "\u732b/\u72d0.png"),
)
LISTS = {
    "": "# comment\n\n*.md\n/drafts/\n",
    "in": "!keep.md\ndeep/\n",
    "in/own": "\ufeff*.txt\r\n!y.txt\r\n!\r\n",
    ".git": "!*\n",
}
OWN = ("*.tar.gz", "other/")


def lay_out(root: Path) -> None:
    for name in NAMES:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    for folder, text in LISTS.items():
        (root / folder / IGNORE_FILE).write_text(text, newline="")


def offered(root: Path, **options: bool) -> set[str]:
    """The names of all that is in a folder, as a browser gives them, less what is left out."""
    files = [path for path in root.rglob("*") if path.is_file()]
    names = [path.relative_to(root.parent).as_posix() for path in files]
    lists = {
        name: path.read_bytes().decode()
        for name, path in zip(names, files, strict=True)
        if path.name == IGNORE_FILE
    }
    reasons = reasons_to_leave(names, lists, ignore=OWN, **options)
    return {name for name, reason in zip(names, reasons, strict=True) if reason is None}


@pytest.mark.parametrize("name", ["files", ".hidden"])
def test_reasons_to_leave__are_those_of_a_scan_of_the_same_folder(tmp_path, name):
    root = tmp_path / name
    lay_out(root)
    found = scan([root], ignore=OWN)
    taken = {one.path for one in found if isinstance(one, FileStamp)}
    assert offered(root) == {path.relative_to(tmp_path).as_posix() for path in taken}
    assert f"{name}/in/keep.md" in offered(root)
    assert f"{name}/in/own/y.txt" in offered(root)


def test_reasons_to_leave__say_what_a_scan_says(tmp_path):
    root = tmp_path / "files"
    lay_out(root)
    names = [f"files/{name}" for name in (".env", "@eaDir/", "tool.exe", "b.md", "archive.tar.gz")]
    lists = {f"files/{IGNORE_FILE}": LISTS[""]}
    where = f"files/{IGNORE_FILE}"
    assert [str(reason) for reason in reasons_to_leave(names, lists, ignore=OWN)] == [
        str(HIDDEN),
        str(OF_THE_SYSTEM),
        "Files of the type .exe cannot be searched.",
        f'Left out by "*.md" in {where}.',
        'Left out by "*.tar.gz" in the library\'s list.',
    ]


def test_reasons_to_leave__links_count_as_what_the_browser_gives(tmp_path):
    """It follows links to files; a scan takes them under their own names as well."""
    root = tmp_path / "files"
    lay_out(root)
    (root / "link.txt").symlink_to(root / ".git" / "config")
    taken = {one.path for one in scan([root], ignore=OWN) if isinstance(one, FileStamp)}
    assert root / "link.txt" in taken
    assert "files/link.txt" in offered(root)


@pytest.mark.parametrize(
    ("name", "taken"),
    [(".notes.txt", True), ("notes.txt", True), (".env", False), ("a/.b.txt", False), ("", False)],
)
def test_reasons_to_leave__what_was_chosen_by_itself_may_be_hidden(name, taken):
    (reason,) = reasons_to_leave([name], {})
    assert (reason is None) is taken


def test_reasons_to_leave__kinds_can_be_left_to_the_reader():
    assert reasons_to_leave(["a/b.xyz", "a/.b"], {}, kinds=False) == [None, HIDDEN]
