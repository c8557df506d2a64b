"""Small files that are made to fill memory, for ``bench memory``: none of them may do so."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

_SIDE = 20_000
"""Pixels: 400 megapixels, twice the limit of a picture."""

_LETTERS = 20_000_000


def draw_bombs(folder: Path) -> int:
    """Draw some in ``folder``, and say how many; together 0.3 MB and a second."""
    folder.mkdir(parents=True)
    bombs = {"icon.ico": _icon(), "canvas.gif": _animation(), "text.pdf": _document()}
    for name, data in bombs.items():
        (folder / name).write_bytes(data)
    return len(bombs)


def _icon() -> bytes:
    """An icon that says 256 × 256, with a PNG of another size inside."""
    inside = b"\x89PNG\r\n\x1a\n"
    inside += _chunk(b"IHDR", struct.pack(">IIBBBBB", _SIDE, _SIDE, 1, 0, 0, 0, 0))
    inside += _chunk(b"IDAT", zlib.compress(bytes(_SIDE * (1 + _SIDE // 8)), 9))
    inside += _chunk(b"IEND", b"")
    entry = struct.pack("<BBBBHHII", 0, 0, 0, 0, 1, 32, len(inside), 22)
    return struct.pack("<HHH", 0, 1, 1) + entry + inside


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _animation() -> bytes:
    """Two frames of one pixel on a canvas of 14,000 × 14,000: 196 megapixels, four bytes each."""
    frame = b"," + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\0"
    canvas = struct.pack("<HHBBB", 14_000, 14_000, 0x80, 0, 0) + bytes(6)
    return b"GIF89a" + canvas + frame * 2 + b";"


def _document() -> bytes:
    """One page with twenty million letters under it."""
    words = b"(fox jumps and runs and sleeps ) Tj "
    text = b"BT /F 1 Tf " + words * (_LETTERS // 31) + b"ET"
    packed = zlib.compress(text, 9)
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] /Contents 4 0 R "
        b"/Resources << /Font << /F 5 0 R >> >> >>",
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(packed), packed),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    body = b"".join(b"%d 0 obj\n%s\nendobj\n" % one for one in enumerate(objects, start=1))
    return b"%PDF-1.4\n" + body + b"trailer\n<< /Root 1 0 R >>\n%%EOF\n"
