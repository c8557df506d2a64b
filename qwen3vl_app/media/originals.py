"""Files that were indexed, opened again later: only where they are still what was indexed.

Anybody with write access to a folder can put another file, a link or a pipe in the place of one
that the library knows. So an original is opened once, without waiting for anything, and what is
open is compared with what the library knows of it.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import BinaryIO, TypeAlias

from cachetools import LRUCache

from qwen3vl_app.errors import UnreadableMediaError
from qwen3vl_app.media.files import os_reason
from qwen3vl_app.messages import Message
from qwen3vl_app.types import ContentHash, Original

GONE = Message.of("reason.gone")
CHANGED = Message.of("reason.changed")

MOST_HASHED = 2**28
"""Bytes that are hashed again where the stamp alone does not tell: a third of a second. Of larger
files, size and time have to be those of the indexing."""

KEPT = 4096
"""Files that need no hashing a second time."""

_CHUNK = 2**20

# Never waits for a pipe's other end, never becomes the terminal of this program.
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
_FLAGS |= getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)

_Identity: TypeAlias = tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OpenOriginal:
    """An original that is what was indexed, and stays that, whatever becomes of its path."""

    path: Path
    file: BinaryIO
    status: os.stat_result

    def check_unchanged(self) -> None:
        """Make sure that the file was not replaced or changed while a decoder read it.

        Raises:
            UnreadableMediaError: It was.
        """
        try:
            now = (os.stat(self.path), os.fstat(self.file.fileno()))
        except OSError as error:
            raise UnreadableMediaError(self.path, CHANGED) from error
        if any(_identity(status) != _identity(self.status) for status in now):
            raise UnreadableMediaError(self.path, CHANGED)


class Originals:
    """Opens originals, and remembers which were hashed. Thread-safe."""

    def __init__(self, *, most_hashed: int = MOST_HASHED) -> None:
        self._most_hashed = most_hashed
        self._lock = Lock()
        self._known: LRUCache[tuple[ContentHash, _Identity], bool] = LRUCache(KEPT)

    @contextmanager
    def opened(self, candidates: Iterable[Original]) -> Iterator[OpenOriginal]:
        """The first of these files that still has the bytes of the item, for as long as needed.

        Raises:
            UnreadableMediaError: ``GONE`` where none of them is there, ``CHANGED`` where none is
                what it was.
        """
        original = self.open(candidates)
        with original.file:
            yield original

    def open(self, candidates: Iterable[Original]) -> OpenOriginal:
        """As ``opened``; the caller must close the file."""
        reason, path = GONE, Path()
        for known in candidates:
            path = known.path
            try:
                file = _open(path)
            except OSError as error:
                reason = reason if isinstance(error, FileNotFoundError) else os_reason(error)
                continue
            status = os.fstat(file.fileno())
            if stat.S_ISREG(status.st_mode) and self._is_what_was_indexed(known, file, status):
                return OpenOriginal(path=path, file=file, status=status)
            file.close()
            reason = CHANGED
        raise UnreadableMediaError(path, reason)

    def _is_what_was_indexed(
        self, known: Original, file: BinaryIO, status: os.stat_result
    ) -> bool:
        if known.size is not None and known.size != status.st_size:
            return False
        same_stamp = known.size is not None and known.mtime_ns == status.st_mtime_ns
        if same_stamp and _is_untouched(known, status):
            return True
        if status.st_size > self._most_hashed:
            return same_stamp
        return self._has_the_bytes(known, file, status)

    def _has_the_bytes(self, known: Original, file: BinaryIO, status: os.stat_result) -> bool:
        key = (known.content_hash, _identity(status))
        with self._lock:
            if self._known.get(key):
                return True
        if _hash(file) != known.content_hash:
            return False
        with self._lock:
            self._known[key] = True
        return True


def _open(path: Path) -> BinaryIO:
    """A regular file at this path, opened without waiting.

    Raises:
        OSError: There is none.
    """
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):  # opening a device can do things
            raise FileNotFoundError(path)
        return os.fdopen(os.open(path, _FLAGS), "rb")
    except ValueError as error:  # a name that cannot be one
        raise FileNotFoundError(path) from error


def _is_untouched(known: Original, status: os.stat_result) -> bool:
    """Whether it was put there before it was indexed, and is reached without any link.

    The time of an inode's last change cannot be set by hand, and renaming sets it. A link may
    lead to a file that is older, so it says nothing. Asked after the file was opened, so that
    nothing can change in between.
    """
    with suppress(OSError, ValueError):
        begun = datetime.fromisoformat(known.indexed).timestamp()
        here = os.path.realpath(known.path) == os.fspath(known.path)
        at_path = os.lstat(known.path)
        return here and os.path.samestat(at_path, status) and status.st_ctime < begun
    return False


def _identity(status: os.stat_result) -> _Identity:
    times = (status.st_mtime_ns, status.st_ctime_ns)
    return (status.st_dev, status.st_ino, status.st_size, *times)


def _hash(file: BinaryIO) -> ContentHash:
    """As ``media.files.content_hash``, of what is open."""
    digest = hashlib.blake2b(digest_size=16)
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
    file.seek(0)
    return ContentHash(digest.hexdigest())
