from __future__ import annotations

import os
import struct
import zipfile
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path

import docx
import openpyxl
import pptx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from qwen3vl_app.errors import UnreadableMediaError
from qwen3vl_app.media import archives
from qwen3vl_app.media.office import read_office
from qwen3vl_app.settings import Limits
from qwen3vl_app.types import Kind, Place

OPEN = (
    "<office:document-content"
    + "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "text", "table", "presentation")
    )
    + ' xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"'
    ' office:version="1.3"><office:body>%s</office:body></office:document-content>'
)


def write_open(path: Path, body: str, *, manifest: str = "") -> Path:
    """An OpenDocument file as LibreOffice lays it out."""
    kind = {".odt": "text", ".odp": "presentation", ".ods": "spreadsheet"}[path.suffix]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        mimetype = f"application/vnd.oasis.opendocument.{kind}"
        archive.writestr("mimetype", mimetype, zipfile.ZIP_STORED)
        archive.writestr("content.xml", OPEN % f"<office:{kind}>{body}</office:{kind}>")
        archive.writestr("META-INF/manifest.xml", manifest)
    return path


def write_word(path: Path, *paragraphs: str) -> Path:
    document = docx.Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    document.save(str(path))
    return path


def lines(path: Path) -> list[str]:
    return [line for section in read_office(path, Limits()) for line in section.lines if line]


def reason(path: Path, limits: Limits | None = None) -> str:
    with pytest.raises(UnreadableMediaError) as caught:
        read_office(path, limits or Limits())
    return str(caught.value.reason)


# ---------------------------------------------------------------- what they say


def test_read_office__word(tmp_path):
    document = docx.Document()
    document.add_heading("The red bicycle", 1)
    document.add_paragraph("It leans on a wall.\tNobody rides it.")
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip(table._cells, ["Part", "Price", "Bell", "7 €"], strict=True):
        cell.text = text
    document.add_paragraph("海边的灯塔")
    path = tmp_path / "a.docx"
    document.save(str(path))
    assert lines(path) == [
        "The red bicycle",
        "It leans on a wall.\tNobody rides it.",
        "Part | Price",
        "Bell | 7 €",
        "海边的灯塔",
    ]


def test_read_office__word_keeps_insertions_and_text_boxes_and_drops_deletions(tmp_path):
    document = docx.Document()
    box = (
        "<mc:AlternateContent "
        'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        "<mc:Choice><w:p><w:r><w:t>in a box</w:t></w:r></w:p></mc:Choice>"
        "<mc:Fallback><w:p><w:r><w:t>in a box</w:t></w:r></w:p></mc:Fallback>"
        "</mc:AlternateContent>"
    )
    document.element.body.insert(
        0,
        parse_xml(
            f"<w:p {nsdecls('w')}><w:pPr><w:tabs><w:tab/></w:tabs></w:pPr>"
            "<w:r><w:t>kept </w:t></w:r><w:ins><w:r><w:t>new</w:t></w:r></w:ins>"
            "<w:del><w:r><w:delText>old</w:delText></w:r></w:del>"
            f"<w:r>{box}</w:r></w:p>"
        ),
    )
    path = tmp_path / "a.docx"
    document.save(str(path))
    assert lines(path) == ["kept new", "in a box"]


def test_read_office__a_text_box_amid_a_paragraph_tears_no_words_apart(tmp_path):
    box = "<w:pict><w:p><w:r><w:t>in a box</w:t></w:r></w:p></w:pict>"
    document = docx.Document()
    document.element.body.insert(
        0, parse_xml(f"<w:p {nsdecls('w')}><w:r>{box}</w:r><w:r><w:t>beside it</w:t></w:r></w:p>")
    )
    path = tmp_path / "a.docx"
    document.save(str(path))
    assert lines(path) == ["beside it", "in a box"]


_MAIN = "application/vnd.openxmlformats-officedocument."


