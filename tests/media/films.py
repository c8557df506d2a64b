"""Films whose frames carry their number, in the codings and containers that FFmpeg writes here."""

from __future__ import annotations

import bisect
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from pathlib import Path

import av
import numpy as np
from PIL import Image

SIZE = (96, 64)
RATE = 25
GOP = 20

ENCODERS = {
    "h264": "libx264",
    "hevc": "libx265",
    "mpeg4": "mpeg4",
    "vp8": "libvpx",
    "vp9": "libvpx-vp9",
    "av1": "libsvtav1",
    "mpeg2": "mpeg2video",
}

CONTAINERS = {
    "h264": ("mp4", "mov", "mkv", "avi", "ts"),
    "hevc": ("mp4", "mov", "mkv", "ts"),
    "mpeg4": ("mp4", "mov", "mkv", "avi", "ts"),
    "vp8": ("webm",),
    "vp9": ("mp4", "mkv", "webm", "avi"),
    "av1": ("mp4", "mkv", "webm", "avi"),
}
"""What FFmpeg's writers take."""

CONSTANT = (40,) * 90
VARYING = (*(500,) * 4, *(20,) * 40, *(40,) * 30, *(300,) * 5, 40)
"""Milliseconds that each frame is shown."""

_X264 = "scenecut=0:b-adapt=0"
_X265 = "scenecut=0:b-adapt=0:log-level=none"
_OPTIONS: dict[tuple[str, str], dict[str, str]] = {
    ("h264", "plain"): {"x264-params": f"{_X264}:bframes=0"},
    ("h264", "closed"): {"x264-params": f"{_X264}:bframes=3:open-gop=0"},
    ("h264", "open"): {"x264-params": f"{_X264}:bframes=3:open-gop=1"},
    ("hevc", "plain"): {"x265-params": f"{_X265}:bframes=0:open-gop=0"},
    ("hevc", "closed"): {"x265-params": f"{_X265}:bframes=3:open-gop=0"},
    ("hevc", "open"): {"x265-params": f"{_X265}:bframes=3:open-gop=1"},
    ("h264", "refreshed"): {"x264-params": "intra-refresh=1:bframes=0"},
    ("h264", "interlaced"): {"x264-params": "tff=1:bframes=2"},
    ("mpeg2", "open"): {"bf": "2", "sc_threshold": "1000000000"},
    ("mpeg4", "plain"): {"bf": "0"},
    ("mpeg4", "closed"): {"bf": "2", "flags": "+cgop", "sc_threshold": "1000000000"},
    ("mpeg4", "open"): {"bf": "2", "sc_threshold": "1000000000"},
    ("vp8", "plain"): {"deadline": "realtime", "cpu-used": "8"},
    ("vp9", "plain"): {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0"},
    ("vp9", "closed"): {"cpu-used": "8", "auto-alt-ref": "1", "lag-in-frames": "16"},
    ("av1", "plain"): {"preset": "12", "svtav1-params": "pred-struct=1"},
    ("av1", "closed"): {"preset": "12", "svtav1-params": "irefresh-type=2"},
    ("av1", "open"): {"preset": "12", "svtav1-params": "irefresh-type=1"},
}
"""``plain`` has no frame that refers to a later one; ``closed`` and ``open`` groups have."""

GROUPS = ("plain", "closed", "open")


def has_encoder(codec: str) -> bool:
    try:
        av.codec.Codec(ENCODERS[codec], "w")
    except av.codec.codec.UnknownCodecError:
        return False
    return True


KINDS = [
    (codec, gop)
    for codec, gop in _OPTIONS
    if codec in CONTAINERS and gop in GROUPS and has_encoder(codec)
]
"""(coding, groups of pictures)."""


def draw(number: int, size: tuple[int, int] = SIZE) -> np.ndarray:
    """A grey frame with ``number``, below 4096, as 12 black or white blocks in its upper half."""
    pixels = np.full((size[1], size[0], 3), 90, np.uint8)
    width, height = size[0] // 6, size[1] // 4
    for bit in range(12):
        x, y = bit % 6 * width, bit // 6 * height
        pixels[y : y + height, x : x + width] = 255 if number >> bit & 1 else 0
    return pixels


def number(frame: Image.Image) -> int:
    """The number on a frame, at any size."""
    grey = np.asarray(frame.convert("L"))
    width, height = frame.width / 6, frame.height / 4
    return sum(
        int(grey[int((bit // 6 + 0.5) * height), int((bit % 6 + 0.5) * width)] > 128) << bit
        for bit in range(12)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Film:
    """What is written."""

    codec: str = "h264"
    gop: str = "closed"
    shown: tuple[int, ...] = CONSTANT
    """Milliseconds of each frame."""

    size: tuple[int, int] = SIZE
    grainy: bool = False
    """Noise in the lower half, so that packets are as large as those of cameras."""

    @property
    def starts(self) -> list[float]:
        """Seconds at which each frame begins to be shown."""
        return [start / 1000 for start in (0, *accumulate(self.shown[:-1]))]

    @property
    def duration(self) -> float:
        return sum(self.shown) / 1000

    def number_at(self, second: float) -> int:
        """The number of the frame that is shown at this second."""
        return max(0, bisect.bisect_right(self.starts, second + 1e-9) - 1)

    def middles(self) -> list[float]:
        """Seconds in the middle of every frame."""
        return [start + ms / 2000 for start, ms in zip(self.starts, self.shown, strict=True)]


def write(path: Path, film: Film, **options: str) -> Path:
    """The film in the container of the suffix; ``options`` are the container's."""
    with own_priority(), av.open(str(path), "w", options=options) as file:
        stream = add_stream(file, film)
        for frame in frames(film, stream.codec_context.time_base):
            file.mux(stream.encode(frame))
        file.mux(stream.encode())
    return path


@contextmanager
def own_priority() -> Iterator[None]:
    """Give a process back how it is scheduled.

    For the superuser, SVT-AV1 makes the thread that encodes, and all that it starts later, run
    before everything else on the machine, for ever: servers and timed tests beside it starve.
    """
    if not hasattr(os, "sched_getscheduler"):
        yield
        return
    policy, param = os.sched_getscheduler(0), os.sched_getparam(0)
    try:
        yield
    finally:
        os.sched_setscheduler(0, policy, param)


def add_stream(file, film: Film):
    stream = file.add_stream(ENCODERS[film.codec], rate=RATE)
    stream.width, stream.height = film.size
    stream.pix_fmt = "yuv420p"
    stream.options = dict(_OPTIONS[film.codec, film.gop])
    is_constant = len(set(film.shown)) == 1
    stream.codec_context.gop_size = GOP
    stream.codec_context.time_base = Fraction(film.shown[0] if is_constant else 1, 1000)
    return stream


def frames(film: Film, base: Fraction):
    for index, start in enumerate(film.starts):
        pixels = draw(index, film.size)
        if film.grainy:
            half = pixels[film.size[1] // 2 :]
            half[:] = np.random.default_rng(index % 7).integers(0, 255, half.shape, np.uint8)
        frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
        frame.time_base = base
        frame.pts = round(Fraction(round(start * 1000), 1000) / base)
        yield frame


def remux(source: Path, path: Path, *, offset: int = 0, **options: str) -> Path:
    """The same packets in another file, ``offset`` milliseconds later.

    Below 0, MP4 and QuickTime hide what is before 0 by an edit list, as ``ffmpeg -ss -c copy``.
    """
    with av.open(str(source)) as old, av.open(str(path), "w", options=options) as new:
        stream = new.add_stream_from_template(old.streams.video[0], opaque=True)
        for packet in old.demux(old.streams.video[0]):
            if packet.size == 0:
                continue
            shift = round(Fraction(offset, 1000) / packet.time_base)
            packet.pts += shift
            packet.dts += shift
            packet.stream = stream
            new.mux(packet)
    return path
