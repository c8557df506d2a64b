"""When something was made, from what its file says, as ISO 8601 local time or ""."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from PIL import Image

_CAMERA = 0x8769
"""The part of EXIF that the camera writes (EXIF 2.3, 4.6.3)."""

_TAKEN, _DIGITIZED = 0x9003, 0x9004
_EARLIEST = 1970
"""Clocks that were never set say 1904 (QuickTime), 1601 (Windows) or 0000."""

_WRITTEN = re.compile(r"\s*(\d{4})[:.\-/](\d\d)[:.\-/](\d\d)[ T](\d\d):(\d\d)(?::(\d\d))?")
_PDF = re.compile(r"\s*D:(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?")


def photographed(image: Image.Image) -> str:
    """When a picture was taken or scanned, by the camera's clock (EXIF DateTimeOriginal)."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of damaged EXIF, which does not matter
            camera = image.getexif().get_ifd(_CAMERA)
        found = camera.get(_TAKEN) or camera.get(_DIGITIZED)
    except Exception:  # Pillow's EXIF parser raises a dozen kinds of errors
        return ""
    return _clock(_WRITTEN.match(found)) if isinstance(found, str) else ""


def written(creation_date: str) -> str:
    """When a PDF was made, by the clock of its author (ISO 32000-1, 7.9.4)."""
    return _clock(_PDF.match(creation_date))


def filmed(metadata: Mapping[str, str]) -> str:
    """When a video was taken: by the phone's clock if it says so, else in this computer's zone."""
    local = metadata.get("com.apple.quicktime.creationdate", "")
    return _clock(_WRITTEN.match(local)) or _universal(metadata.get("creation_time", ""))


def _universal(text: str) -> str:
    try:
        when = datetime.fromisoformat(text)
        here = when.astimezone()  # without a zone it is taken for local time already
    except (ValueError, OverflowError, OSError):
        return ""
    return _iso(here) if here.year > _EARLIEST else ""


def _clock(found: re.Match[str] | None) -> str:
    if found is None:
        return ""
    year, month, day, *rest = (None if g is None else int(g) for g in found.groups())
    try:
        clock: list[Any] = [number or 0 for number in rest]
        when = datetime(year or 0, month or 1, day or 1, *clock)  # noqa: DTZ001 - has no zone
    except ValueError:
        return ""
    return _iso(when) if when.year >= _EARLIEST else ""


def _iso(when: datetime) -> str:
    return when.replace(tzinfo=None, microsecond=0).isoformat()
