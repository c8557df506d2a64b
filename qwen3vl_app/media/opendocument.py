"""The text of OpenDocument files: .odt, .odp and .ods (OASIS OpenDocument 1.3, part 3).

Read as XML, by defusedxml: odfpy, the library for them, has had no release since 2020.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from xml.etree.ElementTree import Element

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from qwen3vl_app.errors import UnreadableMediaError
from qwen3vl_app.media.archives import PROTECTED
from qwen3vl_app.media.sections import Section, row
from qwen3vl_app.messages import Message

_NAMES = "{urn:oasis:names:tc:opendocument:xmlns:"
_OFFICE, _TEXT = _NAMES + "office:1.0}", _NAMES + "text:1.0}"
_TABLE, _DRAW = _NAMES + "table:1.0}", _NAMES + "drawing:1.0}"

_PARAGRAPHS = {_TEXT + "p", _TEXT + "h"}
_REMARK = _OFFICE + "annotation"
_UNSAID = {_TEXT + "tracked-changes", _REMARK, _OFFICE + "forms", _TEXT + "note-citation"}
"""What was deleted, the numbers of notes, and what others remarked: that comes behind the text."""

_STYLE = _NAMES + "style:1.0}"
_AROUND = {
    _STYLE + "header",
    _STYLE + "footer",
    _STYLE + "header-first",
    _STYLE + "footer-first",
    _STYLE + "header-left",
    _STYLE + "footer-left",
}
_DECLARED = {_NAMES + "presentation:1.0}header-decl", _NAMES + "presentation:1.0}footer-decl"}
_LINK = "{http://www.w3.org/1999/xlink}href"
_CHART = _NAMES + "chart:1.0}"

_SPACES = {_TEXT + "s": " ", _TEXT + "tab": "\t", _TEXT + "line-break": " "}

_ENTITIES = Message.of("reason.entities")

_MAX_ROWS = 2**20
"""Of a sheet; empty rows up to the last possible one are written as one that is repeated."""


def read_opendocument(path: Path, parts: dict[str, bytes]) -> Iterator[Section]:
    """The sections of a document, also those without text.

    Raises:
        UnreadableMediaError: It needs a password, or is made to fill memory by its entities.
        Exception: Whatever the XML parser raises for what is damaged.
    """
    if b"encryption-data" in parts.get("META-INF/manifest.xml", b""):
        raise UnreadableMediaError(path, PROTECTED)
    try:
        body = fromstring(parts["content.xml"]).find(_OFFICE + "body")
    except DefusedXmlException as error:
        raise UnreadableMediaError(path, _ENTITIES) from error
    for content in body if body is not None else ():
        if content.tag == _OFFICE + "presentation":
            declared = [
                line for one in content if one.tag in _DECLARED for line in _paragraph(one)
            ]
            for number, slide in enumerate(content.iter(_DRAW + "page"), start=1):
                lines = [*_lines(slide), *_beside(slide, parts, declared)]
                yield Section(lines=lines, name=f"Slide {number}")
        elif content.tag == _OFFICE + "spreadsheet":
            for sheet in content.iter(_TABLE + "table"):
                shapes = [line for one in sheet.iter(_TABLE + "shapes") for line in _lines(one)]
                lines = [*_rows(sheet), *_beside(sheet, parts, shapes)]
                yield Section(lines=lines, name=f"Sheet {sheet.get(_TABLE + 'name', '')}")
        else:
            yield Section(lines=[*_lines(content), *_beside(content, parts, _headers(parts))])


def _beside(element: Element, parts: Mapping[str, bytes], more: Iterable[str]) -> list[str]:
    """What a reader sees beside the text, after a blank line: charts, remarks, and ``more``."""
    found: list[str] = []
    for item in element.iter(_DRAW + "object"):
        chart = posixpath.normpath(posixpath.join(item.get(_LINK, ""), "content.xml"))
        if chart in parts:
            found += _chart(fromstring(parts[chart]))
    for remark in element.iter(_REMARK):
        found += [line for one in remark.iter(_TEXT + "p") for line in _paragraph(one)]
    found += dict.fromkeys(more)
    found = [line for line in found if line.strip()]
    return ["", *found] if found else []


def _headers(parts: Mapping[str, bytes]) -> list[str]:
    """What stands above and below every page."""
    styles = parts.get("styles.xml")
    if not styles:
        return []
    around = (one for one in fromstring(styles).iter() if one.tag in _AROUND)
    return [line for one in around for line in _lines(one)]


def _chart(document: Element) -> list[str]:
    """Titles, then names of series and categories: the table of a chart without its figures."""
    lines: list[str] = []
    for kind in ("title", "subtitle"):
        for title in document.iter(_CHART + kind):
            lines += _lines(title)
    for table_row in document.iter(_TABLE + "table-row"):
        cells = [cell for cell in table_row if cell.get(_OFFICE + "value-type") == "string"]
        lines.append(row([" ".join(_lines(cell)) for cell in cells]))
    return lines


def _lines(element: Element) -> Iterator[str]:
    """Paragraphs, and the rows of tables, in the order of the document."""
    for child in element:
        if child.tag in _PARAGRAPHS:
            yield from _paragraph(child)
        elif child.tag == _TABLE + "table-row":
            yield row([" ".join(_lines(cell)) for cell in child])
        elif child.tag not in _UNSAID:
            yield from _lines(child)


def _rows(sheet: Element) -> list[str]:
    lines: list[str] = []
    number = 0  # rows so far, with empty ones that stand for many
    for element in sheet.iter(_TABLE + "table-row"):
        line = row([" ".join(_lines(cell)) for cell in element])
        if line and number < _MAX_ROWS:
            lines += [""] * (number - len(lines))
            lines.append(line)
        repeated = element.get(_TABLE + "number-rows-repeated", "1")
        number += int(repeated) if repeated.isdecimal() else 1
    return lines


def _paragraph(element: Element) -> list[str]:
    """What a paragraph says, then those inside it (text boxes, notes), without remarks."""
    inside: list[str] = []
    return [_said(element, inside), *inside]


def _said(element: Element, inside: list[str]) -> str:
    """What a paragraph says by itself; paragraphs in it are added to ``inside``."""
    if element.tag in _UNSAID:
        return ""
    pieces = [_SPACES.get(element.tag, ""), element.text or ""]
    for child in element:
        if child.tag in _PARAGRAPHS:
            inside += _paragraph(child)
        else:
            pieces.append(_said(child, inside))
        pieces.append(child.tail or "")
    return "".join(pieces)