@pytest.mark.parametrize(
    ("name", "usual", "kind"),
    [
        (
            "a.docm",
            f"{_MAIN}wordprocessingml.document",
            "application/vnd.ms-word.document.macroEnabled",
        ),
        ("a.dotx", f"{_MAIN}wordprocessingml.document", f"{_MAIN}wordprocessingml.template"),
        (
            "a.pptm",
            f"{_MAIN}presentationml.presentation",
            "application/vnd.ms-powerpoint.presentation.macroEnabled",
        ),
        ("a.ppsx", f"{_MAIN}presentationml.presentation", f"{_MAIN}presentationml.slideshow"),
        ("a.xlsm", f"{_MAIN}spreadsheetml.sheet", "application/vnd.ms-excel.sheet.macroEnabled"),
        ("a.docx", "http://schemas.openxmlformats.org/{}/2006/", "http://purl.oclc.org/ooxml/{}/"),
    ],
)
def test_read_office__with_macros_templates_shows_and_strict(tmp_path, name, usual, kind):
    path = tmp_path / name
    if "word" in usual or name == "a.docx":
        write_word(path, "A red bicycle")
    elif "presentation" in usual:
        slides = pptx.Presentation()
        slides.slides.add_slide(slides.slide_layouts[5]).shapes.title.text = "A red bicycle"
        slides.save(str(path))
    else:
        book = openpyxl.Workbook()
        book.active["A1"] = "A red bicycle"
        book.save(path)
    parts = ("wordprocessingml", "officeDocument", "drawingml") if "{}" in usual else ("",)
    with zipfile.ZipFile(path) as archive:
        found = {entry: archive.read(entry) for entry in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for entry, data in found.items():
            text = data.decode("latin-1")
            for part in parts:
                text = text.replace(usual.format(part), kind.format(part))
            archive.writestr(entry, text.encode("latin-1"))
    assert lines(path) == ["A red bicycle"]


def write_slides(path: Path) -> Path:
    slides = pptx.Presentation()
    first = slides.slides.add_slide(slides.slide_layouts[1])
    first.shapes.title.text = "Lighthouses"
    first.placeholders[1].text = "tall\nwhite"
    first.notes_slide.notes_text_frame.text = "Speak slowly."
    slides.slides.add_slide(slides.slide_layouts[6])  # nothing on it
    third = slides.slides.add_slide(slides.slide_layouts[6])
    table = third.shapes.add_table(1, 2, 0, 0, 100, 100).table
    table.cell(0, 0).text, table.cell(0, 1).text = "height", "42 m"
    group = third.shapes.add_group_shape()
    group.shapes.add_textbox(0, 0, 10, 10).text_frame.text = "in a group"
    slides.save(str(path))
    return path


def test_read_office__slides_are_sections(tmp_path):
    first, third = read_office(write_slides(tmp_path / "a.pptx"), Limits())
    assert (first.name, third.name) == ("Slide 1", "Slide 3")
    assert first.lines == ["Lighthouses", "tall", "white", "", "Speak slowly."]
    assert third.lines == ["height | 42 m", "in a group"]


def test_read_office__sheets_are_sections(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "Budget"
    book.active.append(["item", "cost", None, "when"])
    book.active.append(["lamp", 12.5, None, date(2021, 6, 5)])
    book.active["A5"] = "seen"
    book.active["D5"] = datetime.fromisoformat("2021-06-05T14:03:00")
    book.active["B6"] = "=SUM(B2:B2)"  # was never computed
    book.create_sheet("Empty")
    book.create_sheet("更多").append([True, 3])
    path = tmp_path / "a.xlsx"
    book.save(path)
    budget, more = read_office(path, Limits())
    assert (budget.name, more.name) == ("Sheet Budget", "Sheet 更多")
    assert budget.lines == [
        "item | cost | when",
        "lamp | 12.5 | 2021-06-05",
        "",
        "",
        "seen | 2021-06-05 14:03:00",
        "",
    ]
    assert more.lines == ["TRUE | 3"]


def test_read_office__open_text(tmp_path):
    body = (
        "<text:tracked-changes><text:p>deleted</text:p></text:tracked-changes>"
        '<text:h text:outline-level="1">A <text:span>red</text:span> bicycle</text:h>'
        "<text:p>one<text:line-break/>two<office:annotation><text:p>why?</text:p>"
        "</office:annotation> three</text:p>"
        "<text:list><text:list-item><text:p>four</text:p></text:list-item></text:list>"
        "<table:table><table:table-row><table:table-cell><text:p>five</text:p></table:table-cell>"
        "<table:table-cell><text:p>six</text:p></table:table-cell></table:table-row></table:table>"
    )
    path = write_open(tmp_path / "a.odt", body)
    assert lines(path) == ["A red bicycle", "one two three", "four", "five | six", "why?"]


def test_read_office__notes_and_boxes_of_an_open_text_come_behind_their_paragraph(tmp_path):
    body = (
        "<text:p>fox<text:note><text:note-citation>1</text:note-citation><text:note-body>"
        "<text:p>a small one</text:p></text:note-body></text:note> and hen</text:p>"
        "<text:p>left<draw:text-box><text:p>boxed</text:p></draw:text-box>over</text:p>"
    )
    path = write_open(tmp_path / "a.odt", body)
    assert lines(path) == ["fox and hen", "a small one", "leftover", "boxed"]


def test_read_office__open_slides_and_sheets(tmp_path):
    page = "<draw:page><draw:frame><text:p>%s</text:p></draw:frame></draw:page>"
    path = write_open(tmp_path / "a.odp", page % "first" + page % "" + page % "third")
    found = read_office(path, Limits())
    assert [(s.name, s.lines) for s in found] == [("Slide 1", ["first"]), ("Slide 3", ["third"])]
    row = (
        "<table:table-row%s><table:table-cell><text:p>%s</text:p></table:table-cell>"
        '<table:table-cell table:number-columns-repeated="16380"/></table:table-row>'
    )
    rows = row % ("", "lamp") + row % (' table:number-rows-repeated="2"', "") + row % ("", "bell")
    rows += row % (' table:number-rows-repeated="1048572"', "")
    path = write_open(tmp_path / "a.ods", f'<table:table table:name="Cost">{rows}</table:table>')
    (sheet,) = read_office(path, Limits())
    assert (sheet.name, sheet.lines) == ("Sheet Cost", ["lamp", "", "", "bell"])


def test_reader__sections_share_no_passage(reader, tmp_path):
    path = write_slides(tmp_path / "a.pptx")
    parts = reader.outline(path).parts
    assert [part.kind for part in parts] == [Kind.PASSAGE, Kind.PASSAGE]
    assert [part.place for part in parts] == [
        Place(section="Slide 1", first_line=1, last_line=5),
        Place(section="Slide 3", first_line=1, last_line=2),
    ]
    first, third = reader.read(path, parts)
    assert first.text == "Lighthouses\ntall\nwhite\n\nSpeak slowly."
    assert third.model_input.texts == ("height | 42 m\nin a group",)
    assert reader.preview(path, parts[1])


def test_reader__long_text_in_many_passages(reader, tmp_path):
    paragraphs = [f"Paragraph {n} " + "word " * 60 for n in range(40)]
    path = write_word(tmp_path / "named.pdf", *paragraphs)  # believed by its content
    parts = reader.outline(path).parts
    assert len(parts) > 8
    texts = [content.text for content in reader.read(path, parts)]
    assert all(any(f"Paragraph {n} " in text for text in texts) for n in range(40))


# ---------------------------------------------------------------- what they may not do


def test_read_office__nothing_in_it(tmp_path):
    assert reason(write_word(tmp_path / "a.docx")) == "The document holds no text."


def test_read_office__password(reader, tmp_path):
    path = tmp_path / "a.docx"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000))  # as Office encrypts
    with pytest.raises(UnreadableMediaError, match="protected by a password"):
        reader.outline(path)
    manifest = "<manifest:encryption-data/>"
    path = write_open(tmp_path / "a.odt", "<text:p>x</text:p>", manifest=manifest)
    assert reason(path) == str(archives.PROTECTED)
    path = write_word(tmp_path / "b.docx", "x")
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1  # the flag of an encrypted entry
    path.write_bytes(data)
    assert reason(path) == str(archives.PROTECTED)


