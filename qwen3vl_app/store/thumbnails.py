"""Small JPEG pictures, one file each, named by the hash of their bytes."""

from __future__ import annotations

import hashlib
import logging
import os
import re
from collections.abc import Iterable
from pathlib import Path

from qwen3vl_app.errors import LibraryError
from qwen3vl_app.messages import Message

log = logging.getLogger(__name__)

_NAME = re.compile(r"[0-9a-f]{32}")

_SUFFIXES = (".jpg", ".webp")
"""The first is written; the others are what earlier versions wrote."""


class Thumbnails:
    """The folder of thumbnails. Equal pictures are one file, and a file never changes."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def path(self, name: str) -> Path | None:
        """The file of a thumbnail, or None when there is none of this name.

        Safe for names that come from a browser: only hashes are looked up. A file whose bytes
        are not those that it is named by is damaged and counts as none, which costs 20 µs.
        """
        if not _NAME.fullmatch(name):
            return None
        files = (self.directory / f"{name}{suffix}" for suffix in _SUFFIXES)
        return next((file for file in files if file.is_file() and _is_whole(file, name)), None)

    def write(self, picture: bytes) -> str:
        """The name under which these bytes can be found from now on.

        Raises:
            LibraryError: The disk is full or cannot be written to.
        """
        name = _name_of(picture)
        # Texts, not Paths: making those takes as long as writing the file.
        stem = os.path.join(self.directory, name)
        file = stem + _SUFFIXES[0]
        if not os.path.isfile(file) or not _is_whole(Path(file), name):
            # Renaming last: a reader sees the whole picture or none.
            unfinished = f"{stem}.part"
            try:
                with open(unfinished, "wb", buffering=0) as target:
                    target.write(picture)
                os.replace(unfinished, file)
            except OSError as error:
                raise LibraryError(
                    Message.of(
                        "thumbnail.unwritten", path=str(self.directory), said=str(error.strerror)
                    )
                ) from error
        return name

    def remove(self, names: Iterable[str]) -> None:
        """Delete thumbnails; missing ones are ignored."""
        for name in names:
            for suffix in _SUFFIXES:
                (self.directory / f"{name}{suffix}").unlink(missing_ok=True)


def _name_of(picture: bytes) -> str:
    return hashlib.blake2b(picture, digest_size=16).hexdigest()


def _is_whole(file: Path, name: str) -> bool:
    """Whether a file holds what it is named by; those of earlier versions are not checked."""
    if file.suffix != _SUFFIXES[0]:
        return True
    try:
        whole = _name_of(file.read_bytes()) == name
    except OSError:
        return False
    if not whole:
        log.warning("the thumbnail %s is damaged and not shown", file.name)
    return whole
