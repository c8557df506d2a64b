"""Small files that take much to read, each drawn here in a second or two; see ``test_bombs``."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import openpyxl
from PIL import Image

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
            packet.time_base = stream.time_base or av.time_base
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


# ---------------------------------------------------------------- PDF


def _pdf(objects: list[bytes]) -> bytes:
    data, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    end = b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
    return data + end + trailer % (len(objects) + 1, len(data))


def _stream(entries: bytes, data: bytes) -> bytes:
    packed = zlib.compress(data, 9)
    head = b"<< /Length %d /Filter /FlateDecode %s >>" % (len(packed), entries)
    return head + b"\nstream\n" + packed + b"\nendstream"


_HEAD = [
    b"<< /Type /Catalog /Pages 2 0 R >>",
    b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
]


def pdf_of_nested_forms(path: Path) -> None:
    """Each of eleven forms draws the next ten times: ten to the eleventh in all."""
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] /Contents 4 0 R %s >>"
    resources = b"/Resources << /XObject << /F %d 0 R >> >>"
    objects = [*_HEAD, page % (resources % 5), _stream(b"", b"/F Do " * 10)]
    for number in range(5, 15):
        form = b"/Type /XObject /Subtype /Form /BBox [0 0 100 100] " + resources % (number + 1)
        objects.append(_stream(form, b"/F Do " * 10))
    objects.append(_stream(b"/Type /XObject /Subtype /Form /BBox [0 0 9 9]", b"0 0 9 9 re f"))
    path.write_bytes(_pdf(objects))


def pdf_of_much_text(path: Path) -> None:
    """Twenty million letters under one page, in 60 KB."""
    page = (
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] /Contents 4 0 R "
        b"/Resources << /Font << /F 5 0 R >> >> >>"
    )
    text = b"BT /F 1 Tf " + b"(fox jumps and runs and sleeps ) Tj " * (20 * MIB // 31) + b"ET"
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    path.write_bytes(_pdf([*_HEAD, page, _stream(b"", text), font]))


def pdf_with_a_huge_picture(path: Path) -> None:
    page = (
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] /Contents 4 0 R "
        b"/Resources << /XObject << /P 5 0 R >> >> >>"
    )
    entries = (
        b"/Type /XObject /Subtype /Image /Width 30000 /Height 30000 /BitsPerComponent 1 "
        b"/ColorSpace /DeviceGray"
    )
    picture = _stream(entries, bytes(30_000 * 3750))
    path.write_bytes(_pdf([*_HEAD, page, _stream(b"", b"100 0 0 100 0 0 cm /P Do"), picture]))


# ---------------------------------------------------------------- texts


def json_in_one_line(path: Path) -> None:
    path.write_text("[" + '{"a": 1}, ' * (19 * MIB // 10) + "{}]")


def csv_in_one_line(path: Path) -> None:
    path.write_text("a b " * (19 * MIB // 4))


def chinese_in_one_line(path: Path) -> None:
    path.write_text("中" * (19 * MIB // 3), encoding="utf-8")


def text_of_spaces(path: Path) -> None:
    path.write_text("a" + " \t" * (9 * MIB) + "b")


def text_of_empty_lines(path: Path) -> None:
    path.write_text("a\n" + "\n" * (19 * MIB) + "b")


def html_of_open_comments(path: Path) -> None:
    path.write_text("<p>a fox</p>" + "<!-- a " * (2 * MIB))


def html_of_open_tags(path: Path) -> None:
    path.write_text("<p>a fox</p>" + "<a b='" * (2 * MIB))


def xml_as_text(path: Path) -> None:
    path.write_text("<a>" * (6 * MIB))


# ---------------------------------------------------------------- Office


_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.'
    'relationships+xml"/><Override PartName="/{part}" ContentType="application/vnd.'
    'openxmlformats-officedocument.{kind}.main+xml"/></Types>'
)
_RELS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
    'relationships/officeDocument" Target="{part}"/></Relationships>'
)
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_ENTIRE = 63 * MIB


def _packed(path: Path, parts: dict[str, str]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)


def _loose(piece: str, size: int) -> str:
    """About ``size`` bytes of a piece, with numbers between, so that they pack badly enough."""
    numbers = np.random.default_rng(1).integers(10**8, 10**9, size // 40 + 1)
    per = max(1, 30 // len(piece))
    return "".join(f"{piece * per}<!--{number}-->" for number in numbers)[:size].rpartition("<")[0]


def _word(path: Path, body: str) -> None:
    document = f'<w:document xmlns:w="{_W}"><w:body>{body}</w:body></w:document>'
    _packed(
        path,
        {
            "[Content_Types].xml": _TYPES.format(
                part="word/document.xml", kind="wordprocessingml.document"
            ),
            "_rels/.rels": _RELS.format(part="word/document.xml"),
            "word/document.xml": document,
        },
    )


def word_of_empty_elements(path: Path) -> None:
    _word(path, _loose("<w:r/>", 56 * MIB))


def word_of_deep_elements(path: Path) -> None:
    _word(path, "<w:r>" * 100_000 + "</w:r>" * 100_000)


def opendocument_of_deep_elements(path: Path) -> None:
    names = (
        'xmlns:o="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:t="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    )
    deep = "<t:p>" * 150_000 + "</t:p>" * 150_000
    _packed(
        path,
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": f"<o:d {names}><o:body><o:text>{deep}</o:text></o:body></o:d>",
        },
    )


def opendocument_of_empty_elements(path: Path) -> None:
    names = (
        'xmlns:o="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:t="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    )
    body = _loose("<t:p/>", 56 * MIB)
    _packed(
        path,
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": f"<o:d {names}><o:body><o:text>{body}</o:text></o:body></o:d>",
        },
    )


def _sheet(path: Path, data: str, styles: str = "") -> None:
    made = io.BytesIO()
    book = openpyxl.Workbook()
    book.active["A1"] = "a fox"
    book.save(made)
    with zipfile.ZipFile(made) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"]
    at = sheet.index("</sheetData>")
    parts["xl/worksheets/sheet1.xml"] = sheet[:at] + data + sheet[at:]
    if styles:
        old = parts["xl/styles.xml"]
        at = old.index("</cellXfs>")
        parts["xl/styles.xml"] = old[:at] + styles + old[at:]
    _packed(path, parts)


def sheet_of_a_million_empty_rows(path: Path) -> None:
    _sheet(path, '<row r="1048576"><c r="XFD1048576" t="n"><v>1</v></c></row>')


def sheet_of_wide_rows(path: Path) -> None:
    _sheet(
        path, "".join(f'<row r="{n}"><c r="XFD{n}"><v>1</v></c></row>' for n in range(2, 100_000))
    )


def sheet_of_very_many_styles(path: Path) -> None:
    _sheet(path, "", _loose("<xf/>", 50 * MIB))


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
