"""Small pictures of items: JPEG, at most 320 pixels on the longer side; previews are WebP."""

from __future__ import annotations

import io

from PIL import Image

THUMBNAIL_SIDE = 320
"""Pixels: twice the width of a result card on the page, for dense displays."""

_THUMBNAIL_QUALITY = 80
_PREVIEW_QUALITY = 88

_EFFORT = 2
"""Of WebP's encoder, 0 to 6: previews are made one at a time, so they may take theirs."""


def thumbnail(picture: Image.Image) -> bytes:
    """JPEG of ``picture`` (RGB), shrunk to 320 pixels and never enlarged: 0.3 ms beside that.

    WebP at its least effort would save a quarter of the bytes for five times the time, which was
    a third of what indexing a small picture takes.
    """
    buffer = io.BytesIO()
    small = shrink(picture, THUMBNAIL_SIDE)
    # Empty: versions of Pillow differ in what a picture passes on of the file it was opened from.
    small.save(buffer, "JPEG", quality=_THUMBNAIL_QUALITY, exif=b"", comment=b"", xmp=b"")
    return buffer.getvalue()


def preview(picture: Image.Image, longest: int) -> bytes:
    """WebP of ``picture`` (RGB) with its longer side at most ``longest`` pixels."""
    buffer = io.BytesIO()
    shrink(picture, longest).save(buffer, "WEBP", quality=_PREVIEW_QUALITY, method=_EFFORT)
    return buffer.getvalue()


def to_png(picture: Image.Image) -> bytes:
    """``picture`` pixel by pixel, with nothing of what its file says beside."""
    buffer = io.BytesIO()
    plain = picture.copy()
    plain.info = {}
    plain.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def shrink(picture: Image.Image, longest: int) -> Image.Image:
    """``picture`` with its longer side at most ``longest`` pixels and no side below one."""
    scale = longest / max(picture.size)
    if scale >= 1:
        return picture
    width, height = (max(1, round(side * scale)) for side in picture.size)
    # reducing_gap averages whole blocks of pixels first: 3 times faster, and invisible at 3.0
    return picture.resize((width, height), Image.Resampling.BICUBIC, reducing_gap=3.0)
