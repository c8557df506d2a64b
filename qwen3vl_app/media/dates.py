"""When something was made, from what its file says, as ISO 8601 local time or ""."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from PIL import Image

_CAMERA = 0x8769
"""The part of EXIF that the camera writes (EXIF 2.3, 4.6.3)."""

_TAKEN, _DIGITIZED, _CHANGED = 0x9003, 0x9004, 0x0132
_FIRST_YEAR = 1826
"""Of the oldest photograph that there is; who scans old ones may write when they were taken.
Clocks that were never set say 1601 (Windows) or 0000."""

_NEVER_SET = (datetime(1904, 1, 1), datetime(1970, 1, 1))  # noqa: DTZ001 - clocks have no zone
"""Where clocks begin: QuickTime's, and those of Unix."""

_FIRST_UNIVERSAL_YEAR = 1971
"""Of videos. They count from 1904, and programs that count from 1970 instead make films of the
1950s; before, what was never set may be any hour of the first day."""

_WRITTEN = re.compile(
    r"\s*(\d{4})[:.\-/]([\d ]\d)[:.\-/]([\d ]\d)(?:[ T]([\d ]\d):([\d ]\d)(?::([\d ]\d))?)?"
)
_PDF = re.compile(r"\s*D:(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?")


def photographed(image: Image.Image) -> str:
    """When a picture was taken, else digitized, else written, by the camera's clock.

    The first of EXIF's DateTimeOriginal, DateTimeDigitized and DateTime that is a date: cameras
    and programs leave them blank or zero.
    """
    return next(filter(None, map(_from_exif, _exif_dates(image))), "")


def _exif_dates(image: Image.Image) -> Iterator[object]:
    with warnings.catch_warnings(), suppress(Exception):  # Pillow raises a dozen kinds of errors
        warnings.simplefilter("ignore")  # of damaged EXIF, which does not matter
        exif = image.getexif()
        with suppress(Exception):
            camera = exif.get_ifd(_CAMERA)
            yield from (camera.get(_TAKEN), camera.get(_DIGITIZED))
        yield exif.get(_CHANGED)


def _from_exif(said: object) -> str:
    if isinstance(said, bytes):
        said = said.decode("ascii", "replace")
    return _clock(_WRITTEN.match(said)) if isinstance(said, str) else ""


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
    return _iso(here) if here.year >= _FIRST_UNIVERSAL_YEAR else ""


def _clock(found: re.Match[str] | None) -> str:
    if found is None:
        return ""
    year, month, day, *rest = (None if g is None else int(g) for g in found.groups())
    first = year or 0, 1 if month is None else month, 1 if day is None else day
    try:  # a year may be all
        when = datetime(*first)  # noqa: DTZ001 - has no zone
        clock: list[Any] = [number or 0 for number in rest]
        with suppress(ValueError):  # telephones have written 24:10 for ten past midnight
            when = datetime(*first, *clock)  # noqa: DTZ001
    except ValueError:
        return ""
    return _iso(when) if when.year >= _FIRST_YEAR and when not in _NEVER_SET else ""


def _iso(when: datetime) -> str:
    return when.replace(tzinfo=None, microsecond=0).isoformat()
