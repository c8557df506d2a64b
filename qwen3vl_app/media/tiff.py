"""TIFF of several pages, as scanners and fax machines write it: every page is an item."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path

from PIL import Image

from qwen3vl_app.errors import UnreadableMediaError
from qwen3vl_app.media.dates import photographed
from qwen3vl_app.media.decoding import THE_PICTURE, decoding, the_page
from qwen3vl_app.media.ifds import page_positions
from qwen3vl_app.media.pictures import A_PAGE, as_shown, check_size, check_tile, open_picture
from qwen3vl_app.messages import Message
from qwen3vl_app.settings import Limits


def count_pages(path: Path, limits: Limits) -> int:
    """How many pages a picture has: 1 for all that is no TIFF of several. Decodes nothing.

    Raises:
        UnreadableMediaError: It is no picture, or has too many pages.
    """
    with open_picture(path, limits) as image:
        count = len(_frames(path, image, limits))
    if count > limits.max_pages:
        reason = Message.of("reason.tiff", count=f"{count:,}", limit=f"{limits.max_pages:,}")
        raise UnreadableMediaError(path, reason)
    return count


def load_pages(
    path: Path, numbers: Sequence[int], limits: Limits, *, reference: bool = False
) -> Iterator[tuple[Image.Image, str]]:
    """Pages, numbered from 1, at full size, upright, RGB, and when each was scanned.

    ``reference`` as for :func:`~qwen3vl_app.media.pictures.load_picture`.

    Raises:
        UnreadableMediaError: A page is missing, damaged or beyond the limits.
    """
    with open_picture(path, limits) as image:
        frames = _frames(path, image, limits)
        for number in numbers:
            if number > len(frames):
                raise UnreadableMediaError(path, Message.of("reason.no_page", number=str(number)))
            with decoding(path, the_page(number)):
                image.seek(frames[number - 1])
            check_size(path, image.size, limits, A_PAGE)
            check_tile(path, image, limits)
            with decoding(path, the_page(number)), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                image.load()
                page = as_shown(image, reference=reference)
                # what is still the file's own picture changes with the next page
                yield page.copy() if page is image else page, photographed(image)


def _frames(path: Path, image: Image.Image, limits: Limits) -> list[int]:
    """Positions of the pages, without their thumbnails, smaller versions and masks."""
    with decoding(path, THE_PICTURE):
        return page_positions(image, limits.max_pages) or [0]
