"""Which decoder opens a video, and the one that is kept open for the next call.

decord reads what is to be read as the reference does, PyAV all else. As decord may hang with the
GIL held, everything here runs in a process that can be ended.
"""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TypeAlias, TypeVar

from qwen3vl_app.budget import Size
from qwen3vl_app.errors import UnreadableMediaError
from qwen3vl_app.media.blocks import Version, version_of
from qwen3vl_app.media.decoding import THE_VIDEO, decoding
from qwen3vl_app.media.packets import open_video
from qwen3vl_app.media.videos import (
    HELD,
    UNKNOWN_SIZE,
    Container,
    DecordVideo,
    PyAvVideo,
    any_size,
    size_of,
)

_BOXES = {b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"}
"""First boxes of MP4 and QuickTime files (ISO/IEC 14496-12)."""

_Result = TypeVar("_Result")

_Key: TypeAlias = "tuple[type[Container], Path, Version]"


_KEPT: dict[_Key, Container] = {}
"""At most one video; every process of the pool has its own."""


def with_container(
    path: Path,
    work: Callable[[Container], _Result],
    *,
    megapixels: float = math.inf,
    check: Callable[[Size], None] = any_size,
    decord: bool = True,
    reference: bool = False,
    findings: bytes = b"",
    held: int = HELD,
) -> _Result:
    """What ``work`` makes of the video, opened by PyAV, or by decord as the reference does.

    Where ``work`` fails with decord, it runs once more with PyAV.

    Args:
        path: The file.
        work: What is to be done with it.
        megapixels: Of the largest frame; PyAV passes over larger ones, and decord reads no video
            that does not say how large its frames are.
        check: Is shown how large frames are by what the container says, before one is decoded,
            and raises :class:`UnreadableMediaError` where that is too much.
        decord: Whether decord may be used.
        reference: Use it, also where it is wrong.
        findings: Of the same file (``Container.findings``): it is not gone through again then.
        held: Bytes of the file that may be held in memory.

    Raises:
        UnreadableMediaError: Neither can read it, or it has sound only.
    """
    if decord and _is_for_decord(path, reference=reference):
        size = None if is_open(path) else _declared_size(path, megapixels)
        if size is not None and size != UNKNOWN_SIZE:
            check(size)
        if size != UNKNOWN_SIZE:
            try:
                with _opened(path, DecordVideo, partial(DecordVideo, path, megapixels)) as video:
                    return work(video)
            except UnreadableMediaError:
                if importlib.util.find_spec("av") is None:
                    raise
    way = partial(PyAvVideo, path, megapixels, check=check, held=held, findings=findings)
    with _opened(path, PyAvVideo, way) as video:
        return work(video)


def _is_for_decord(path: Path, *, reference: bool) -> bool:
    is_wanted = reference or importlib.util.find_spec("av") is None
    return is_wanted and _has_index(path) and importlib.util.find_spec("decord") is not None


def close_videos() -> None:
    """Close the video that was read last, so that its drive can be removed."""
    while _KEPT:
        _, video = _KEPT.popitem()
        video.close()


def _declared_size(path: Path, megapixels: float) -> Size | None:
    """How large the frames are by what the container says; None where PyAV cannot be asked.

    Looking decodes no frame of more than so many megapixels: (0, 0) where that leaves it unknown.
    """
    if importlib.util.find_spec("av") is None:
        return None
    try:
        with decoding(path, THE_VIDEO):
            file, stream = open_video(path, megapixels=megapixels)
            with file:
                return size_of(stream)
    except UnreadableMediaError:
        return None


@contextmanager
def _opened(
    path: Path, kind: type[Container], way: Callable[[], Container]
) -> Iterator[Container]:
    """The video, kept open for the next call after success.

    Both decoders go through all packets to open one, seconds for a film that is then asked for
    a few moments at a time.
    """
    key = (kind, *_version(path))
    kept = _KEPT.pop(key, None)
    close_videos()
    video = way() if kept is None else kept
    try:
        yield video
    except BaseException:
        video.close()
        raise
    _KEPT[key] = video


def _version(path: Path) -> tuple[Path, Version]:
    return path, version_of(path.stat())


def is_open(path: Path) -> bool:
    """Whether the video was kept open by the call before."""
    return any(key[1:] == _version(path) for key in _KEPT)


def _has_index(path: Path) -> bool:
    """Whether it begins as a container that has one (MP4, Matroska, AVI, FLV).

    In MPEG streams, which have none, decord 0.6 gives frames up to 25 away from those asked for.
    """
    with decoding(path, THE_VIDEO), path.open("rb") as file:
        head = file.read(16)
    return head[4:8] in _BOXES or head.startswith((b"\x1a\x45\xdf\xa3", b"RIFF", b"FLV"))
