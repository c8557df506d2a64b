"""The text of Office documents: .docx, .pptx, .xlsx, and OpenDocument through ``opendocument``.

The libraries only ever see a copy in memory that was unpacked under limits
(:mod:`qwen3vl_app.media.archives`) and from which pictures and films are left out. They are
imported late, because together they take most of a second and many folders have no such
file. Only worker processes import this module.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from qwen3vl_app.errors import UnreadableMediaError
from qwen3vl_app.media.archives import pack, unpack_text
from qwen3vl_app.media.decoding import decoding
from qwen3vl_app.media.opendocument import read_opendocument
from qwen3vl_app.media.sections import Section, row
from qwen3vl_app.settings import Limits

_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_COMPATIBLE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"

_PARAGRAPHS = {_WORD + "p", _DRAWING + "p"}
_ROWS = {_WORD + "tr", _DRAWING + "tr"}
_LETTERS = {_WORD + "t", _DRAWING + "t"}
_BREAKS = {_WORD + "tab": "\t", _WORD + "br": " ", _WORD + "cr": " ", _DRAWING + "br": " "}
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
    parts = unpack_text(path)
    read = _reader_of(path, parts)
    sections: list[Section] = []
    left = limits.max_text_bytes
    with decoding(path, "The document"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of features that have nothing to do with text
        for section in read(parts):
            left -= sum(len(line) for line in section.lines)
            if left < 0:
                limit = f"{limits.max_text_bytes // 2**20} MiB"
                reason = f"The document holds over {limit} of text; split it."
                raise UnreadableMediaError(path, reason)
            if any(line.strip() for line in section.lines):
                sections.append(section)
    if not sections:
        raise UnreadableMediaError(path, "The document holds no text.")
    return sections


def _reader_of(path: Path, parts: _Parts) -> Callable[[_Parts], Iterator[Section]]:
    if parts.get("mimetype", b"").startswith(b"application/vnd.oasis.opendocument."):
        return lambda parts: read_opendocument(path, parts)
    for folder, read in (("word/", _read_word), ("ppt/", _read_slides), ("xl/", _read_sheets)):
        if any(name.startswith(folder) for name in parts):
            return read
    found = f"The file is named {path.suffix or path.name}, but is another kind of archive"
    raise UnreadableMediaError(path, f"{found}, which cannot be searched.")


# ---------------------------------------------------------------- .docx and .pptx


def _read_word(parts: _Parts) -> Iterator[Section]:
    import docx  # noqa: PLC0415 - see the module's docstring
    from docx.oxml import parse_xml  # noqa: PLC0415

    document = docx.Document(pack(parts))
    lines = list(_lines(document.element.body))
    for part in document.part.package.iter_parts():
        if part.partname in _NOTES:
            lines += _lines(parse_xml(part.blob))
    yield Section(lines=lines)


def _read_slides(parts: _Parts) -> Iterator[Section]:
    import pptx  # noqa: PLC0415 - see the module's docstring

    for number, slide in enumerate(pptx.Presentation(pack(parts)).slides, start=1):
        lines = list(_lines(slide.element))
        if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
            lines += ["", *slide.notes_slide.notes_text_frame.text.splitlines()]
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
    """What a paragraph says; paragraphs inside it (text boxes, cells) begin a new line."""
    pieces: list[str] = []
    for child in element:
        if child.tag in _LETTERS:
            pieces.append(child.text or "")
        elif child.tag in _BREAKS:
            pieces.append(_BREAKS[child.tag])
        elif child.tag not in _UNSAID:
            pieces.append("\n" * (child.tag in _PARAGRAPHS) + _text(child))
    return "".join(pieces)


# ---------------------------------------------------------------- .xlsx


def _read_sheets(parts: _Parts) -> Iterator[Section]:
    import openpyxl  # noqa: PLC0415 - see the module's docstring

    book = openpyxl.load_workbook(pack(parts), read_only=True, data_only=True, keep_links=False)
    for sheet in book.worksheets:
        sheet.reset_dimensions()  # what a file claims may be a million empty columns
        lines: list[str] = []
        for number, values in enumerate(sheet.iter_rows(values_only=True)):
            if number >= _MAX_ROWS:
                break
            lines.append(row([_cell(value) for value in values]))
        yield Section(lines=lines, name=f"Sheet {sheet.title}")


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()  # a day, which Excel keeps as its first moment
    if isinstance(value, datetime | date | time):
        return value.isoformat(" ") if isinstance(value, datetime) else value.isoformat()
    return f"{value:.15g}" if isinstance(value, float) else str(value)
