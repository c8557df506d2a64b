"""The bytes of a file, read once for all that one call does with them.

What is held belongs to the process and to the call that holds it: worker processes run one call
at a time. Who opens a file through this module gets it from memory meanwhile, else from the disk.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from qwen3vl_app.settings import Limits

_SHARE = 32
"""Which part of a process's memory may be held: 64 MiB of the usual 2 GiB. A picture as large as
the limits allow needs the rest, and larger files are mostly those that are read in pieces."""

_HELD: dict[Path, bytes] = {}


@contextmanager
def held(path: Path, limits: Limits) -> Iterator[None]:
    """Hold the bytes of ``path`` while this runs, so that they are read once.

    A file over 1/32 of ``max_reader_bytes``, and one that cannot be read, is not held: whoever
    opens it then reads it from the disk, and says what is wrong with it.
    """
    try:
        data = _whole(path, share_of(limits))
    except OSError:
        data = None
    if data is not None:
        _HELD[path] = data
    del data
    try:
        yield
    finally:
        _HELD.pop(path, None)


def share_of(limits: Limits) -> int:
    """Bytes of one file that a process may hold: 1/32 of its memory."""
    return limits.max_reader_bytes // _SHARE


def held_bytes(path: Path) -> bytes | None:
    """The bytes of a file that is held, without a copy; None of any other."""
    return _HELD.get(path)


def source_of(path: Path) -> Path | io.BytesIO:
    """What a decoder that takes either is to open: the bytes while held, else the path."""
    data = _HELD.get(path)
    return path if data is None else _Named(data, path)


def open_held(path: Path) -> BinaryIO:
    """The file, open for reading: from memory while it is held, without a copy.

    Raises:
        OSError: It is not held, and cannot be opened.
    """
    source = source_of(path)
    return source.open("rb") if isinstance(source, Path) else source


class _Named(io.BytesIO):
    """With the name that FFmpeg wants to see of a file: it knows some formats by that alone."""

    def __init__(self, data: bytes, path: Path) -> None:
        super().__init__(data)
        self.name = str(path)


def _whole(path: Path, most: int) -> bytes | None:
    """All of it; None if that is more than ``most`` bytes, also if it has only just grown."""
    if path.stat().st_size > most:
        return None
    with path.open("rb") as file:
        data = file.read(most + 1)
    return data if len(data) <= most else None
