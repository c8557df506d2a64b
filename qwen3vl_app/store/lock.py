"""One process writes to a library at a time."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import filelock

from qwen3vl_app.errors import LibraryBusyError, LibraryError
from qwen3vl_app.messages import Message
from qwen3vl_app.store.belongings import LOCK, OWNER

if TYPE_CHECKING:
    from pathlib import Path


class WriterLock:
    """The right to write to ``directory``, held until ``release`` or the end of the process.

    The operating system drops the lock of a process that dies, so none is ever left behind.

    Raises:
        LibraryBusyError: Another process, or another ``Library`` of this one, holds it.
        LibraryError: The folder cannot be written to.
    """

    def __init__(self, directory: Path) -> None:
        # The process number stands in a file of its own: acquiring empties the lock file.
        self._owner = directory / OWNER
        self._lock = filelock.FileLock(directory / LOCK, thread_local=False)
        try:
            self._lock.acquire(blocking=False)
            self._owner.write_text(str(os.getpid()), encoding="ascii")
        except filelock.Timeout as error:
            raise LibraryBusyError(self._busy(directory)) from error
        except OSError as error:
            raise LibraryError(
                Message.of("library.unlocked", path=str(directory), said=str(error.strerror))
            ) from error

    def release(self) -> None:
        """Release the lock; may be called again."""
        if self._lock.is_locked:
            self._owner.unlink(missing_ok=True)
            self._lock.release()

    def _busy(self, directory: Path) -> Message:
        try:
            process = int(self._owner.read_text(encoding="ascii"))
        except (OSError, ValueError):
            return Message.of("library.written", path=str(directory))
        return Message.of("library.written_by", path=str(directory), number=process)
