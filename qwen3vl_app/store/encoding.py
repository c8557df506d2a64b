"""Paths and texts as SQLite keeps them, so that every name survives.

A file name on Linux is any bytes but ``/`` and NUL, and Python maps invalid UTF-8 to lone
surrogates, which SQLite's TEXT refuses. So paths are stored as bytes, which ``os.fsencode`` gives
back, newlines included, and which compare in the order of the folder tree.
"""

from __future__ import annotations

import os
from pathlib import Path


def encode_path(path: Path) -> bytes:
    """The bytes of an absolute path."""
    return os.fsencode(path)


def decode_path(stored: bytes) -> Path:
    """Undoes ``encode_path``."""
    return Path(os.fsdecode(stored))


def bounds_under(folder: Path) -> tuple[bytes, bytes]:
    """(low, high): low <= path < high holds for the paths inside ``folder``, at any depth."""
    separator = os.fsencode(os.sep)
    low = encode_path(folder).rstrip(separator) + separator
    return low, low[:-1] + bytes([separator[0] + 1])


def storable(text: str) -> str:
    """``text`` with what is no character replaced, as decoders of damaged files may give it."""
    return text.encode("utf-8", "replace").decode("utf-8")


def display(path: Path) -> str:
    """A path to read, not to open: bytes that are no text become U+FFFD."""
    return encode_path(path).decode("utf-8", "replace")
