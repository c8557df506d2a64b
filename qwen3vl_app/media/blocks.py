"""A file read in blocks, which stay in memory for whoever asks again, and its hash besides.

A decoder of videos goes back and forth in a file: to the index at its end, to key frames, to the
beginning. Read through this, bytes that were read once are not read from the disk again as long as
there is room for them, and whoever has gone through the whole file has its hash for nothing. They
stay for the next calls, too: between the outline of a file and the reading of its parts, others
are outlined and read.
"""

from __future__ import annotations

import hashlib
import io
import os
from collections import OrderedDict
from pathlib import Path
from typing import BinaryIO, TypeAlias

from cachetools import LRUCache

from qwen3vl_app.errors import UnreachableMediaError
from qwen3vl_app.media.files import os_reason
from qwen3vl_app.types import ContentHash

BLOCK = 2**18
"""Bytes read at once: seeking from key frame to key frame reads little more than those, and a
film takes few thousand calls."""

_WINDOW = 2**23
"""Bytes held of a file that does not fit: pictures and sound of the same second lie that close."""

_BUFFER = 2**16

Version: TypeAlias = tuple[int, ...]
"""Size, times and inode of a file: another one is another file, for all one knows."""


def version_of(status: os.stat_result) -> Version:
    """What tells a file from what it was before, and from what took its place."""
    return (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)


_LATELY: OrderedDict[tuple[Path, Version], Blocks] = OrderedDict()
"""Closed files of which bytes are held, the one that was used last at the end."""


def open_blocks(path: Path, most: int) -> Blocks:
    """The file as ``Blocks``, with what is still held of it if it has not changed since.

    Args:
        path: The file.
        most: Bytes that may be held, of this file and of those before it together.

    Raises:
        UnreachableMediaError: It cannot be opened.
    """
    fresh = Blocks(path, most)
    blocks = _LATELY.pop((path, fresh.version), fresh)
    blocks.take_over(fresh)
    while _LATELY and sum(held.size for held in _LATELY.values()) + min(blocks.size, most) > most:
        _LATELY.popitem(last=False)
    return blocks


def forget_files() -> None:
    """Let go of what is held of files that are closed."""
    _LATELY.clear()


class Blocks:
    """An open file. For one thread at a time; close it after use.

    Args:
        path: The file, which is opened at once.
        most: Bytes that may be held: of a file up to this size all that was read, of a larger one
            8 MiB (or ``most``, if that is less) of what was read last.

    Raises:
        UnreachableMediaError: It cannot be opened, or, later, not be read.
    """

    def __init__(self, path: Path, most: int) -> None:
        self.path = path
        try:
            self._file = path.open("rb", buffering=0)
            status = os.fstat(self._file.fileno())
        except OSError as error:
            raise UnreachableMediaError(path, os_reason(error)) from error
        self.size = status.st_size
        self.version = version_of(status)
        self._fits = self.size <= most
        room = most if self._fits else min(most, _WINDOW)
        self._held: LRUCache[int, bytes] = LRUCache(room // BLOCK + 1)
        self._digest = hashlib.blake2b(digest_size=16)
        self._hashed = 0
        """The number of the first block that the hash lacks."""

    def take_over(self, other: Blocks) -> None:
        """Go on with the open file of another one of the same version."""
        self._file = other._file

    def close(self) -> None:
        """Let go of the file; what is held of one that fits is kept for ``open_blocks``."""
        self._file.close()
        if self._fits:
            _LATELY[self.path, self.version] = self

    def block(self, number: int) -> bytes:
        """The bytes from ``number`` × 256 KiB on, as many or, at the end, fewer; b"" beyond it."""
        found = self._held.get(number)
        if found is None:
            found = self._read(number)
            if found:
                self._held[number] = found
        if number == self._hashed:
            self._hash(found)
        return found

    def open(self) -> BinaryIO:
        """The file from its beginning, to be read by a decoder. Closing that closes nothing."""
        return io.BufferedReader(_Handle(self), _BUFFER)

    def content_hash(self) -> ContentHash:
        """As ``files.content_hash``; reads what nobody has asked for, and what came too early."""
        while self.block(self._hashed):
            pass
        return ContentHash(self._digest.hexdigest())

    def _hash(self, block: bytes | None) -> None:
        """Take in this block and those after it that are held already."""
        while block:
            self._digest.update(block)
            self._hashed += 1
            block = self._held.get(self._hashed)

    def _read(self, number: int) -> bytes:
        pieces, left = [], BLOCK
        try:
            self._file.seek(number * BLOCK)
            while left and (piece := self._file.read(left)):
                pieces.append(piece)
                left -= len(piece)
        except OSError as error:
            raise UnreachableMediaError(self.path, os_reason(error)) from error
        return b"".join(pieces)


class _Handle(io.RawIOBase):
    """A place in the file. Its name tells FFmpeg the suffix, by which it knows some formats."""

    def __init__(self, blocks: Blocks) -> None:
        self._blocks, self._at = blocks, 0
        self.name = str(blocks.path)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        begin = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._blocks.size}[whence]
        if begin + offset < 0:
            raise OSError("before the beginning of the file")
        self._at = begin + offset
        return self._at

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        number, begin = divmod(self._at, BLOCK)
        piece = memoryview(self._blocks.block(number))[begin : begin + len(buffer)]
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)
