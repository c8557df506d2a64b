"""A file in blocks: right bytes, read once, and its hash whatever the order."""

from __future__ import annotations

import hashlib
import os
import random
from pathlib import Path

import pytest

from qwen3vl_app.errors import UnreachableMediaError
from qwen3vl_app.media.blocks import BLOCK, Blocks, forget_files, open_blocks
from qwen3vl_app.media.files import content_hash


@pytest.fixture(autouse=True)
def _forgotten():
    yield
    forget_files()


@pytest.fixture
def read(monkeypatch) -> list[tuple[str, int]]:
    """Which blocks of which files are read from the disk."""
    noted: list[tuple[str, int]] = []
    real = Blocks._read

    def note(self, number):
        noted.append((self.path.name, number))
        return real(self, number)

    monkeypatch.setattr(Blocks, "_read", note)
    return noted


def write(path: Path, size: int) -> bytes:
    data = random.Random(size).randbytes(size)
    path.write_bytes(data)
    return data


@pytest.mark.parametrize("size", [1, BLOCK - 1, BLOCK, 3 * BLOCK, 3 * BLOCK + 7])
@pytest.mark.parametrize("most", [2**30, 2 * BLOCK])
def test_open__bytes_from_anywhere(tmp_path, size, most):
    data = write(tmp_path / "a", size)
    blocks = Blocks(tmp_path / "a", most)
    file = blocks.open()
    chance = random.Random(0)
    for _ in range(50):
        begin, length = chance.randrange(size + 10), chance.randrange(2 * BLOCK)
        assert file.seek(begin) == begin
        assert file.read(length) == data[begin : begin + length]
    assert file.seek(-1, os.SEEK_END) == size - 1
    assert (file.read(), file.read()) == (data[-1:], b"")
    blocks.close()


@pytest.mark.parametrize("order", [(), (0, 1, 2, 3), (3, 0, 1, 2), (3, 2, 1, 0), (0, 2)])
def test_content_hash__whatever_was_read_before(tmp_path, read, order):
    data = write(tmp_path / "a", 3 * BLOCK + 7)
    blocks = Blocks(tmp_path / "a", 2**30)
    for number in order:
        assert blocks.block(number) == data[number * BLOCK : (number + 1) * BLOCK]
    expected = hashlib.blake2b(data, digest_size=16).hexdigest()
    assert blocks.content_hash() == blocks.content_hash() == expected
    assert content_hash(tmp_path / "a") == expected
    assert sorted(number for _, number in read if number < 4) == [0, 1, 2, 3]
    blocks.close()


def test_block__of_a_file_that_does_not_fit(tmp_path, read):
    """What was read last is held, and what the hash has not met in time is read once more."""
    data = write(tmp_path / "a", 40 * BLOCK)
    blocks = Blocks(tmp_path / "a", 39 * BLOCK)
    for number in (39, *range(40)):
        blocks.block(number)
    assert blocks.content_hash() == hashlib.blake2b(data, digest_size=16).hexdigest()
    assert sorted(number for _, number in read if number < 40) == [*range(40), 39]
    read.clear()
    for number in (39, 38, 30, 8):  # 8 MiB are 32 blocks
        blocks.block(number)
    assert read == []
    blocks.block(0)
    assert read == [("a", 0)]
    blocks.close()


def test_block__of_what_was_opened_whatever_takes_its_place(tmp_path):
    data = write(tmp_path / "a", BLOCK + 1)
    blocks = Blocks(tmp_path / "a", 2**30)
    write(tmp_path / "b", 5)
    (tmp_path / "b").replace(tmp_path / "a")
    assert blocks.block(0) + blocks.block(1) == data
    blocks.close()


def test_blocks__that_cannot_be_opened(tmp_path):
    with pytest.raises(UnreachableMediaError, match="no longer there"):
        Blocks(tmp_path / "none", 2**30)


def test_block__that_cannot_be_read(tmp_path):
    (tmp_path / "folder").mkdir()
    write(tmp_path / "a", 5)
    blocks = Blocks(tmp_path / "a", 2**30)
    folder = os.open(tmp_path / "folder", os.O_RDONLY)
    os.dup2(folder, blocks._file.fileno())  # reading a folder is an error that disks give, too
    os.close(folder)
    with pytest.raises(UnreachableMediaError, match=r"a: "):
        blocks.content_hash()
    blocks.close()


def test_open_blocks__what_is_held_stays_when_it_is_closed(tmp_path, read):
    data = write(tmp_path / "a", 3 * BLOCK)
    blocks = open_blocks(tmp_path / "a", 2**30)
    blocks.block(0)
    blocks.block(2)
    blocks.close()
    assert blocks._file.closed
    again = open_blocks(tmp_path / "a", 2**30)
    assert b"".join(again.block(number) for number in range(3)) == data
    assert again.content_hash() == hashlib.blake2b(data, digest_size=16).hexdigest()
    assert [number for _, number in read if number < 3] == [0, 2, 1]
    again.close()


def test_open_blocks__nothing_of_a_file_that_has_changed(tmp_path, read):
    write(tmp_path / "a", 5)
    blocks = open_blocks(tmp_path / "a", 2**30)
    blocks.content_hash()
    blocks.close()
    (tmp_path / "b").write_bytes(b"other")
    (tmp_path / "b").replace(tmp_path / "a")
    again = open_blocks(tmp_path / "a", 2**30)
    assert again.block(0) == b"other"
    assert again.content_hash() == hashlib.blake2b(b"other", digest_size=16).hexdigest()
    again.close()


@pytest.mark.parametrize(("room", "kept"), [(6, "abc"), (5, "bc"), (4, "c"), (3, "c"), (2, "")])
def test_open_blocks__holds_no_more_than_is_allowed(tmp_path, read, room, kept):
    """Of files that have one, two and three blocks, those that were used last."""
    for blocks, name in enumerate("abc", start=1):
        write(tmp_path / name, blocks * BLOCK)
    for name in "abc":
        one = open_blocks(tmp_path / name, room * BLOCK)
        one.content_hash()
        one.close()
    read.clear()
    for name in "cba":
        one = open_blocks(tmp_path / name, 2**30)
        one.block(0)
        one.close()
    assert [name for name, _ in read] == [name for name in "cba" if name not in kept]


def test_forget_files__reads_anew(tmp_path, read):
    write(tmp_path / "a", 5)
    for _ in range(2):
        one = open_blocks(tmp_path / "a", 2**30)
        one.block(0)
        one.close()
        forget_files()
    assert read == [("a", 0), ("a", 0)]
