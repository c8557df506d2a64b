"""ZIP archives, unpacked under limits: what they say of themselves is not believed."""

from __future__ import annotations

import io
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from qwen3vl_app.errors import UnreadableMediaError
from qwen3vl_app.media.decoding import THE_DOCUMENT, decoding
from qwen3vl_app.media.held import held_bytes
from qwen3vl_app.messages import Message

MAX_UNPACKED = 64 * 2**20
"""Bytes of XML in one document: a book of 5,000 pages, and ten times as much memory parsed."""

MAX_RATIO = 200
"""Times that a part may grow when unpacked. Sheets full of one value reach 100, bombs 1,000."""

_SMALL = 2**20
"""Parts up to this size may grow as they like."""

_DIRECTORY = 4 * 2**20
"""Bytes of an archive's list of contents, some 50,000 entries."""

_CHUNK = 2**16

_ENCRYPTED = 0x1
"""Flag of an entry (APPNOTE 6.3.10, 4.4.4)."""

_UNREAD = ("xl/pivotCache/",)
"""Copies of a sheet's values, often larger than the sheet."""


def unpack_text(path: Path) -> dict[str, bytes]:
    """The XML parts of an Office document; all others (pictures, fonts, films) empty.

    Archives inside the archive are never opened.

    Raises:
        UnreadableMediaError: It needs a password, is damaged, or unpacks to too much.
    """
    parts: dict[str, bytes] = {}
    left = MAX_UNPACKED
    with decoding(path, THE_DOCUMENT), _open(path) as file, ZipFile(file) as archive:
        for entry in archive.infolist():
            if entry.flag_bits & _ENCRYPTED:
                raise UnreadableMediaError(path, PROTECTED)
            parts[entry.filename] = _unpack(path, archive, entry, left) if _is_text(entry) else b""
            left -= len(parts[entry.filename])
    return parts


PROTECTED = Message.of("reason.protected")


def pack(parts: dict[str, bytes]) -> io.BytesIO:
    """An archive of these parts in memory, uncompressed, for libraries that open archives."""
    target = io.BytesIO()
    with ZipFile(target, "w", ZIP_STORED) as archive:
        for name, data in parts.items():
            archive.writestr(ZipInfo(name), data)
    target.seek(0)
    return target


class _Bounded(io.FileIO):
    """A file that never gives more than :data:`_DIRECTORY` bytes at once.

    ``zipfile`` reads the list of contents in one piece, however long it says it is.
    """

    def read(self, size: int | None = -1) -> bytes:
        return super().read(_bounded(size)) or b""


class _BoundedBytes(io.BytesIO):
    """The same of a file that is held in memory."""

    def read(self, size: int | None = -1) -> bytes:
        return super().read(_bounded(size))


def _bounded(size: int | None) -> int:
    return _DIRECTORY if size is None or size < 0 else min(size, _DIRECTORY)


def _open(path: Path) -> _Bounded | _BoundedBytes:
    data = held_bytes(path)
    return _Bounded(path) if data is None else _BoundedBytes(data)


def _is_text(entry: ZipInfo) -> bool:
    name = entry.filename
    return name.endswith((".xml", ".rels", "mimetype")) and not name.startswith(_UNREAD)


def _unpack(path: Path, archive: ZipFile, entry: ZipInfo, left: int) -> bytes:
    """One part, refused as soon as it passes a limit."""
    # The other methods of ZIP unpack a chunk to any length at once, and Office uses none.
    if entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise BadZipFile(f"compression method {entry.compress_type}")
    data = bytearray()
    with archive.open(entry) as part:
        while chunk := part.read(_CHUNK):
            data += chunk
            if len(data) > left:
                reason = Message.of("reason.unpacked", n=str(MAX_UNPACKED // 2**20))
                raise UnreadableMediaError(path, reason)
            if len(data) > max(_SMALL, MAX_RATIO * entry.compress_size):
                raise UnreadableMediaError(path, Message.of("reason.bomb", n=str(MAX_RATIO)))
    return bytes(data)
