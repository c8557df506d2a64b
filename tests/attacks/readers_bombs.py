"""Small files that take much to read, each drawn here in a second or two; see ``test_bombs``."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from PIL import Image

from tests.attacks.document_bombs import (
    chinese_in_one_line,
    csv_in_one_line,
    html_of_open_comments,
    html_of_open_tags,
    json_in_one_line,
    opendocument_of_deep_elements,
    opendocument_of_empty_elements,
    pdf_of_much_text,
    pdf_of_nested_forms,
    pdf_with_a_huge_picture,
    sheet_of_a_million_empty_rows,
    sheet_of_very_many_styles,
    sheet_of_wide_rows,
    text_of_empty_lines,
    text_of_spaces,
    word_of_deep_elements,
    word_of_empty_elements,
    xml_as_text,
)

MIB = 2**20


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _rows(width: int, height: int) -> bytes:
    """Empty rows of one bit a pixel, packed."""
    packer = zlib.compressobj(9)
    row = bytes(1 + (width + 7) // 8)
    block = row * min(height, 256)
    packed = [packer.compress(block) for _ in range(height // min(height, 256))]
    packed.append(packer.compress(row * (height % min(height, 256))))
    return b"".join(packed) + packer.flush()


def png(width: int, height: int, *before: bytes) -> bytes:
    """A black PNG of one bit a pixel: 30,000 × 30,000 take 110 KB."""
    header = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    rows = _chunk(b"IDAT", _rows(width, height))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(before) + rows + _chunk(b"IEND", b"")


def _jpeg_of(width: int, height: int) -> bytes:
    """A small JPEG that claims another size."""
    out = io.BytesIO()
    Image.new("RGB", (64, 64)).save(out, "JPEG")
    data = bytearray(out.getvalue())
    at = data.index(b"\xff\xc0") + 5
    data[at : at + 4] = struct.pack(">HH", height, width)
    return bytes(data)


# ---------------------------------------------------------------- pictures in pictures


def icon_with_a_png(path: Path) -> None:
    inside = png(30_000, 30_000)
    entry = struct.pack("<BBBBHHII", 0, 0, 0, 0, 1, 32, len(inside), 22)
    path.write_bytes(struct.pack("<HHH", 0, 1, 1) + entry + inside)


def icon_with_a_second_png(path: Path) -> None:
    """The first is small; Pillow takes the largest, by what the list says."""
    small, large = png(32, 32), png(30_000, 30_000)
    first = struct.pack("<BBBBHHII", 32, 32, 0, 0, 1, 32, len(small), 38)
    second = struct.pack("<BBBBHHII", 0, 0, 0, 0, 1, 32, len(large), 38 + len(small))
    path.write_bytes(struct.pack("<HHH", 0, 1, 2) + first + second + small + large)


def icon_with_a_bitmap(path: Path) -> None:
    header = struct.pack("<IiiHHIIiiII", 40, 30_000, 60_000, 1, 32, 0, 0, 0, 0, 0, 0)
    inside = header + bytes(MIB)
    entry = struct.pack("<BBBBHHII", 0, 0, 0, 0, 1, 32, len(inside), 22)
    path.write_bytes(struct.pack("<HHH", 0, 1, 1) + entry + inside)


def apple_icon(path: Path) -> None:
    inside = png(30_000, 30_000)
    block = b"ic10" + struct.pack(">I", 8 + len(inside)) + inside
    path.write_bytes(b"icns" + struct.pack(">I", 8 + len(block)) + block)


def texture_with_a_jpeg(path: Path) -> None:
    inside = _jpeg_of(60_000, 60_000)
    head, rest = inside[:20], inside[20:]
    offset = 156 + 4 + len(head)
    offsets = struct.pack("<16I", offset, *[0] * 15) + struct.pack("<16I", len(rest), *[0] * 15)
    header = b"BLP1" + struct.pack("<IIIIII", 0, 0, 64, 64, 0, 0) + offsets
    path.write_bytes(header + struct.pack("<I", len(head)) + head + rest)


def tiff_with_a_huge_tile(path: Path) -> None:
    """64 × 64 pixels, in one tile of 60,000 × 60,000."""
    tile = zlib.compress(bytes(MIB))
    tags = [
        (256, 3, 1, 64), (257, 3, 1, 64), (258, 3, 1, 8), (259, 3, 1, 8), (262, 3, 1, 1),
        (277, 3, 1, 1), (322, 4, 1, 60_000), (323, 4, 1, 60_000), (324, 4, 1, 8),
        (325, 4, 1, len(tile)),
    ]  # fmt: skip
    entries = b"".join(struct.pack("<HHII", *tag) for tag in tags)
    directory = struct.pack("<H", len(tags)) + entries + bytes(4)
    path.write_bytes(b"II*\0" + struct.pack("<I", 8 + len(tile)) + tile + directory)


def tiff_of_very_many_pages(path: Path) -> None:
    tags = [
        (256, 3, 1, 8), (257, 3, 1, 8), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1),
        (273, 4, 1, 8), (277, 3, 1, 1), (278, 3, 1, 8), (279, 4, 1, 64),
    ]  # fmt: skip
    entries = struct.pack("<H", len(tags))
    entries += b"".join(struct.pack("<HHII", *tag) for tag in tags)
    size = len(entries) + 4
    count = 100_000
    pages = (entries + struct.pack("<I", 72 + size * (n + 1)) for n in range(count - 1))
    path.write_bytes(
        b"II*\0" + struct.pack("<I", 72) + bytes(64) + b"".join(pages) + entries + bytes(4)
    )


# ---------------------------------------------------------------- pictures that move


def _gif(canvas: tuple[int, int], *frames: tuple[int, int, int, int]) -> bytes:
    """Frames (x, y, width, height), black."""
    data = b"GIF89a" + struct.pack("<HHBBB", *canvas, 0x80, 0, 0) + bytes(6)
    for frame in frames:
        data += b"\x21\xf9\x04\x08\x0a\0\0\0" + b"," + struct.pack("<HHHHB", *frame, 0)
        data += _lzw(frame[2], frame[3])
    return data + b";"


def _lzw(width: int, height: int) -> bytes:
    """The pixels of a frame; those of a huge one break off."""
    out = io.BytesIO()
    Image.new("P", (min(width, 256), min(height, 256))).save(out, "GIF")
    data = out.getvalue()
    return data[data.index(b",", 13) + 10 : data.rindex(b";")]


def gif_of_a_huge_canvas(path: Path) -> None:
    path.write_bytes(_gif((14_000, 14_000), (0, 0, 9, 9), (0, 0, 9, 9)))


def gif_whose_second_frame_is_huge(path: Path) -> None:
    path.write_bytes(_gif((64, 64), (0, 0, 64, 64), (0, 0, 30_000, 30_000), (0, 0, 9, 9)))


def gif_of_very_many_frames(path: Path) -> None:
    path.write_bytes(_gif((4000, 4000), *[(0, 0, 4, 4)] * 20_000))


def apng_of_a_huge_canvas(path: Path) -> None:
    side = 14_000
    control = _chunk(b"acTL", struct.pack(">II", 2, 0))
    frame = struct.pack(">IIIIHHBB", side, side, 0, 0, 1, 10, 0, 0)
    data = png(side, side, control, _chunk(b"fcTL", struct.pack(">I", 0) + frame))[:-12]
    data += _chunk(b"fcTL", struct.pack(">I", 1) + frame)
    data += _chunk(b"fdAT", struct.pack(">I", 2) + _rows(side, side)) + _chunk(b"IEND", b"")
    path.write_bytes(data)


def webp_of_a_huge_canvas(path: Path) -> None:
    """Frames of 16 × 16 pixels on a canvas of 14,000 × 14,000."""
    out = io.BytesIO()
    Image.new("RGB", (16, 16)).save(out, "WEBP", lossless=True)
    picture = out.getvalue()[12:]
    side = struct.pack("<I", 13_999)[:3]
    frame = bytes(6) + struct.pack("<I", 15)[:3] * 2 + struct.pack("<I", 100)[:3] + b"\0" + picture
    body = b"VP8X" + struct.pack("<I", 10) + b"\x02\0\0\0" + side * 2
    body += b"ANIM" + struct.pack("<I", 6) + bytes(6)
    body += (b"ANMF" + struct.pack("<I", len(frame)) + frame) * 2
    path.write_bytes(b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body)


# ---------------------------------------------------------------- videos


def video_of_a_huge_canvas(path: Path) -> None:
    """A film of PNGs, whose container says 64 × 64."""
    _film_of(path, [png(16_000, 16_000)] * 3)


def video_that_grows(path: Path) -> None:
    """The first frame is small, and the others are not."""
    _film_of(path, [png(64, 64)] * 40 + [png(16_000, 16_000)] * 3)


def _film_of(path: Path, frames: list[bytes]) -> None:
    with av.open(str(path), "w") as file:
        stream = file.add_stream("png", rate=10)
        stream.width, stream.height = 64, 64
        stream.pix_fmt = "monob"
        for number, frame in enumerate(frames):
            packet = av.Packet(frame)
            packet.stream = stream
            packet.pts = packet.dts = number
            packet.is_keyframe = True
            packet.time_base = stream.time_base or Fraction(1, av.time_base)
            file.mux(packet)


def video_of_very_many_moments(path: Path) -> None:
    """Frames of no size that last for years."""
    with av.open(str(path), "w") as file:
        stream = file.add_stream("mpeg4", rate=1)
        stream.width, stream.height = 16, 16
        stream.pix_fmt = "yuv420p"
        picture = av.VideoFrame.from_ndarray(np.zeros((16, 16, 3), np.uint8), format="rgb24")
        for _ in range(310_000):
            file.mux(stream.encode(picture))
        file.mux(stream.encode())


Draw = Callable[[Path], None]

BOMBS: dict[str, Draw] = {
    "icon.ico": icon_with_a_png,
    "second.ico": icon_with_a_second_png,
    "bitmap.ico": icon_with_a_bitmap,
    "apple.icns": apple_icon,
    "texture.blp": texture_with_a_jpeg,
    "tile.tif": tiff_with_a_huge_tile,
    "pages.tif": tiff_of_very_many_pages,
    "canvas.gif": gif_of_a_huge_canvas,
    "grows.gif": gif_whose_second_frame_is_huge,
    "many.gif": gif_of_very_many_frames,
    "canvas.png": apng_of_a_huge_canvas,
    "canvas.webp": webp_of_a_huge_canvas,
    "canvas.mov": video_of_a_huge_canvas,
    "grows.mov": video_that_grows,
    "moments.mp4": video_of_very_many_moments,
    "forms.pdf": pdf_of_nested_forms,
    "text.pdf": pdf_of_much_text,
    "picture.pdf": pdf_with_a_huge_picture,
    "line.json": json_in_one_line,
    "line.csv": csv_in_one_line,
    "chinese.txt": chinese_in_one_line,
    "spaces.txt": text_of_spaces,
    "lines.txt": text_of_empty_lines,
    "comments.html": html_of_open_comments,
    "tags.html": html_of_open_tags,
    "deep.xml": xml_as_text,
    "empty.docx": word_of_empty_elements,
    "deep.docx": word_of_deep_elements,
    "empty.odt": opendocument_of_empty_elements,
    "deep.odt": opendocument_of_deep_elements,
    "rows.xlsx": sheet_of_a_million_empty_rows,
    "wide.xlsx": sheet_of_wide_rows,
    "styles.xlsx": sheet_of_very_many_styles,
}
"""By the name of the file."""
