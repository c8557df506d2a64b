"""What a PDF page says: its text layer in the order of reading, and what its form holds.

Only worker processes import this module, as ``pages``.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from unicodedata import category, normalize

import pypdfium2
from pypdfium2 import raw

from qwen3vl_app.media.line_ends import whole_words
from qwen3vl_app.media.right_to_left import RIGHT_TO_LEFT, Letter, in_reading_order

_HIDDEN = raw.FPDF_ANNOT_FLAG_HIDDEN | raw.FPDF_ANNOT_FLAG_NOVIEW
_PASSWORD = 1 << 13
"""Flag of a text field (ISO 32000-1, table 228): what it holds is shown as dots."""

_LONGEST_VALUE = 2**20
"""Bytes of one value of a form; a page of print has 10,000."""

_MOST_FIELDS = 10_000
"""Of one page; a form of the tax office has 300."""

_BOXES = (raw.FPDF_FORMFIELD_CHECKBOX, raw.FPDF_FORMFIELD_RADIOBUTTON)
_FEW = 8
"""Characters; PDFium takes vowels above others for a line, which is longer."""

_UNSAID = {"yes", "on", "off", "1", "true", "x"}
"""Values of boxes that say only that they are ticked."""


def page_text(page: pypdfium2.PdfPage) -> str:
    """The text of a page, composed (NFC), then the values of its form, a line each."""
    layer = page.get_textpage()
    try:
        text: str = layer.get_text_bounded()
        if RIGHT_TO_LEFT.search(text):
            text = _by_position(layer)
    finally:
        layer.close()
    text = whole_words(text.replace("\r\n", "\n").replace("\0", "").strip())
    return normalize("NFC", "\n".join([text, *_form(page, text)]).strip())


def _by_position(layer: pypdfium2.PdfTextPage) -> str:
    lines = []
    for letters in _joined(_lines(layer)):
        text = "".join(letter.sign for letter in letters)
        lines.append(in_reading_order(letters) if RIGHT_TO_LEFT.search(text) else text)
    return "\n".join(lines)


def _joined(lines: Iterator[list[Letter]]) -> Iterator[list[Letter]]:
    """Lines from right to left in one piece: their vowels stand higher and lower than letters."""
    before: list[Letter] = []
    for line in lines:
        if _turns(before) and _turns(line) and _is_beside(before, line):
            before += line
        else:
            if before:
                yield before
            before = line
    yield before


def _is_beside(one: list[Letter], other: list[Letter]) -> bool:
    """Whether two lines are of one height, or one of them is vowels close to the other."""
    bottoms = [min(letter.bottom for letter in line) for line in (one, other)]
    tops = [max(letter.top for letter in line) for line in (one, other)]
    shared = min(tops) - max(bottoms)
    heights = [top - bottom for top, bottom in zip(tops, bottoms, strict=True)]
    if len(other) < _FEW and any(category(letter.sign) == "Mn" for letter in other):
        return shared > -0.3 * max(heights)
    return shared > 0.5 * min(heights)


def _lines(layer: pypdfium2.PdfTextPage) -> Iterator[list[Letter]]:
    """The characters as they are printed, by line."""
    line: list[Letter] = []
    for index in range(layer.count_chars()):
        sign = _sign(raw.FPDFText_GetUnicode(layer, index))
        if sign in "\r\n":
            if sign == "\n":
                yield line
                line = []
            continue
        left, bottom, right, top = layer.get_charbox(index)
        if sign == " " and left == right and _turns(line):
            continue  # made up by PDFium, and not where it belongs; the gap tells
        line.append(Letter(sign, left, right, bottom, top))
    yield line


def _turns(line: list[Letter]) -> bool:
    return any(RIGHT_TO_LEFT.match(letter.sign) for letter in line)


def _sign(code: int) -> str:
    return chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else " "


def _form(page: pypdfium2.PdfPage, text: str) -> Iterator[str]:
    """What was filled in, chosen, ticked or written on the page, but for what is in its text."""
    form = page.formenv
    said = " ".join(text.split())
    for index in range(min(raw.FPDFPage_GetAnnotCount(page), _MOST_FIELDS)):
        annotation = raw.FPDFPage_GetAnnot(page, index)
        if not annotation:
            continue
        try:
            if raw.FPDFAnnot_GetFlags(annotation) & _HIDDEN:
                continue
            kind = raw.FPDFAnnot_GetSubtype(annotation)
            if kind == raw.FPDF_ANNOT_WIDGET and form is not None:
                values = list(_values(form, annotation))
            elif kind == raw.FPDF_ANNOT_FREETEXT:
                values = [_string(_contents, annotation)]
            else:
                values = []
        finally:
            raw.FPDFPage_CloseAnnot(annotation)
        for value in values:
            if value.strip() and " ".join(value.split()) not in said:
                yield value.strip()


def _values(form: pypdfium2.PdfFormEnv, annotation: object) -> Iterator[str]:
    kind = raw.FPDFAnnot_GetFormFieldType(form, annotation)
    if kind == raw.FPDF_FORMFIELD_TEXTFIELD:
        if not raw.FPDFAnnot_GetFormFieldFlags(form, annotation) & _PASSWORD:
            yield _string(raw.FPDFAnnot_GetFormFieldValue, form, annotation)
    elif kind in (raw.FPDF_FORMFIELD_COMBOBOX, raw.FPDF_FORMFIELD_LISTBOX):
        chosen = [
            _string(raw.FPDFAnnot_GetOptionLabel, form, annotation, option)
            for option in range(min(raw.FPDFAnnot_GetOptionCount(form, annotation), _MOST_FIELDS))
            if raw.FPDFAnnot_IsOptionSelected(form, annotation, option)
        ]
        yield from chosen or [_string(raw.FPDFAnnot_GetFormFieldValue, form, annotation)]
    elif kind in _BOXES and raw.FPDFAnnot_IsChecked(form, annotation):
        yield _label(form, annotation)


def _label(form: pypdfium2.PdfFormEnv, annotation: object) -> str:
    """What a ticked box stands for: as readers are told, its value, or its name."""
    told = _string(raw.FPDFAnnot_GetFormFieldAlternateName, form, annotation)
    value = _string(raw.FPDFAnnot_GetFormFieldExportValue, form, annotation)
    value = "" if value.lower() in _UNSAID else value
    name = _string(raw.FPDFAnnot_GetFormFieldName, form, annotation)
    return ": ".join(part for part in (told, value) if part) or name


def _contents(annotation: object, buffer: object, size: int) -> int:
    return int(raw.FPDFAnnot_GetStringValue(annotation, b"Contents", buffer, size))


def _string(function: Callable[..., int], *args: object) -> str:
    """What a function of PDFium writes as UTF-16-LE with a zero at its end."""
    size = function(*args, None, 0)
    if not 2 < size <= _LONGEST_VALUE:
        return ""
    buffer = ctypes.create_string_buffer(size)
    function(*args, ctypes.cast(buffer, ctypes.POINTER(raw.FPDF_WCHAR)), size)
    text = buffer.raw[: size - 2].decode("utf-16-le", "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
