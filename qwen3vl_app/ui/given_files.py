"""The query files that this program itself took in, by key: a page can name no other.

A key is made of the content with a secret, so it cannot be guessed, and nobody learns whether
somebody else added the same picture. Whoever knows a key may use the file: the address of a search
holds it, so that a link brings the search back, and so does the history.
"""

from __future__ import annotations

import hashlib
import logging
import os
import secrets
import shutil
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from threading import Lock
from typing import Any

from qwen3vl_app.search.question_files import QuestionFile, gone, open_regular
from qwen3vl_app.ui.uploads import safe_relative

MOST_KEPT = 4096
"""Files, however small: each takes a folder and a few hundred bytes of memory."""

KEPT_SECONDS = 86400
"""Pictures and clips of queries go after a day."""

LONGEST_SAID = 100
"""Characters of a name in the sentence that says that its file has gone."""

PART_SUFFIX = ".part"
"""Of a file that is still arriving; `new_part` names it, and nothing gives it out."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Known:
    """A file as it was when it was taken in."""

    path: Path
    stamp: tuple[int, int, int, int]
    since: float


def nothing_kept(_key: str) -> None:
    """There are no files of earlier searches."""


class GivenFiles:
    """Query files by key, ``{32 hex digits}/{name}``, the oldest dropped first. Thread-safe.

    Nothing of it outlives the program: the folder is emptied by ``clear`` at start and end.

    Args:
        folder: Where they are.
        secret: What keys are made with; drawn at random unless given.
        kept: Finds a file of an earlier search by its key, which may then be used as any other.
        most: Files at a time.
    """

    def __init__(
        self,
        folder: Path,
        *,
        secret: bytes = b"",
        kept: Callable[[str], Path | None] = nothing_kept,
        most: int = MOST_KEPT,
    ) -> None:
        self.folder = folder
        self._secret = secret or secrets.token_bytes(32)
        self._kept = kept
        self._most = most
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._keys: dict[Path, str] = {}
        self._lock = Lock()

    def new_part(self) -> Path:
        """Where a file may arrive, readable by nobody else; the caller deletes or adds it."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self.folder / f"{secrets.token_hex(16)}{PART_SUFFIX}"
        path.touch(mode=0o600, exist_ok=False)
        return path

    def add(self, arrived: Path, name: str) -> QuestionFile:
        """Take in a file that has arrived whole, and name it: the same one as before alike.

        Reads it, at about a gigabyte a second.

        Raises:
            UsageError: Nothing of the name can be used.
            OSError: The file cannot be read or moved.
        """
        name = safe_relative(name).name
        with arrived.open("rb") as content:
            digest = hashlib.file_digest(content, self._hash).hexdigest()
        return self._take(arrived, self.folder / digest / name)

    def _hash(self) -> hashlib.blake2b:
        return hashlib.blake2b(key=self._secret, digest_size=16)

    def _take(self, arrived: Path, path: Path) -> QuestionFile:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            arrived.replace(path)
        except OSError:
            with suppress(OSError):  # the same content under another name is in it
                path.parent.rmdir()
            raise
        file = QuestionFile.at(path)
        with self._lock:
            self._known.pop(file.key, None)  # given again, it is the newest
            self._known[file.key] = _Known(path, _stamp(os.lstat(path)), time.monotonic())
            self._keys[path] = file.key
            surplus = list(self._known)[: max(0, len(self._known) - self._most)]
        self._drop(surplus)
        self.sweep()
        return file

    def find(self, key: object) -> QuestionFile | None:
        """The file with this key, if it is still the one that was taken in.

        It is opened to be sure, without waiting: what stands there now may be a pipe or a link.
        """
        with self._lock:
            known = self._known.get(key) if isinstance(key, str) else None
        if not isinstance(key, str):
            return None
        if known is None:
            return self._of_earlier(key)
        with suppress(OSError), open_regular(known.path) as file:
            if _stamp(os.fstat(file.fileno())) == known.stamp:
                return QuestionFile(key, known.path)
        self._drop([key])
        return self._of_earlier(key)

    def _of_earlier(self, key: str) -> QuestionFile | None:
        """A copy of the file that an earlier search kept under this key."""
        kept = self._kept(key)
        if kept is None:
            return None
        part = self.new_part()
        try:
            shutil.copyfile(kept, part)
            return self._take(part, self.folder / key)
        except OSError as error:
            log.warning("A file of an earlier search cannot be used: %s", error)
            return None
        finally:
            part.unlink(missing_ok=True)

    def all(self, keys: Sequence[Any]) -> list[QuestionFile]:
        """The files with these keys; those that have gone are left out."""
        return [file for file in map(self.find, keys) if file is not None]

    def every(self, keys: Sequence[str]) -> list[QuestionFile]:
        """The files with these keys; without one of them, a question would be another one.

        Raises:
            UsageError: One has gone.
        """
        files = []
        for key in keys:
            file = self.find(key)
            if file is None:
                raise gone(PurePosixPath(key).name[:LONGEST_SAID])
            files.append(file)
        return files

    def key_of(self, path: str | Path) -> str | None:
        """The key of a file that was given out, by where it is; None for every other path."""
        with self._lock:
            return self._keys.get(Path(path))

    def sweep(self, older: float = KEPT_SECONDS) -> None:
        """Delete the files that were taken in more than ``older`` seconds ago."""
        before = time.monotonic() - older
        with self._lock:
            old = [key for key, known in self._known.items() if known.since < before]
        self._drop(old)

    def clear(self) -> None:
        """Empty the folder, of what an earlier run left there as well."""
        with self._lock:
            self._known.clear()
            self._keys.clear()
        try:
            if self.folder.is_symlink():
                self.folder.unlink()
            elif self.folder.is_dir():
                shutil.rmtree(self.folder)
        except OSError as error:  # such as a disk that cannot be written to; nothing depends on it
            log.warning("Query files of an earlier run stay at %s: %s", self.folder, error)

    def _drop(self, keys: Sequence[str]) -> None:
        for key in keys:
            with self._lock:
                known = self._known.pop(key, None)
                if known is None:
                    continue
                self._keys.pop(known.path, None)
            with suppress(OSError):  # it has gone already, or something else was put there
                known.path.unlink()
            with suppress(OSError):
                known.path.parent.rmdir()


def _stamp(status: os.stat_result) -> tuple[int, int, int, int]:
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
