"""TIFF of several pages, as scanners and fax machines write it: every page is an item."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path

from PIL import Image

from qwen3vl_app.errors import UnreadableMediaError
from qwen3vl_app.media.dates import photographed
from qwen3vl_app.media.decoding import decoding
from qwen3vl_app.media.pictures import check_size, check_tile, flatten, open_picture, upright
from qwen3vl_app.settings import Limits

_SUBFILE_TYPE = 0x00FE
_NOT_PAGES = 8
"""Images to a page at most: smaller versions of it, each half the size of the one before."""

_NO_PAGE = 0b101
"""Bits of NewSubfileType: a smaller version of another image, or its mask (TIFF 6.0, page 36)."""


def count_pages(path: Path, limits: Limits) -> int:
    """How many pages a picture has: 1 for all that is no TIFF of several. Decodes nothing.

    Raises:
        UnreadableMediaError: It is no picture, or has too many pages.
    """
    with open_picture(path, limits) as image:
        count = len(_frames(path, image, limits))
    if count > limits.max_pages:
        found = f"The picture has {count:,} pages, over the limit of {limits.max_pages:,}"
        raise UnreadableMediaError(path, f"{found}; split it.")
    return count


def load_pages(
    path: Path, numbers: Sequence[int], limits: Limits
) -> Iterator[tuple[Image.Image, str]]:
    """Pages, numbered from 1, at full size, upright, RGB, and when each was scanned.

    Raises:
        UnreadableMediaError: A page is missing, damaged or beyond the limits.
    """
    with open_picture(path, limits) as image:
        frames = _frames(path, image, limits)
        for number in numbers:
            if number > len(frames):
                raise UnreadableMediaError(path, f"There is no page {number} any more.")
            with decoding(path, f"Page {number}"):
                image.seek(frames[number - 1])
            check_size(path, image.size, limits, "page")
            check_tile(path, image, limits)
            with decoding(path, f"Page {number}"), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                image.load()
                page = flatten(upright(image))
                # what is still the file's own picture changes with the next page
                yield page.copy() if page is image else page, photographed(image)


def _frames(path: Path, image: Image.Image, limits: Limits) -> list[int]:
    """Positions of the pages, without their thumbnails, smaller versions and masks.

    Not all where there are far more than the limit: a file of 20 MB may have a million.
    """
    if image.format != "TIFF":
        return [0]
    pages: list[int] = []
    with decoding(path, "The picture"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for position in range(_NOT_PAGES * (limits.max_pages + 1)):
            try:
                image.seek(position)
            except EOFError:
                break
            if not int(image.tag_v2.get(_SUBFILE_TYPE, 0)) & _NO_PAGE:  # type: ignore[attr-defined]
                pages.append(position)
    return pages or [0]
