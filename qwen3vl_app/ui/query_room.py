"""Limits the disk space of query files: of all together, and of each client."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISDIR
from threading import Lock

from qwen3vl_app.messages import Message
from qwen3vl_app.ui.uploading import CutOffError

BLOCK = 4096
"""Bytes that any file counts as at least, even an empty one."""

MOST_FILES = 4096
"""Limit on the number of query files: before each upload all are listed, which takes 30 ms."""

FRESH_SECONDS = 120.0
"""Files younger than this are not deleted: a search may be about to read them."""

FORGOTTEN_SECONDS = 600.0
"""An unfinished file that has not grown for this long is abandoned: slower uploads are cut off
much earlier."""

SLACK = 2048
"""One part in so many of the limit is freed in addition, so that the next chunks fit as well."""

BUSY = Message.of("upload.busy")


@dataclass(frozen=True, slots=True)
class _Stored:
    """A query file on the disk."""

    changed: float
    size: int
    path: Path


@dataclass(slots=True)
class Upload:
    """One upload under way."""

    client: str
    size: int = 0
    """Bytes that have arrived."""


class QueryRoom:
    """Makes room for arriving query files by deleting the oldest ones. Thread-safe.

    A client over its share loses its own files first, so no client can push out everybody
    else's files.

    Args:
        folder: Where gradio keeps them: unfinished files directly in it, finished ones in its
            subfolders.
        kept: Limit for all files together, in bytes.
        share: Limit for the files of one client, in bytes.
        most: Limit on the number of files; one client may have half as many.
    """

    def __init__(self, folder: Path, *, kept: int, share: int, most: int = MOST_FILES) -> None:
        self._folder = folder
        self._kept = kept
        self._share = share
        self._most = most
        self._lock = Lock()
        self._arriving: Counter[str] = Counter()
        self._owners: dict[Path, str] = {}
        """Client by finished file; files from earlier runs of the program have no owner."""

        self._files: list[_Stored] = []
        """Files on the disk when it was last listed, oldest first."""

        self._bytes: Counter[str] = Counter()
        """Their size by client; "" stands for files without an owner."""

        self._numbers: Counter[str] = Counter()

    def begin(self, client: str) -> Upload:
        """Start counting an upload; deletes nothing. Lists the folder: 30 ms if it is full."""
        with self._lock:
            self._look()
        return Upload(client)

    def fits(self, upload: Upload, more: int) -> bool:
        """Count ``more`` bytes of an upload; False if ``make_room`` has to be called first.

        Raises:
            CutOffError: The uploads in progress alone exceed a limit.
        """
        with self._lock:
            upload.size += more
            self._arriving[upload.client] += more
            all_arriving, own = self._arriving.total(), self._arriving[upload.client]
            if all_arriving > self._kept or own > self._share:
                raise _busy()
            return self._fits_own(upload.client) and self._fits_all()

    def make_room(self, upload: Upload) -> None:
        """Delete the oldest files until the upload fits: first the client's own, then any.

        Raises:
            CutOffError: The files that are left are too new to be deleted.
        """
        client = upload.client
        with self._lock:
            self._look()
            slack = self._kept // SLACK
            own = [one for one in self._files if self._owner(one) == client]
            self._delete(own, lambda: self._fits_own(client, slack))
            self._delete(list(self._files), lambda: self._fits_all(slack))
            if not (self._fits_own(client) and self._fits_all()):
                raise _busy()

    def end(self, upload: Upload, stored: Iterable[Path] = ()) -> None:
        """Stop counting an upload, and remember the client as the owner of its finished files."""
        with self._lock:
            self._arriving[upload.client] -= upload.size
            self._arriving += Counter()  # drops clients of which nothing arrives
            self._owners |= dict.fromkeys(stored, upload.client)

    # ------------------------------------------------------------ callers must hold the lock

    def _fits_all(self, slack: int = 0) -> bool:
        taken = self._bytes.total() + self._arriving.total()
        return taken + slack <= self._kept and len(self._files) <= self._most

    def _fits_own(self, client: str, slack: int = 0) -> bool:
        taken = self._bytes[client] + self._arriving[client]
        return taken + slack <= self._share and self._numbers[client] <= self._most // 2

    def _look(self) -> None:
        """List the folder. Skips unfinished files, which count as arriving, unless abandoned."""
        left = time.time() - FORGOTTEN_SECONDS
        found = []
        for path in self._folder.rglob("*"):
            with suppress(OSError):  # deleted in the meantime
                status = path.lstat()
                if S_ISDIR(status.st_mode):
                    continue
                if path.parent == self._folder and status.st_mtime > left:
                    continue
                found.append(_Stored(status.st_mtime, max(BLOCK, status.st_size), path))
        self._files = sorted(found, key=lambda one: one.changed)
        present = {one.path for one in found}
        self._owners = {path: who for path, who in self._owners.items() if path in present}
        self._bytes, self._numbers = Counter(), Counter()
        for one in self._files:
            self._bytes[self._owner(one)] += one.size
            self._numbers[self._owner(one)] += 1

    def _delete(self, candidates: list[_Stored], enough: Callable[[], bool]) -> None:
        """Delete candidates from the front of the list until it is enough or they are too new."""
        before = time.time() - FRESH_SECONDS
        for one in candidates:
            if one.changed > before or enough():
                return
            one.path.unlink(missing_ok=True)
            with suppress(OSError):  # gradio's folder for this file, if now empty
                if one.path.parent != self._folder:
                    one.path.parent.rmdir()
            self._files.remove(one)
            self._bytes[self._owner(one)] -= one.size
            self._numbers[self._owner(one)] -= 1

    def _owner(self, one: _Stored) -> str:
        return self._owners.get(one.path, "")


def _busy() -> CutOffError:
    return CutOffError(BUSY, status=503)
