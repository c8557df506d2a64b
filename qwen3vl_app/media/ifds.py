"""Which images of a TIFF are pages: not its previews, smaller versions and masks."""

from __future__ import annotations

import warnings

from PIL import Image

_NEW_KIND, _OLD_KIND = 254, 255
"""Tags NewSubfileType and SubfileType (TIFF 6.0, pages 36 and 40)."""

_NO_PAGE = 0b101
"""Bits of NewSubfileType: a smaller version of another image, or its mask."""

_SMALLER = 2
"""SubfileType of a smaller version of another image."""

_NOT_PAGES = 8
"""Images to a page at most: smaller versions of it, each half the size of the one before."""


def page_positions(image: Image.Image, most: int) -> list[int]:
    """Positions of the pages of an opened picture; none where all are said to be smaller versions.

    Not all where there are far more than ``most``: a file of 20 MB may have a million.
    """
    if image.format != "TIFF":
        return [0]
    pages: list[int] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for position in range(_NOT_PAGES * (most + 1)):
            try:
                image.seek(position)
            except EOFError:
                break
            if _is_page(image):
                pages.append(position)
                if len(pages) > 2 * most:
                    break
    return pages


def first_page(image: Image.Image, most: int) -> Image.Image:
    """An opened picture at its first page, which need not be its first image.

    Where a TIFF has previews only, the picture is inside one of them (SubIFDs, as raw formats
    have it): then it is another object, good while ``image`` is open.
    """
    if image.format != "TIFF":
        return image
    pages = page_positions(image, most)
    image.seek(pages[0] if pages else 0)
    if pages:
        return image
    inside = [child for child in image.get_child_images() if child.size > (0, 0)]
    return max([image, *inside], key=lambda one: one.width * one.height)


def _is_page(image: Image.Image) -> bool:
    tags = image.tag_v2  # type: ignore[attr-defined]
    said = int(tags.get(_NEW_KIND, 0)) & _NO_PAGE
    return not said and tags.get(_OLD_KIND) != _SMALLER
