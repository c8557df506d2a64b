"""The text of Office documents: .docx, .pptx, .xlsx, and OpenDocument through ``opendocument``.

The libraries only ever see a copy in memory that was unpacked under limits
(:mod:`qwen3vl_app.media.archives`) and from which pictures and films are left out. They are
imported late, because together they take most of a second and many folders have no such
file. Only worker processes import this module.
"""

from __future__ import annotations

import posixpath
import warnings
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any
from unicodedata import normalize

from defusedxml.ElementTree import fromstring

from qwen3vl_app.errors import UnreadableMediaError
from qwen3vl_app.media.archives import pack, unpack_text
from qwen3vl_app.media.decoding import THE_DOCUMENT, decoding
from qwen3vl_app.media.number_formats import Figure, displayed
from qwen3vl_app.media.office_kinds import as_usual
from qwen3vl_app.media.office_parts import beside, header_of, paragraphs, parsed, related
from qwen3vl_app.media.opendocument import read_opendocument
from qwen3vl_app.media.sections import Section, row
from qwen3vl_app.messages import Message
from qwen3vl_app.settings import Limits

_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_COMPATIBLE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"

_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"

_PARAGRAPHS = {_WORD + "p", _DRAWING + "p"}
_ROWS = {_WORD + "tr", _DRAWING + "tr"}
_LETTERS = {_WORD + "t", _DRAWING + "t", _MATH + "t"}
_BREAKS = {
    _WORD + "tab": "\t",
    _WORD + "ptab": "\t",
    _WORD + "br": " ",
    _WORD + "cr": " ",
    _WORD + "noBreakHyphen": "-",
    _DRAWING + "br": " ",
}
_UNSAID = {_WORD + "pPr", _WORD + "moveFrom", _COMPATIBLE + "Fallback"}
"""Tab stops, text that was moved away, and what programs read that do not know the first form."""

_NOTES = ("/word/footnotes.xml", "/word/endnotes.xml")
_MAX_ROWS = 2**20
"""Of a sheet (Excel's own limit); damaged files claim more."""

_Parts = dict[str, bytes]


def read_office(path: Path, limits: Limits) -> list[Section]:
    """The text of a document, sections without any left out; at least one.

    Raises:
        UnreadableMediaError: It needs a password, is damaged, too large, or holds no text.
    """
    parts = as_usual(unpack_text(path))
    read = _reader_of(path, parts)
    sections: list[Section] = []
    left = limits.max_text_bytes
    with decoding(path, THE_DOCUMENT), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of features that have nothing to do with text
        for section in read(parts):
            left -= sum(len(line) for line in section.lines)
            if left < 0:
                limit = limits.max_text_bytes // 2**20
                reason = Message.of("reason.much_text", n=str(limit))
                raise UnreadableMediaError(path, reason)
            if any(line.strip() for line in section.lines):
                composed = [normalize("NFC", line) for line in section.lines]
                sections.append(Section(lines=composed, name=normalize("NFC", section.name)))
    if not sections:
        raise UnreadableMediaError(path, Message.of("reason.no_text"))
    return sections


def _reader_of(path: Path, parts: _Parts) -> Callable[[_Parts], Iterator[Section]]:
    if parts.get("mimetype", b"").startswith(b"application/vnd.oasis.opendocument."):
        return lambda parts: read_opendocument(path, parts)
    for folder, read in (("word/", _read_word), ("ppt/", _read_slides), ("xl/", _read_sheets)):
        if any(name.startswith(folder) for name in parts):
            return read
    raise UnreadableMediaError(path, Message.of("reason.archive", suffix=path.suffix or path.name))


# ---------------------------------------------------------------- .docx and .pptx


def _read_word(parts: _Parts) -> Iterator[Section]:
    import docx  # noqa: PLC0415 - see the module's docstring
    from docx.oxml import parse_xml  # noqa: PLC0415

    document = docx.Document(pack(parts))
    lines = list(_lines(document.element.body))
    for part in document.part.package.iter_parts():
        if part.partname in _NOTES:
            lines += _lines(parse_xml(part.blob))
    name = str(document.part.partname).lstrip("/")
    around: list[str] = []  # above and below every page: once, whatever kinds of pages there are
    for part_name in related(parts, name, "header", "footer"):
        around += [line for line in _lines(parse_xml(parts[part_name])) if line.strip()]
    lines += _apart([*beside(parts, name), *dict.fromkeys(around)])
    yield Section(lines=lines)


