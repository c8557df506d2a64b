"""Small documents and texts that take much to read, each drawn here in a second or two."""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import Path

import numpy as np
import openpyxl

MIB = 2**20


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
