"""Small WebP pictures, one file each, named by the hash of their bytes."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable
from pathlib import Path

from qwen3vl_app.errors import LibraryError

_NAME = re.compile(r"[0-9a-f]{32}")


class Thumbnails:
    """The folder of thumbnails. Equal pictures are one file, and a file never changes."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def path(self, name: str) -> Path | None:
        """The file of a thumbnail, or None when there is none of this name.

        Safe for names that come from a browser: only hashes are looked up.
        """
        if not _NAME.fullmatch(name):
            return None
        file = self.directory / f"{name}.webp"
        return file if file.is_file() else None

    def write(self, webp: bytes) -> str:
        """The name under which these bytes can be found from now on.

        Raises:
            LibraryError: The disk is full or cannot be written to.
        """
        name = hashlib.blake2b(webp, digest_size=16).hexdigest()
        file = self.directory / f"{name}.webp"
        if not file.is_file():
            # Renaming last: a reader sees the whole picture or none.
            unfinished = file.with_suffix(".part")
            try:
                unfinished.write_bytes(webp)
                os.replace(unfinished, file)
            except OSError as error:
                raise LibraryError(
                    f"A thumbnail cannot be written to {self.directory} ({error.strerror}); "
                    "free some space or check the permissions there, then resume."
                ) from error
        return name

    def remove(self, names: Iterable[str]) -> None:
        """Delete thumbnails; those that are not there are passed over."""
        for name in names:
            (self.directory / f"{name}.webp").unlink(missing_ok=True)
