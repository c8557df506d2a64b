"""Names of dropped files, made safe to be stored under."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath

from qwen3vl_app.errors import UsageError
from qwen3vl_app.messages import Message
from qwen3vl_app.store.uploads import ARRIVING, CONTENT

NAME_BYTES = 200
"""File systems allow 255 bytes; the rest is room for `` (12)`` and temporary suffixes."""

MOST_PARTS = 32
"""Folders below one dropped folder; deeper trees are made by programs, not by people."""

MOST_BYTES = 1000
"""Of a whole relative path: systems allow 1,024 (macOS) or 4,096 (Linux), the library's own folder
and a number in every name included."""

_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"|?*\ud800-\udfff]')
_RESERVED = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)


def safe_relative(name: str) -> PurePosixPath:
    """The relative path under which an upload called ``name`` is stored.

    Folders are kept, the innermost where they are too many or too long. What could leave the
    folder or not exist on some system is replaced: separators, ``..``, control characters, names
    that Windows reserves, dots at the end. A dot at the beginning stays: it says that the file is
    hidden, and without it the name could not be found again.

    Raises:
        UsageError: Nothing is left of the name.
    """
    pieces = [_safe_piece(piece) for piece in name.replace("\\", "/").split("/")]
    kept = [piece for piece in pieces if piece]
    if not kept:
        raise UsageError(Message.of("upload.nameless", name=repr(name[:200])))
    return PurePosixPath(*_innermost(kept))


def _innermost(pieces: list[str]) -> list[str]:
    """The last of them that are few enough and short enough."""
    kept: list[str] = []
    room = MOST_BYTES
    for piece in reversed(pieces[-MOST_PARTS:]):
        room -= len(piece.encode()) + 1
        if room < 0:
            break
        kept.insert(0, piece)
    return kept


def _safe_piece(piece: str) -> str:
    text = unicodedata.normalize("NFC", piece)
    text = _FORBIDDEN.sub("_", text).strip().rstrip(". ")
    if _RESERVED.match(text) or _is_own(text):
        text = f"_{text}"
    return _shortened(text)


def _shortened(text: str) -> str:
    if len(text.encode()) <= NAME_BYTES:
        return text
    stem, dot, suffix = text.rpartition(".")
    tail = dot + suffix if stem and len(suffix) <= 10 else ""
    stem = stem if tail else text
    cut = stem.encode()[: NAME_BYTES - len(tail.encode())].decode(errors="ignore")
    return cut + tail


def _is_own(name: str) -> bool:
    """Whether the program itself gives such names in the folder, on disks without case as well."""
    folded = name.casefold()
    is_half = folded.startswith(".") and folded.endswith(".part")
    return is_half or folded == CONTENT or folded.startswith(ARRIVING)