def test_read_office__another_archive(tmp_path):
    path = tmp_path / "a.docx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("hello.txt", "hello")
    expected = "The file is named .docx, but is another kind of archive, which cannot be searched."
    assert reason(path) == expected


@pytest.mark.parametrize("name", ["a.docx", "a.pptx", "a.xlsx", "a.odt"])
def test_read_office__damaged_anywhere(tmp_path, name):
    path = tmp_path / name
    if name == "a.pptx":
        write_slides(path)
    elif name == "a.xlsx":
        openpyxl.Workbook().save(path)
    elif name == "a.odt":
        write_open(path, "<text:p>hello</text:p>")
    else:
        write_word(path, "hello")
    whole = path.read_bytes()
    for share in range(1, 10):
        path.write_bytes(whole[: len(whole) * share // 10])
        assert reason(path)
        spoilt = bytearray(whole)
        middle = len(whole) * share // 10
        spoilt[middle : middle + 64] = os.urandom(64)
        path.write_bytes(spoilt)
        with suppress(UnreadableMediaError):  # pixels of a theme's picture may be anything
            read_office(path, Limits())


def test_read_office__more_text_than_the_limit(tmp_path):
    path = write_word(tmp_path / "a.docx", os.urandom(3 * 2**19).hex())
    assert "over 2 MiB of text" in reason(path, Limits(max_text_bytes=2 * 2**20))


# ---------------------------------------------------------------- bombs


def swap(path: Path, name: str, data: bytes) -> Path:
    """The document with one of its parts replaced, compressed as far as ZIP can."""
    with zipfile.ZipFile(path) as archive:
        parts = {entry: archive.read(entry) for entry in archive.namelist()} | {name: data}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for entry, content in parts.items():
            archive.writestr(entry, content)
    return path


def test_read_office__bomb_by_ratio(tmp_path):
    path = swap(write_word(tmp_path / "a.docx", "x"), "word/document.xml", b" " * 50 * 2**20)
    assert path.stat().st_size < 200_000
    assert "unpacks to over 200 times its size" in reason(path)


def test_read_office__bomb_by_many_parts(tmp_path):
    path = write_word(tmp_path / "a.docx", "x")
    noise = os.urandom(50_000).hex().encode()  # shrinks by half only, so no part stands out
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for number in range(10):
            archive.writestr(f"word/more{number}.xml", noise * 80)
    assert "64 MiB" in reason(path)


def test_read_office__bomb_that_lies_about_its_size(tmp_path):
    path = swap(write_word(tmp_path / "a.docx", "x"), "word/document.xml", b" " * 50 * 2**20)
    data = path.read_bytes()
    size = struct.pack("<I", 50 * 2**20)
    path.write_bytes(data.replace(size, struct.pack("<I", 500_000)))
    assert reason(path)  # cut there, so its checksum is wrong


def test_read_office__nested_bombs_are_not_opened(tmp_path):
    bomb = swap(write_word(tmp_path / "b.docx", "x"), "word/document.xml", b" " * 50 * 2**20)
    path = write_word(tmp_path / "a.docx", "harmless")
    with zipfile.ZipFile(path, "a") as archive:
        archive.write(bomb, "word/embeddings/inner.docx")
    assert lines(path) == ["harmless"]


def test_read_office__pictures_and_films_are_not_unpacked(tmp_path):
    path = write_word(tmp_path / "a.docx", "harmless")
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/media/film.mp4", bytes(100 * 2**20))
    assert lines(path) == ["harmless"]


def test_read_office__methods_that_unpack_without_bound_are_refused(tmp_path):
    path = write_word(tmp_path / "a.docx", "x")
    with zipfile.ZipFile(path, "a", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("word/more.xml", bytes(100 * 2**20))
    assert "compression method 12" in reason(path)


def test_read_office__billion_laughs(tmp_path):
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    declaration = f'<!DOCTYPE x [<!ENTITY a0 "ha">{entities}]>'.encode()
    path = write_word(tmp_path / "a.docx", "harmless")
    with zipfile.ZipFile(path) as archive:
        document = archive.read("word/document.xml")
    head, rest = document.split(b"?>", 1)
    swap(path, "word/document.xml", head + b"?>" + declaration + rest.replace(b"less", b"&a9;"))
    with suppress(UnreadableMediaError):  # either answer will do; filling memory will not
        assert len(lines(path)[0]) < 1000
    body = OPEN % "<office:text><text:p>&a9;</text:p></office:text>"
    path = write_open(tmp_path / "a.odt", "")
    swap(path, "content.xml", b'<?xml version="1.0"?>' + declaration + body.encode())
    assert "defines entities, as no office program does" in reason(path)


def test_read_office__a_sheet_that_claims_a_million_columns(tmp_path):
    book = openpyxl.Workbook()
    book.active["A1"] = "lamp"
    path = tmp_path / "a.xlsx"
    book.save(path)
    with zipfile.ZipFile(path) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    sheet = sheet.replace(b'ref="A1:A1"', b'ref="A1:XFD1048576"').replace(
        b'ref="A1"', b'ref="A1:XFD1048576"'
    )
    assert b"XFD" in sheet
    swap(path, "xl/worksheets/sheet1.xml", sheet)
    assert lines(path) == ["lamp"]
