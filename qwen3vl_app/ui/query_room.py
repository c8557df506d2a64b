"""What query files take on the disk: of all, of one client, of those that are arriving."""

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
"""Bytes that a file takes at least, an empty one too."""

MOST_FILES = 4096
"""Query files together: looking at all of them takes some 30 ms, before each upload."""

FRESH_SECONDS = 120.0
"""A file as new as this is not deleted: a search may be about to read it."""

FORGOTTEN_SECONDS = 600.0
"""A half-written file that has not grown for this long is abandoned: slower uploads have been cut
off long ago."""

SLACK = 2048
"""Of what is kept, one part of so many is made free beyond need: the next pieces fit as well."""

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
    """Room for query files, made as they arrive by deleting older ones. Thread-safe.

    A client that takes more than its share loses its own files first, so nobody can push out the
    files of all others.

    Args:
        folder: Where gradio keeps them: half-written ones in it, whole ones one folder below.
        kept: Bytes of all together.
        share: Bytes of one client.
        most: Files of all together; half of them of one client.
    """

    def __init__(self, folder: Path, *, kept: int, share: int, most: int = MOST_FILES) -> None:
        self._folder = folder
        self._kept = kept
        self._share = share
        self._most = most
        self._lock = Lock()
        self._arriving: Counter[str] = Counter()
        self._owners: dict[Path, str] = {}
        """By whole file; those of earlier runs of the program have none."""

        self._files: list[_Stored] = []
        """What is on the disk, the oldest first, as of the last look."""

        self._bytes: Counter[str] = Counter()
        """Of these, by client; "" for those that have no owner."""

        self._numbers: Counter[str] = Counter()

    def begin(self, client: str) -> Upload:
        """An upload has begun; nothing is deleted for it yet."""
        with self._lock:
            self._look()
        return Upload(client)

    def fits(self, upload: Upload, more: int) -> bool:
        """Count bytes that have arrived; False where files must go first (``make_room``).

        Raises:
            CutOffError: More is arriving at once than may be kept.
        """
        with self._lock:
            upload.size += more
            self._arriving[upload.client] += more
            all_arriving, own = self._arriving.total(), self._arriving[upload.client]
            if all_arriving > self._kept or own > self._share:
                raise _busy()
            return self._fits_own(upload.client) and self._fits_all()

    def make_room(self, upload: Upload) -> None:
        """Delete the oldest files until there is room: the client's own, then anybody's.

        Raises:
            CutOffError: All that is there is as new as the upload.
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
        """The upload has ended, and left these files."""
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
        """Find what is there; half-written files count as they arrive, unless they are left."""
        left = time.time() - FORGOTTEN_SECONDS
        found = []
        for path in self._folder.rglob("*"):
            with suppress(OSError):  # it has just gone
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
        """Delete old files, the oldest first, until it is enough."""
        before = time.time() - FRESH_SECONDS
        for one in candidates:
            if one.changed > before or enough():
                return
            one.path.unlink(missing_ok=True)
            with suppress(OSError):  # the folder named by its hash, if nothing else is in it
                if one.path.parent != self._folder:
                    one.path.parent.rmdir()
            self._files.remove(one)
            self._bytes[self._owner(one)] -= one.size
            self._numbers[self._owner(one)] -= 1

    def _owner(self, one: _Stored) -> str:
        return self._owners.get(one.path, "")


def _busy() -> CutOffError:
    return CutOffError(BUSY, status=503)
