"""Is the file that a library has open still the one at its path?

SQLite goes on with a file that was deleted, renamed or replaced, and says that all is well; what
is written is gone when the program ends, and what is read is of before. So a library that writes
looks before and after each transaction, and one that only reads with every status. Thread-safe
through the library's lock, which the caller must hold.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qwen3vl_app.errors import LibraryLostError
from qwen3vl_app.messages import Message
from qwen3vl_app.store.belongings import DATABASE

if TYPE_CHECKING:
    from pathlib import Path

_HEADER_BYTES = 100
_NAMING = (slice(20), slice(60, 64), slice(68, 72))
"""What of the header of SQLite's file tells whose it is: page size and mode, ``user_version``, by
which every library is another one, and ``application_id``. All else changes at checkpoints."""

_BESIDE = ("-wal", "-shm")
"""What SQLite writes before it reaches the file; deleted, it goes on without a name as well."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a file was when the library last wrote to it."""

    device: int
    inode: int
    size: int
    header: bytes


class Presence:
    """Watches the files of an open library. Made after SQLite has opened it.

    Holds the file open by itself, once and until SQLite has closed it: on POSIX, closing any
    handle of a file drops all locks of the process on it.

    Raises:
        LibraryLostError: It is not there any more.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._file = directory / DATABASE
        try:
            self._handle = os.open(self._file, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        except OSError as error:
            raise self._lost(Message.of("loss.gone", said=str(error.strerror))) from error
        self._seen = self._look(os.fstat(self._handle))
        self._beside: dict[str, int] = {}

    def close(self) -> None:
        """Close the file; only after SQLite has closed it. Harmless when repeated."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def check(self) -> None:
        """Make sure that what is written now will be found again; about 10 µs.

        Raises:
            LibraryLostError: The file is gone, another one, or was changed by another program.
        """
        found, seen = self._found(), self._seen
        if found.st_size < seen.size:
            raise self._lost(
                Message.of("loss.cut", size=f"{seen.size:,}", left=f"{found.st_size:,}")
            )
        if self._look(found).header != seen.header:
            raise self._lost(Message.of("loss.overwritten"))
        for suffix, inode in self._beside.items():
            if self._inode_beside(suffix) != inode:
                raise self._lost(Message.of("loss.changes", name=f"{DATABASE}{suffix}"))

    def check_same(self) -> None:
        """Make sure that the file is still the open one, whatever others have written to it.

        Raises:
            LibraryLostError: The file is gone, or another one.
        """
        self._found()

    def note(self) -> None:
        """Remember the files as they are, after a transaction of our own."""
        self._seen = self._look(os.fstat(self._handle))
        self._beside = {}
        for suffix in _BESIDE:
            if inode := self._inode_beside(suffix):
                self._beside[suffix] = inode

    def _found(self) -> os.stat_result:
        try:
            found = os.stat(self._file)
        except OSError as error:
            raise self._lost(Message.of("loss.gone", said=str(error.strerror))) from error
        if (found.st_dev, found.st_ino) != (self._seen.device, self._seen.inode):
            raise self._lost(Message.of("loss.replaced"))
        return found

    def _look(self, found: os.stat_result) -> _Seen:
        header = b""
        with suppress(OSError):  # an unplugged drive: SQLite itself will report it
            os.lseek(self._handle, 0, os.SEEK_SET)
            read = os.read(self._handle, _HEADER_BYTES)
            header = b"".join(read[part] for part in _NAMING)
        return _Seen(found.st_dev, found.st_ino, found.st_size, header)

    def _inode_beside(self, suffix: str) -> int:
        with suppress(OSError):
            found = os.stat(f"{self._file}{suffix}")
            return found.st_ino if stat.S_ISREG(found.st_mode) else 0
        return 0

    def _lost(self, what: Message) -> LibraryLostError:
        return lost(self._directory, what)


def lost(directory: Path, what: Message) -> LibraryLostError:
    """The error that says so, and that nothing is written any more."""
    return LibraryLostError(Message.of("library.lost", directory=str(directory), what=what))
