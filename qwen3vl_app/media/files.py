"""The checks every file passes before a decoder sees it, and the hash of its bytes."""

from __future__ import annotations

import hashlib
import stat
from pathlib import Path

from qwen3vl_app.errors import UnreachableMediaError, UnreadableMediaError
from qwen3vl_app.media.file_types import HEAD_BYTES, FileType, identify
from qwen3vl_app.media.held import open_held
from qwen3vl_app.messages import Message
from qwen3vl_app.settings import Limits
from qwen3vl_app.types import ContentHash
from qwen3vl_app.types.paths import unusable_path

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
            raise UnreadableMediaError(path, Message.of("reason.no_regular"))
        _check_size(path, status.st_size, limits.max_file_bytes)
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
    except OSError as error:
        raise UnreachableMediaError(path, os_reason(error)) from error
    except ValueError as error:  # no file can be called so: it has the character 0
        raise UnreadableMediaError(path, unusable_path(str(path)).message) from error
    found = identify(head, path)
    if not isinstance(found, FileType):
        raise UnreadableMediaError(path, found)
    most = limits.max_text_bytes if found is FileType.TEXT else _MOST_BYTES.get(found)
    if most is not None:
        _check_size(path, status.st_size, most)
    return found


def content_hash(path: Path) -> ContentHash:
    """BLAKE2b-128 of the bytes, read in pieces of 1 MiB: about 1 GB a second from memory.

    Of a file that is held (:mod:`qwen3vl_app.media.held`), of the bytes that are.

    Raises:
        UnreachableMediaError: The file cannot be read to its end.
    """
    digest = hashlib.blake2b(digest_size=16)
    try:
        with open_held(path) as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
    except OSError as error:
        raise UnreachableMediaError(path, os_reason(error)) from error
    return ContentHash(digest.hexdigest())


def os_reason(error: OSError, *, folder: bool = False) -> Message:
    """What the operating system said of a file or a folder, with the way out."""
    what = "_folder" if folder else ""
    if isinstance(error, FileNotFoundError):
        return Message(f"reason.gone{what}")
    if isinstance(error, PermissionError):
        return Message(f"reason.denied{what}")
    return Message(f"reason.unread{what}", {"said": str(error.strerror or error)})


def _check_size(path: Path, size: int, limit: int) -> None:
    if size == 0:
        raise UnreadableMediaError(path, Message.of("reason.empty"))
    if size > limit:
        reason = Message.of("reason.large", size=_mib(size), limit=_mib(limit))
        raise UnreadableMediaError(path, reason)


def _mib(size: int) -> str:
    return f"{size / 2**20:,.0f} MiB"
