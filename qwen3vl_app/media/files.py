"""The checks every file passes before a decoder sees it, and the hash of its bytes."""

from __future__ import annotations

import hashlib
import stat
from pathlib import Path

from qwen3vl_app.errors import UnreachableMediaError, UnreadableMediaError
from qwen3vl_app.media.file_types import HEAD_BYTES, FileType, identify
from qwen3vl_app.settings import Limits
from qwen3vl_app.types import ContentHash

_CHUNK = 2**20

_MOST_BYTES = {FileType.PICTURE: 2 * 2**30, FileType.PDF: 4 * 2**30, FileType.OFFICE: 2**30}
"""Of files that are no videos: a picture at the limit of megapixels has 1.6 GB uncompressed.
Reading more, for the hash alone, takes minutes for something that is damaged."""


def inspect_file(path: Path, limits: Limits) -> FileType:
    """Decide which decoder ``path`` needs, reading its first bytes only.

    Raises:
        UnreadableMediaError: It is gone, empty, too large, not a regular file, may not be
            read, or is nothing the program knows.
    """
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise UnreadableMediaError(path, "This is not a regular file.")
        _check_size(path, status.st_size, limits.max_file_bytes)
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
    except OSError as error:
        raise UnreachableMediaError(path, os_reason(error)) from error
    found = identify(head, path)
    if not isinstance(found, FileType):
        raise UnreadableMediaError(path, found)
    most = limits.max_text_bytes if found is FileType.TEXT else _MOST_BYTES.get(found)
    if most is not None:
        _check_size(path, status.st_size, most)
    return found


def content_hash(path: Path) -> ContentHash:
    """BLAKE2b-128 of the bytes, read in pieces of 1 MiB: about 1 GB a second from memory.

    Raises:
        UnreachableMediaError: The file cannot be read to its end.
    """
    digest = hashlib.blake2b(digest_size=16)
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
    except OSError as error:
        raise UnreachableMediaError(path, os_reason(error)) from error
    return ContentHash(digest.hexdigest())


def os_reason(error: OSError) -> str:
    """What the operating system said, as a sentence with the way out."""
    if isinstance(error, FileNotFoundError):
        return "The file is no longer there; check the path, or index its folder again."
    if isinstance(error, PermissionError):
        return "The file may not be read; give yourself permission to read it."
    return f"The file cannot be read: {error.strerror or error}."


def _check_size(path: Path, size: int, limit: int) -> None:
    if size == 0:
        raise UnreadableMediaError(path, "The file is empty (0 bytes).")
    if size > limit:
        reason = f"The file has {_mib(size)}, over the limit of {_mib(limit)}; split it."
        raise UnreadableMediaError(path, reason)


def _mib(size: int) -> str:
    return f"{size / 2**20:,.0f} MiB"
