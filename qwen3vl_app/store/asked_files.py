"""The pictures and clips of kept searches, by the keys that their questions name them by."""

from __future__ import annotations

import logging
import os
import re
import secrets
import shutil
from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path

LARGEST = 2**26
"""Bytes of one file that is kept; a search by a larger clip can be read later, not asked again."""

KEPT = 2**29
"""Bytes of all; beyond them the oldest go, but for those of pinned searches."""

KEY_FILE = "of-keys"
"""The name of the file with the library's secret."""

_SECRET_BYTES = 32

_KEY = re.compile(r"[0-9a-f]{32}/[^/\\]+")

log = logging.getLogger(__name__)


class AskedFiles:
    """A folder of files, ``{32 hex digits}/{name}``, each copied once. Thread-safe.

    A key says what the file holds, to this library alone: it is made with the library's secret.
    So the same picture asked twice is one question, and nobody can find out by a picture of
    their own whether somebody else asked with it.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def secret(self) -> bytes:
        """What keys are made with; drawn at random when it is first asked for.

        Raises:
            OSError: It can neither be read nor written.
        """
        file = self.directory / KEY_FILE
        with suppress(FileNotFoundError):
            if len(found := file.read_bytes()) == _SECRET_BYTES:
                return found
        self.directory.mkdir(mode=0o700, exist_ok=True)
        drawn = secrets.token_bytes(_SECRET_BYTES)
        draft = file.with_name(f"{KEY_FILE}.part")
        draft.write_bytes(drawn)
        draft.chmod(0o600)
        draft.replace(file)
        return drawn

    def keep(self, files: Mapping[str, Path]) -> None:
        """Copy these files, by key, unless they are there already or too large.

        Raises:
            OSError: One of them has gone, or the disk refuses.
        """
        for key, path in files.items():
            kept = self.directory / key
            if not _KEY.fullmatch(key) or kept.is_file() or path.stat().st_size > LARGEST:
                continue
            kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            draft = kept.parent / f".{secrets.token_hex(8)}.part"  # no name that was given out
            try:
                shutil.copyfile(path, draft)
                draft.chmod(0o600)
                draft.replace(kept)
            finally:
                draft.unlink(missing_ok=True)

    def find(self, key: str) -> Path | None:
        """The file that was kept under a key."""
        kept = self.directory / key
        return kept if _KEY.fullmatch(key) and kept.is_file() and not kept.is_symlink() else None

    def tidy(self, wanted: Collection[str], pinned: Collection[str]) -> int:
        """Delete what no search names any more, and the oldest beyond ``KEPT`` bytes; how many."""
        deleted, there = 0, []
        for path in self.directory.glob("*/*"):
            key = f"{path.parent.name}/{path.name}"
            if key not in wanted:
                deleted += _deleted(path)
            elif key not in pinned:
                with suppress(OSError):  # it has just gone
                    there.append((path.stat().st_mtime, path.stat().st_size, path))
        surplus = sum(size for _, size, _ in there) - KEPT
        for _, size, path in sorted(there):
            if surplus <= 0:
                break
            deleted += _deleted(path)
            surplus -= size
        return deleted


def _deleted(path: Path) -> int:
    try:
        os.unlink(path)
    except OSError as error:
        log.warning("A file of a search that is not kept any more stays at %s: %s", path, error)
        return 0
    with suppress(OSError):
        path.parent.rmdir()
    return 1
