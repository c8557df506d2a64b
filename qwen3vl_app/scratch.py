"""A temporary folder for the page's copies where nothing may be written to the library."""

from __future__ import annotations

import os
import re
import shutil
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

import filelock

PREFIX = "qwen3vl-"

_NAME = re.compile(PREFIX + r"[a-z0-9_]{8}", re.ASCII)
"""As ``tempfile`` makes names."""

_LOCK = "in-use.lock"


class Scratch:
    """A folder of this process's own, deleted by ``close``.

    A program that is killed deletes nothing, so a new one first takes away what others have left:
    folders of the same person whose lock nobody holds any more.

    Args:
        parent: Where; the system's folder for temporary files unless given.

    Raises:
        OSError: None can be made there.
    """

    def __init__(self, parent: Path | None = None) -> None:
        self.path = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
        self._lock = filelock.FileLock(self.path / _LOCK, thread_local=False)
        self._lock.acquire(blocking=False)
        _sweep(self.path)

    def close(self) -> None:
        """Delete the folder; harmless when repeated."""
        shutil.rmtree(self.path, ignore_errors=True)  # before it is free to be swept
        self._lock.release()
        shutil.rmtree(self.path, ignore_errors=True)  # Windows keeps a file that is locked


def _sweep(own: Path) -> None:
    with suppress(OSError):
        for path in own.parent.iterdir():
            if _NAME.fullmatch(path.name) and path != own:
                with suppress(OSError, filelock.Timeout):
                    _sweep_one(path)


def _sweep_one(path: Path) -> None:
    """Delete a folder that a program made here and holds no longer."""
    found = path.lstat()
    if (
        not stat.S_ISDIR(found.st_mode)
        or found.st_uid != getattr(os, "getuid", lambda: 0)()
        or found.st_mode & 0o077
    ):
        return
    if not stat.S_ISREG((path / _LOCK).lstat().st_mode):
        return
    with filelock.FileLock(path / _LOCK, blocking=False):
        shutil.rmtree(path, ignore_errors=True)
