"""PDF pages: counted, drawn for the model's budget, with the text that lies under them.

PDFium is not thread-safe and reads hostile files, so only worker processes import this module.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pypdfium2
from PIL import Image

from qwen3vl_app.budget import Budget, Size
from qwen3vl_app.errors import UnreadableMediaError
from qwen3vl_app.media.dates import written
from qwen3vl_app.media.decoding import THE_PDF, decoding, the_page
from qwen3vl_app.media.held import held_bytes
from qwen3vl_app.media.page_texts import page_text
from qwen3vl_app.media.thumbnails import THUMBNAIL_SIDE
from qwen3vl_app.messages import Message
from qwen3vl_app.settings import Limits

NOMINAL_DPI = 150
"""Dots per inch at which a page counts as a picture: small print stays readable."""

_POINTS = 72
"""PDF units per inch (ISO 32000-1, 8.3.2.3)."""

_SEARCHED = 2**20
"""Bytes at either end of a refused file in which the reason is looked for."""

_COUNTS_NONE = re.compile(rb"/Count\s+0\b")
_IS_PAGE = re.compile(rb"/Type\s*/Page\b")

_NO_PAGES = Message.of("reason.no_pages")

_OVERSAMPLING = 1.5
"""Drawn larger and shrunk bicubically: thin strokes survive that a direct drawing loses."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PageImage:
    """One page, drawn."""

    picture: Image.Image
    """RGB, at least as large as both the model and the thumbnail want it."""

    size: Size
    """Pixels at :data:`NOMINAL_DPI`."""

    text: str
    """The text layer and what its form holds; empty for scans."""

    taken: str
    """When the document was made, ISO 8601 local time; empty if unknown."""


def count_pages(path: Path, limits: Limits) -> int:
    """How many pages the document has, at least one.

    Raises:
        UnreadableMediaError: It needs a password, has no or too many pages, or is damaged.
    """
    with _document(path) as document:
        count = len(document)
    if count == 0:
        raise UnreadableMediaError(path, _NO_PAGES)
    if count > limits.max_pages:
        reason = Message.of("reason.pages", count=f"{count:,}", limit=f"{limits.max_pages:,}")
        raise UnreadableMediaError(path, reason)
    return count


def draw_pages(
    path: Path, numbers: list[int], budget: Budget, limits: Limits, *, texts: bool = True
) -> Iterator[PageImage]:
    """Draw these pages, numbered from 1, for the budget: 20 to 150 ms each.

    Without ``texts`` their text layers are not read, and stay empty.

    Raises:
        UnreadableMediaError: A page is missing, damaged, or a strip beyond the limits.
    """
    with _document(path) as document:
        with decoding(path, THE_PDF):
            taken = written(document.get_metadata_value("CreationDate"))
        for number in numbers:
            with _page(path, document, number) as page:
                size = _nominal(path, page, limits)
                width, height = budget.fit_picture(size)
                wanted = max(width / size[0], height / size[1]) * _OVERSAMPLING
                scale = max(wanted, min(1.0, THUMBNAIL_SIDE / max(size)))
                with decoding(path, the_page(number)):
                    text = _text(path, number, page, limits) if texts else ""
                    picture = _draw(page, size, scale)
            yield PageImage(picture=picture, size=size, text=text, taken=taken)


def draw_page(path: Path, number: int, longest: int, limits: Limits) -> Image.Image:
    """One page with its longer side about ``longest`` pixels, for a person to read.

    Raises:
        UnreadableMediaError: As :func:`draw_pages`.
    """
    with _document(path) as document, _page(path, document, number) as page:
        size = _nominal(path, page, limits)
        with decoding(path, the_page(number)):
            return _draw(page, size, longest / max(size))


@contextmanager
def _document(path: Path) -> Iterator[pypdfium2.PdfDocument]:
    try:
        with decoding(path, THE_PDF):
            document = pypdfium2.PdfDocument(held_bytes(path) or path)
    except UnreadableMediaError as error:
        raise UnreadableMediaError(path, _refusal(path) or error.reason) from error
    try:
        with decoding(path, THE_PDF):
            document.init_forms()
        yield document
    finally:
        document.close()


def _refusal(path: Path) -> Message | None:
    """Why PDFium refused a file. Its error code is no help: it may be left from another file."""
    with path.open("rb") as file:
        data = file.read(_SEARCHED)
        file.seek(-min(_SEARCHED, path.stat().st_size), 2)
        data += file.read()
    if b"/Encrypt" in data:
        return Message.of("reason.password")
    if _COUNTS_NONE.search(data) and not _IS_PAGE.search(data):
        return _NO_PAGES
    return None


@contextmanager
def _page(path: Path, document: pypdfium2.PdfDocument, number: int) -> Iterator[pypdfium2.PdfPage]:
    with decoding(path, the_page(number)):
        page = document[number - 1]
    try:
        yield page
    finally:
        page.close()


def _nominal(path: Path, page: pypdfium2.PdfPage, limits: Limits) -> Size:
    """Size in pixels at 150 dpi. A page of 100 m² has a size too; it is only drawn smaller."""
    width, height = (points / _POINTS * NOMINAL_DPI for points in page.get_size())
    if not (math.isfinite(width) and math.isfinite(height) and min(width, height) > 0):
        reason = Message.of("reason.page_size", width=f"{width:g}", height=f"{height:g}")
        raise UnreadableMediaError(path, reason)
    size = max(1, round(width)), max(1, round(height))
    if max(size) / min(size) > limits.max_aspect:
        reason = Message.of(
            "reason.page_strip",
            width=f"{size[0]:,}",
            height=f"{size[1]:,}",
            n=f"{limits.max_aspect:g}",
        )
        raise UnreadableMediaError(path, reason)
    return size


def _draw(page: pypdfium2.PdfPage, size: Size, scale: float) -> Image.Image:
    """The page at ``scale`` times its nominal size, RGB on white."""
    # At 150 dpi a pixel is 0.48 units wide, so the scale of PDFium is 150/72 times ours.
    # The lower bound keeps the shorter side of a strip at one pixel.
    scale = max(scale, 1 / min(size))
    bitmap = page.render(scale=scale * NOMINAL_DPI / _POINTS, rev_byteorder=True)
    try:
        picture: Image.Image = bitmap.to_pil().convert("RGB").copy()
    finally:
        bitmap.close()
    return picture


def _text(path: Path, number: int, page: pypdfium2.PdfPage, limits: Limits) -> str:
    layer = page.get_textpage()
    try:
        if (count := layer.count_chars()) > limits.max_page_characters:
            reason = Message.of(
                "reason.characters",
                number=str(number),
                count=f"{count:,}",
                limit=f"{limits.max_page_characters:,}",
            )
            raise UnreadableMediaError(path, reason)
    finally:
        layer.close()
    return page_text(page)
