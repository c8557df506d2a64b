"""Pictures that move (GIF, WebP, APNG, AVIF), with the face of a video.

Their frames last as long as each of them says, so time is cut into ticks, the greatest common
divisor of all durations, and frame numbers count ticks: the sampling of videos then looks at
each frame for as long as it is shown.
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import accumulate, count
from pathlib import Path

from PIL import Image

from qwen3vl_app.budget import Size
from qwen3vl_app.errors import UnreadableMediaError
from qwen3vl_app.media.decoding import THE_ANIMATION, decoding
from qwen3vl_app.media.files import content_hash
from qwen3vl_app.media.pictures import (
    AN_ANIMATION,
    check_size,
    flatten,
    open_picture,
    upright,
)
from qwen3vl_app.media.profiles import profile_of
from qwen3vl_app.media.timeline import Timeline
from qwen3vl_app.media.videos import metadata_of
from qwen3vl_app.messages import NOTHING, Message
from qwen3vl_app.settings import Limits
from qwen3vl_app.types import ContentHash, FileStamp

_FORMATS = {"GIF", "WEBP", "PNG", "AVIF", "FLI"}
"""Formats whose further frames are later ones; those of TIFF are pages, of MPO other views."""

_NO_DELAY, _USUAL_DELAY = 10, 100
"""Milliseconds: browsers show frames that claim up to 10 for 100, and files rely on it."""


def is_animated(path: Path, limits: Limits) -> bool:
    """Whether a picture has several frames that follow one another. Decodes nothing.

    Raises:
        UnreadableMediaError: It is no picture, or one beyond the limits.
    """
    with open_picture(path, limits) as image:
        check_size(path, image.size, limits)
        with decoding(path, THE_ANIMATION):
            moves = image.format in _FORMATS and _has_two(image)
        if moves:
            _check_frame(path, image, limits)
        return moves


class Animation:
    """An animated picture as a :class:`~qwen3vl_app.media.videos.Container`.

    ``reference``: as the reference has it, whatever its file says of its colours. The first
    use of a file decodes all of it, because only then its durations are known.

    Raises:
        UnreadableMediaError: It is no picture, beyond the limits, or not a frame is whole.
    """

    def __init__(self, path: Path, limits: Limits, *, reference: bool = False) -> None:
        durations = _durations(FileStamp.of(path, path.stat()), limits)
        tick = math.gcd(*durations)
        self._path = path
        self._limits = limits
        self._reference = reference
        self._ends = list(accumulate(duration // tick for duration in durations))
        self.timeline = Timeline(total=self._ends[-1], fps=1000 / tick)
        self.damage = NOTHING

    def key_frames(self) -> list[int]:
        """None: every frame builds on the one before."""
        return []

    def metadata(self) -> dict[str, str]:
        """As FFmpeg finds it."""
        return metadata_of(self._path, self._limits.max_frame_megapixels)

    def content_hash(self) -> ContentHash:
        """The hash of the file's bytes."""
        return content_hash(self._path)

    def findings(self) -> bytes:
        """None that are to be handed on."""
        return b""

    def close(self) -> None:
        """Nothing: the file is open only while frames are read."""

    def frames(self, indices: Sequence[int]) -> Iterator[tuple[int, Image.Image]]:
        """The frames shown at these ascending ticks, RGB, transparency on white."""
        with open_picture(self._path, self._limits) as image:
            first = _first(image)
            profile = None if self._reference else profile_of(image)
            shown, frame = -1, None
            for index in indices:
                number = bisect.bisect_right(self._ends, index)
                if number != shown:
                    with decoding(self._path, THE_ANIMATION):
                        image.seek(first + number)
                        now = image.copy()
                        frame = flatten(now if self._reference else upright(now), profile=profile)
                        shown = number
                if frame is not None:
                    yield index, frame


@lru_cache(maxsize=2)
def _durations(stamp: FileStamp, limits: Limits) -> tuple[int, ...]:
    """Milliseconds of each frame up to the first that is damaged, at least one frame."""
    path = stamp.path
    found: list[int] = []
    with open_picture(path, limits) as image:
        _check_frame(path, image, limits)
        _check_all(path, _count(path, limits), image.size, limits)
        first = _first(image)
        for number in count(first):
            try:
                with decoding(path, THE_ANIMATION):
                    image.seek(number)  # beyond the last one raises
            except UnreadableMediaError:
                if not found:
                    raise
                break
            _check_frame(path, image, limits)  # the canvas of a GIF may grow
            if not _loads(path, image, found):
                break
            _check_all(path, len(found), image.size, limits)
    return tuple(found)


def _count(path: Path, limits: Limits) -> int:
    """How many frames there are, decoding none; 1 where that cannot be told.

    Opens the file for itself, because counting leaves what breaks off where it broke off.
    """
    try:
        with open_picture(path, limits) as image, decoding(path, THE_ANIMATION):
            return int(getattr(image, "n_frames", 1))
    except UnreadableMediaError:
        return 1


def _loads(path: Path, image: Image.Image, found: list[int]) -> bool:
    """Whether the frame is whole; then its duration is added. Raises for the first, why not."""
    try:
        with decoding(path, THE_ANIMATION):
            image.load()
            found.append(_milliseconds(image))
    except UnreadableMediaError:
        if not found:
            raise
        return False
    return True


def _check_frame(path: Path, image: Image.Image, limits: Limits) -> None:
    check_size(path, image.size, limits, AN_ANIMATION, most=limits.max_frame_megapixels)


def _check_all(path: Path, frames: int, size: Size, limits: Limits) -> None:
    """Refuse more frames than can be decoded in time."""
    gigapixels = frames * size[0] * size[1] / 1e9
    if gigapixels > limits.max_animation_gigapixels:
        reason = Message.of(
            "reason.frames",
            count=f"{frames:,}",
            width=f"{size[0]:,}",
            height=f"{size[1]:,}",
            limit=f"{limits.max_animation_gigapixels:g}",
        )
        raise UnreadableMediaError(path, reason)


def _milliseconds(image: Image.Image) -> int:
    duration = image.info.get("duration", 0)
    known = isinstance(duration, int | float) and math.isfinite(duration)
    return round(duration) if known and duration > _NO_DELAY else _USUAL_DELAY


def _has_two(image: Image.Image) -> bool:
    if image.format == "GIF":  # counting reads all of it, and fails where it breaks off
        return bool(getattr(image, "is_animated", False))
    return int(getattr(image, "n_frames", 1)) - _first(image) > 1


def _first(image: Image.Image) -> int:
    """1 where the first picture of an APNG is only for programs that know no animation."""
    return int(bool(image.info.get("default_image")))
