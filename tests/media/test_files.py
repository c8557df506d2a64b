from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from qwen3vl_app.errors import UnreadableMediaError
from qwen3vl_app.media.file_types import FileType
from qwen3vl_app.media.files import content_hash, inspect_file, os_reason
from qwen3vl_app.settings import Limits


def test_content_hash__is_blake2b_of_the_bytes(tmp_path):
    data = os.urandom(3 * 2**20 + 17)
    path = tmp_path / "a.bin"
    path.write_bytes(data)
    assert content_hash(path) == hashlib.blake2b(data, digest_size=16).hexdigest()


def test_inspect_file__text(tmp_path, limits):
    path = tmp_path / "a.txt"
    path.write_text("hello")
    assert inspect_file(path, limits) is FileType.TEXT


def test_inspect_file__a_name_that_no_file_has(limits):
    with pytest.raises(UnreadableMediaError, match="no path"):
        inspect_file(Path("a\0b.jpg"), limits)


def test_inspect_file__empty(tmp_path, limits):
    path = tmp_path / "a.jpg"
    path.touch()
    with pytest.raises(UnreadableMediaError, match=r"^a\.jpg: The file is empty \(0 bytes\)\.$"):
        inspect_file(path, limits)


def test_inspect_file__gone(tmp_path, limits):
    with pytest.raises(UnreadableMediaError, match="no longer there; check the path"):
        inspect_file(tmp_path / "a.jpg", limits)


def test_inspect_file__folder_and_fifo(tmp_path, limits):
    os.mkfifo(tmp_path / "a.txt")
    for path in (tmp_path, tmp_path / "a.txt"):
        with pytest.raises(UnreadableMediaError, match="not a regular file"):
            inspect_file(path, limits)


def test_inspect_file__endless_pseudo_file(limits):
    with pytest.raises(UnreadableMediaError, match="not a regular file"):
        inspect_file(Path("/dev/zero"), limits)


def test_inspect_file__sparse_ten_gigabytes_of_nothing(tmp_path):
    for name, expected in [("a.mp4", "no video"), ("a.txt", "over the limit of 20 MiB")]:
        path = tmp_path / name
        with path.open("wb") as file:
            file.truncate(10 * 2**30)
        with pytest.raises(UnreadableMediaError, match=expected):
            inspect_file(path, Limits())


def test_inspect_file__over_the_size_limit(tmp_path):
    path = tmp_path / "a.mp4"
    path.write_bytes(bytes(3 * 2**20))
    with pytest.raises(UnreadableMediaError, match="has 3 MiB, over the limit of 2 MiB"):
        inspect_file(path, Limits(max_file_bytes=2 * 2**20))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_inspect_file__without_permission(tmp_path, limits):
    path = tmp_path / "a.txt"
    path.write_text("x")
    path.chmod(0)
    with pytest.raises(UnreadableMediaError, match="may not be read; give yourself permission"):
        inspect_file(path, limits)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (
            FileNotFoundError(2, "x"),
            "The file is no longer there; check the path, or index its folder again.",
        ),
        (
            PermissionError(13, "x"),
            "The file may not be read; give yourself permission to read it.",
        ),
        (OSError(5, "Input/output error"), "The file cannot be read: Input/output error."),
    ],
)
def test_os_reason(error, expected):
    assert str(os_reason(error)) == expected
