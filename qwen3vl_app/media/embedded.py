"""Pictures inside pictures: how large what an icon, a texture or a tile holds really is.

Such files say one size for all of it, which is checked, and hold a picture of its own that says
another, which is what gets decoded. Only headers are read here. Only worker processes import this.
"""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from PIL import Image

from qwen3vl_app.budget import Size
from qwen3vl_app.media.held import open_held

_INSIDE = ("PNG", "JPEG2000", "JPEG", "DIB")
_HEADER = 2**20
"""Bytes of a picture inside that are read to find its size; colour profiles come before it."""

_ANIMATED = 0b10
"""Flag of the WebP container, RFC 9649, 2.7."""

_MOST = 256
"""Pictures inside one file that are looked at; real icons have about ten."""


def sizes_inside(path: Path) -> list[Size]:
    """The sizes of the pictures inside an icon or a texture; none of any other file.

    To be asked before Pillow opens it, which decodes an icon at once.

    Raises:
        Exception: Whatever reading damage raises.
    """
    with open_held(path) as file:
        head = file.read(4)
        finder = next((one for magic, one in _FINDERS if head.startswith(magic)), None)
        if finder is None:
            return []
        found = (_size_of(data) for _, data in zip(range(_MOST), finder(file), strict=False))
        return [size for size in found if size is not None]


def animated_webp(path: Path) -> Size | None:
    """The canvas of an animated WebP, by its header; None of any other file."""
    with open_held(path) as file:
        head = file.read(30)
    if head[8:16] != b"WEBPVP8X" or len(head) < 30 or not head[20] & _ANIMATED:
        return None
    return 1 + int.from_bytes(head[24:27], "little"), 1 + int.from_bytes(head[27:30], "little")


def _size_of(data: bytes) -> Size | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return Image.open(io.BytesIO(data), formats=_INSIDE).size
    except Exception:  # not one of them: then the decoder of the whole does not open it, either
        return None


def _in_ico(file: BinaryIO) -> Iterator[bytes]:
    """Directory of 16 bytes an entry: the last two numbers are bytes and offset."""
    _, _, count = struct.unpack("<HHH", _at(file, 0, 6))
    entries = [file.read(16) for _ in range(count)]
    for entry in entries:
        if len(entry) == 16:
            _, offset = struct.unpack("<II", entry[8:])
            yield _at(file, offset)


def _in_icns(file: BinaryIO) -> Iterator[bytes]:
    """Blocks of a type, their length with these 8 bytes, and a picture."""
    offset = 8
    while len(head := _at(file, offset, 8)) == 8:
        length = int.from_bytes(head[4:])
        if length < 8:
            return
        yield _at(file, offset + 8, min(length - 8, _HEADER))
        offset += length


def _in_blp(file: BinaryIO) -> Iterator[bytes]:
    """Where ``BLP1`` holds JPEG: 16 offsets and 16 lengths, and a beginning that all share."""
    head = _at(file, 0, 160)
    if head[:4] != b"BLP1" or head[4:8] != bytes(4) or len(head) < 160:
        return
    shared = _at(file, 160, min(int.from_bytes(head[156:160], "little"), _HEADER))
    for level in range(16):
        offset = int.from_bytes(head[28 + 4 * level : 32 + 4 * level], "little")
        if offset:
            yield shared + _at(file, offset)


def _at(file: BinaryIO, offset: int, size: int = _HEADER) -> bytes:
    file.seek(offset)
    return file.read(size)


_FINDERS: tuple[tuple[bytes, Callable[[BinaryIO], Iterator[bytes]]], ...] = (
    (b"\0\0\1\0", _in_ico),
    (b"icns", _in_icns),
    (b"BLP1", _in_blp),
)
"""By the first bytes of the file."""
