"""The text of OpenDocument files: .odt, .odp and .ods (OASIS OpenDocument 1.3, part 3).

Read as XML, by defusedxml: odfpy, the library for them, has had no release since 2020.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from qwen3vl_app.errors import UnreadableMediaError
from qwen3vl_app.media.archives import PROTECTED
from qwen3vl_app.media.sections import Section, row

_NAMES = "{urn:oasis:names:tc:opendocument:xmlns:"
_OFFICE, _TEXT = _NAMES + "office:1.0}", _NAMES + "text:1.0}"
_TABLE, _DRAW = _NAMES + "table:1.0}", _NAMES + "drawing:1.0}"

_PARAGRAPHS = {_TEXT + "p", _TEXT + "h"}
_UNSAID = {_TEXT + "tracked-changes", _OFFICE + "annotation", _OFFICE + "forms"}
"""What was deleted, and what others remarked."""

_SPACES = {_TEXT + "s": " ", _TEXT + "tab": "\t", _TEXT + "line-break": " "}

_ENTITIES = "The document defines entities, as no office program does: it is made to fill memory."

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
            for number, slide in enumerate(content.iter(_DRAW + "page"), start=1):
                yield Section(lines=list(_lines(slide)), name=f"Slide {number}")
        elif content.tag == _OFFICE + "spreadsheet":
            for sheet in content.iter(_TABLE + "table"):
                yield Section(lines=_rows(sheet), name=f"Sheet {sheet.get(_TABLE + 'name', '')}")
        else:
            yield Section(lines=list(_lines(content)))


def _lines(element: Element) -> Iterator[str]:
    """Paragraphs, and the rows of tables, in the order of the document."""
    for child in element:
        if child.tag in _PARAGRAPHS:
            yield _said(child)
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


def _said(element: Element) -> str:
    """The text of a paragraph, without remarks."""
    if element.tag in _UNSAID:
        return ""
    pieces = [_SPACES.get(element.tag, ""), element.text or ""]
    for child in element:
        pieces += [_said(child), child.tail or ""]
    return "".join(pieces)