def _read_slides(parts: _Parts) -> Iterator[Section]:
    import pptx  # noqa: PLC0415 - see the module's docstring

    for number, slide in enumerate(pptx.Presentation(pack(parts)).slides, start=1):
        lines = list(_lines(slide.element))
        if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
            lines += ["", *slide.notes_slide.notes_text_frame.text.splitlines()]
        lines += _apart(beside(parts, str(slide.part.partname).lstrip("/")))
        yield Section(lines=lines, name=f"Slide {number}")


def _lines(element: Any) -> Iterator[str]:  # noqa: ANN401 - elements of lxml
    """Paragraphs, and the rows of tables, in the order of the document.

    Walks the XML, because the libraries' own ``text`` leaves out what was inserted under change
    tracking, what stands in text boxes, and the shapes of a group.
    """
    for child in element:
        if child.tag in _PARAGRAPHS:
            yield from _text(child).split("\n")
        elif child.tag in _ROWS:
            yield row([_text(cell) for cell in child])
        elif child.tag not in _UNSAID:
            yield from _lines(child)


def _text(element: Any) -> str:  # noqa: ANN401 - elements of lxml
    """What a paragraph says; paragraphs inside it (text boxes, cells) are lines behind it."""
    inside: list[str] = []
    return "\n".join([_letters(element, inside), *inside])


def _letters(element: Any, inside: list[str]) -> str:  # noqa: ANN401
    """What a paragraph says by itself; paragraphs in it are added to ``inside``."""
    pieces: list[str] = []
    for child in element:
        if child.tag in _LETTERS:
            pieces.append(child.text or "")
        elif child.tag in _BREAKS:
            pieces.append(_BREAKS[child.tag])
        elif child.tag in _PARAGRAPHS:
            inside.append(_text(child))
        elif child.tag not in _UNSAID:
            pieces.append(_letters(child, inside))
    return "".join(pieces)


# ---------------------------------------------------------------- .xlsx


def _read_sheets(parts: _Parts) -> Iterator[Section]:
    import openpyxl  # noqa: PLC0415 - see the module's docstring

    book = openpyxl.load_workbook(pack(parts), read_only=True, data_only=True, keep_links=False)
    read = {sheet.title: sheet for sheet in book.worksheets}
    for title, name in _sheets(parts):
        lines: list[str] = []
        if title in read:
            read[title].reset_dimensions()  # what a file claims may be a million empty columns
            for number, cells in enumerate(read[title].iter_rows()):
                if number >= _MAX_ROWS:
                    break
                lines.append(row([_cell(cell.value, cell.number_format) for cell in cells]))
        yield Section(lines=lines + _apart(_around(parts, name)), name=f"Sheet {title}")


def _sheets(parts: _Parts) -> Iterator[tuple[str, str]]:
    """Titles and parts of all sheets, those that are one chart too, in their order."""
    book = next(iter(related(parts, "", "officeDocument")), "xl/workbook.xml")
    targets = _targets(parts, book)
    for element in fromstring(parts[book]).iter():
        if element.tag.rpartition("}")[2] == "sheet":
            reference = next((v for k, v in element.attrib.items() if k.endswith("}id")), "")
            yield element.get("name", ""), targets.get(reference, "")


def _targets(parts: _Parts, name: str) -> dict[str, str]:
    folder, base = posixpath.split(name)
    relations = fromstring(parts[f"{folder}/_rels/{base}.rels"])
    return {
        one.get("Id", ""): posixpath.normpath(
            posixpath.join("/", folder, one.get("Target", ""))
        ).lstrip("/")
        for one in relations
    }


def _around(parts: _Parts, name: str) -> Iterator[str]:
    """What a sheet shows beside its cells."""
    yield from beside(parts, name)
    for drawing in related(parts, name, "drawing"):
        yield from paragraphs(parsed(parts[drawing]))
        yield from beside(parts, drawing)
    yield from header_of(parts.get(name, b""))


def _apart(lines: Iterable[str]) -> list[str]:
    """These lines after a blank one, if there are any."""
    found = [piece for line in lines for piece in line.splitlines()]
    return ["", *found] if found else []


def _cell(value: object, number_format: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if not isinstance(value, Figure):
        return str(value)
    return displayed(value, number_format or "General")
