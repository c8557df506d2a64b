"""What a reader sees of an Office document beside its main text: charts, diagrams, remarks.

They are parts of their own, which relations of the main part name (ISO/IEC 29500-2). Read as XML,
by defusedxml, because the libraries for Office documents do not reach them.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element, ParseError

from defusedxml.ElementTree import fromstring

from qwen3vl_app.media.sections import row

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_CHART_EX = "{http://schemas.microsoft.com/office/drawing/2014/chartex}"

Parts = Mapping[str, bytes]


def related(parts: Parts, name: str, *kinds: str) -> list[str]:
    """Names of the parts that relations of ``name`` name, of these kinds, in their order there."""
    folder, base = posixpath.split(name)
    relations = parts.get(posixpath.join(folder, "_rels", f"{base}.rels"))
    if not relations:
        return []
    found: list[str] = []
    for relation in parsed(relations):
        kind = relation.get("Type", "").rpartition("/")[2]
        if kind in kinds and relation.get("TargetMode") != "External":
            target = posixpath.join("/", folder, relation.get("Target", ""))
            found.append(posixpath.normpath(target).lstrip("/"))
    return [target for target in dict.fromkeys(found) if parts.get(target)]


def beside(parts: Parts, name: str) -> Iterator[str]:
    """Lines of the charts and diagrams of a part, and of what is remarked on it."""
    for chart in related(parts, name, "chart", "chartEx"):
        yield from _chart(parsed(parts[chart]))
    for diagram in related(parts, name, "diagramData"):
        yield from paragraphs(parsed(parts[diagram]))
    for remarks in related(parts, name, "comments", "threadedComment"):
        yield from _remarks(parsed(parts[remarks]))


def parsed(part: bytes) -> Element:
    """A part beside the main one; an empty element where it is damaged: the rest is not.

    Raises:
        DefusedXmlException: It defines entities.
    """
    try:
        root: Element = fromstring(part)
    except ParseError:
        return Element("damaged")
    return root


def paragraphs(element: Element) -> Iterator[str]:
    """The paragraphs of a drawing that say something."""
    for paragraph in element.iter(_A + "p"):
        text = "".join(piece.text or "" for piece in paragraph.iter(_A + "t"))
        if text.strip():
            yield text


def header_of(sheet: bytes) -> list[str]:
    """What stands above and below a printed sheet, without its codes."""
    found = re.findall(rb"<(?:\w+:)?(?:odd|even|first)(?:Header|Footer)>[^<]*<", sheet[-_TAIL:])
    lines = []
    for part in found:
        text = "".join(parsed(b"<x>" + part[part.index(b">") + 1 : -1] + b"</x>").itertext())
        pieces = re.split(r"&[LCR]", _CODES.sub(" ", text))
        lines.append(row([piece for piece in pieces if _LETTER.search(piece)]))
    return [line for line in dict.fromkeys(lines) if line]


_TAIL = 2**16
"""Bytes at the end of a sheet in which its header and footer stand."""

_CODES = re.compile(r'&(?:"[^"]*"|\d+|K[0-9A-F]{6}|[PNDTZFAGBIUESXYH&])')
_LETTER = re.compile(r"[^\W_]")


def _chart(chart: Element) -> Iterator[str]:
    """Its titles, then the names of its series and of what they are drawn over, a line each."""
    yield from paragraphs(chart)
    names: list[str] = []
    over: list[str] = []
    for series in chart.iter(_CHART + "ser"):
        for named in series.findall(_CHART + "tx"):
            names += _values(named)
        for kind in ("cat", "xVal"):
            for categories in series.findall(_CHART + kind):
                if any(piece.tag.endswith(_TEXTS) for piece in categories.iter()):
                    over += _values(categories)
    for cached in chart.iter(_CHART_EX + "pt"):
        over.append(cached.text or "")
    for cells in (names, over):
        if line := row(list(dict.fromkeys(cells))):
            yield line
    title = [_values(text) for text in chart.iter(_CHART + "title")]
    yield from (row(values) for values in title if values)


_TEXTS = ("}strCache", "}multiLvlStrCache", "}strLit")


def _values(element: Element) -> list[str]:
    return [value.text for value in element.iter(_CHART + "v") if value.text]


def _remarks(remarks: Element) -> Iterator[str]:
    """One line for every paragraph, whatever program wrote them."""
    for element in remarks.iter():
        name = element.tag.rpartition("}")[2]
        if name == "p" or (name == "text" and not any(True for _ in element.iter(_A + "p"))):
            text = "".join(
                piece.text or "" for piece in element.iter() if _is_letters(piece, element)
            )
            if text.strip():
                yield " ".join(text.split())


def _is_letters(piece: Element, whole: Element) -> bool:
    return piece is whole or piece.tag.rpartition("}")[2] == "t"
