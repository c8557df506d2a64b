"""Small pictures of items: WebP, at most 320 pixels on the longer side."""

from __future__ import annotations

import io

from PIL import Image

THUMBNAIL_SIDE = 320
"""Pixels: twice the width of a result card on the page, for dense displays."""

_THUMBNAIL_QUALITY = 75
_PREVIEW_QUALITY = 88


_QUICK, _CAREFUL = 0, 2
"""Efforts of the encoder, 0 to 6. For thumbnails 0 takes half the time of 2 for a tenth more
bytes; previews are made one at a time, so they may take theirs."""


def thumbnail(picture: Image.Image) -> bytes:
    """WebP of ``picture`` (RGB), shrunk to 320 pixels and never enlarged: 1.5 ms beside that."""
    return _webp(shrink(picture, THUMBNAIL_SIDE), _THUMBNAIL_QUALITY, _QUICK)


def preview(picture: Image.Image, longest: int) -> bytes:
    """WebP of ``picture`` (RGB) with its longer side at most ``longest`` pixels."""
    return _webp(shrink(picture, longest), _PREVIEW_QUALITY, _CAREFUL)


def shrink(picture: Image.Image, longest: int) -> Image.Image:
    """``picture`` with its longer side at most ``longest`` pixels and no side below one."""
    scale = longest / max(picture.size)
    if scale >= 1:
        return picture
    width, height = (max(1, round(side * scale)) for side in picture.size)
    # reducing_gap averages whole blocks of pixels first: 3 times faster, and invisible at 3.0
    return picture.resize((width, height), Image.Resampling.BICUBIC, reducing_gap=3.0)


def _webp(picture: Image.Image, quality: int, effort: int) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "WEBP", quality=quality, method=effort)
    return buffer.getvalue()
