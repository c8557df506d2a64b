"""Video containers, opened by decord or by PyAV: one face for both.

decord 0.6 is what the reference uses. It takes frames by their number, and is right where the
packets of a file are its frames, each group of pictures by itself; that is checked without
decoding, and PyAV reads all else, by the time at which each frame is shown. decord may also hang,
with the GIL held, where a container promises more frames than it has (dmlc/decord#373), so
everything here runs in a process that can be ended. Both give the same pixels. Imports are late:
only a worker with a video loads FFmpeg, and either library may be missing.
"""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Protocol, TypeAlias, TypeVar

import numpy as np
from PIL import Image

from qwen3vl_app.errors import UnreadableMediaError
from qwen3vl_app.media.colours import table_for
from qwen3vl_app.media.damage import DamageFinder
from qwen3vl_app.media.decoding import THE_VIDEO, decoding
from qwen3vl_app.media.geometry import Geometry, stretch_of, turns_of
from qwen3vl_app.media.held import source_of
from qwen3vl_app.media.packets import bounded, index_packets, open_video, timeline_of
from qwen3vl_app.media.seeking import Cursor
from qwen3vl_app.media.timeline import Timeline
from qwen3vl_app.messages import NOTHING, Message

_THREADS = 2
"""Per decoder: there are several workers, and every thread of FFmpeg holds frames."""

_BATCH_BYTES = 64 * 2**20
"""Decoded frames that decord hands over at once."""

_BOXES = {b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"}
"""First boxes of MP4 and QuickTime files (ISO/IEC 14496-12)."""

_AVI = b"RIFF"
"""Containers that tell when packets are decoded, not when frames are shown: by them decord is
hundreds of frames off."""

_AGREES = 0.002
"""Seconds by which times may differ: Matroska rounds them to milliseconds."""

_Result = TypeVar("_Result")

_Key: TypeAlias = tuple[str, Path, tuple[int, ...]]
_Way: TypeAlias = "Callable[[Path, float], Container]"
"""How a video is opened, given the megapixels of the largest frame."""


class Container(Protocol):
    """An open video."""

    timeline: Timeline
    """Of the frames that are there."""

    damage: Message
    """What is missing of it, in one sentence; empty if nothing seems to be."""

    def key_frames(self) -> list[int]:
        """Ascending indices of frames that are decoded without others; may be empty."""

    def close(self) -> None:
        """Close the file."""

    def frames(self, indices: Sequence[int]) -> Iterator[tuple[int, Image.Image]]:
        """The frames at these ascending indices, upright, RGB, native size.

        Frames that turn out to be missing or damaged are left out.
        """


_KEPT: dict[_Key, Container] = {}
"""At most one video; every process of the pool has its own."""


def with_container(
    path: Path,
    work: Callable[[Container], _Result],
    *,
    megapixels: float = math.inf,
    decord: bool = True,
    reference: bool = False,
) -> _Result:
    """What ``work`` makes of the video, opened by decord where that is right, else by PyAV.

    Where ``work`` fails with decord, it runs once more with PyAV.

    Args:
        path: The file.
        work: What is to be done with it.
        megapixels: Of the largest frame; PyAV passes over larger ones. decord has no such limit:
            ask ``declared_size`` before.
        decord: Whether decord may be used.
        reference: Use it also where it is wrong, as the reference does.

    Raises:
        UnreadableMediaError: Neither can read it, or it has sound only.
    """
    way = _way(path, decord=decord, reference=reference)
    try:
        with _opened(path, way, megapixels) as video:
            return work(video)
    except UnreadableMediaError:
        if way is _PyAv or importlib.util.find_spec("av") is None:
            raise
    with _opened(path, _PyAv, megapixels) as video:
        return work(video)


def _way(path: Path, *, decord: bool, reference: bool) -> _Way:
    head = _head(path)
    if not decord or not _has_index(head) or importlib.util.find_spec("decord") is None:
        return _PyAv
    if reference or importlib.util.find_spec("av") is None:
        return _Decord
    return _PyAv if head.startswith(_AVI) else _open_checked


def close_videos() -> None:
    """Close the video that was read last, so that its drive can be removed."""
    while _KEPT:
        _, video = _KEPT.popitem()
        video.close()


def no_frame(megapixels: float) -> Message:
    """Why nothing of a video can be shown: frames over the limit are passed over unseen."""
    return Message.of("reason.no_frame", limit=f"{megapixels:g}")


def declared_size(path: Path, megapixels: float) -> tuple[int, int] | None:
    """How large the frames are by what the container says; None where PyAV cannot be asked.

    Looking decodes no frame of more than so many megapixels: (0, 0) where that leaves it unknown.
    """
    if importlib.util.find_spec("av") is None:
        return None
    try:
        with decoding(path, THE_VIDEO):
            file, stream = open_video(path, megapixels)
            with file:
                size = stream.codec_context.width, stream.codec_context.height
    except UnreadableMediaError:
        return None
    return size


def metadata_of(path: Path, megapixels: float = math.inf) -> dict[str, str]:
    """What the container says of itself as a whole; empty if it says nothing."""
    if importlib.util.find_spec("av") is None:
        return {}
    import av  # noqa: PLC0415 - see the module's docstring

    options = bounded(megapixels)
    held = source_of(path)
    source = str(held) if isinstance(held, Path) else held
    try:
        with (
            decoding(path, THE_VIDEO),
            av.open(source, metadata_errors="replace", options=options) as file,
        ):
            return dict(file.metadata)
    except UnreadableMediaError:
        return {}


@contextmanager
def _opened(path: Path, way: _Way, megapixels: float) -> Iterator[Container]:
    """The video, kept open for the next call after success.

    Both decoders go through all packets to open one, seconds for a film that is then asked for
    a few moments at a time.
    """
    key = (way.__name__, *_version(path))
    kept = _KEPT.pop(key, None)
    close_videos()
    video = way(path, megapixels) if kept is None else kept
    try:
        yield video
    except BaseException:
        video.close()
        raise
    _KEPT[key] = video


def _version(path: Path) -> tuple[Path, tuple[int, ...]]:
    status = path.stat()
    return path, (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)


def is_open(path: Path) -> bool:
    """Whether the video was kept open by the call before."""
    return any(key[1:] == _version(path) for key in _KEPT)


def _head(path: Path) -> bytes:
    with decoding(path, THE_VIDEO), path.open("rb") as file:
        return file.read(16)


def _has_index(head: bytes) -> bool:
    """Whether it is the beginning of a container that has one (MP4, Matroska, AVI, FLV).

    In MPEG streams, which have none, decord 0.6 gives frames up to 25 away from those asked for.
    """
    return head[4:8] in _BOXES or head.startswith((b"\x1a\x45\xdf\xa3", _AVI, b"FLV"))


def _open_checked(path: Path, megapixels: float) -> Container:
    """By decord where its frames are those that the packets say, each at the same time."""
    video = _PyAv(path, megapixels)
    if not video.is_plain:
        return video
    try:
        other = _Decord(path, megapixels, timeline=video.timeline, damage=video.damage)
        if other.agrees(video.seconds()):
            video.close()
            return other
    except UnreadableMediaError:
        pass
    return video


class _Decord:
    """Frames by their number. ``timeline`` is that of the packets; without, a steady rate."""

    def __init__(
        self,
        path: Path,
        megapixels: float = math.inf,
        *,
        timeline: Timeline | None = None,
        damage: Message = NOTHING,
    ) -> None:
        del megapixels  # decord has no such option
        with decoding(path, THE_VIDEO):
            import decord  # noqa: PLC0415 - see the module's docstring

            self._video = decord.VideoReader(str(path), num_threads=_THREADS)
            self._path = path
            self._total = len(self._video)  # what the container says
            fps = float(self._video.get_avg_fps())
            # Raises IndexError where there are fewer packets than that: get_batch would hang.
            self._video.get_frame_timestamp([self._total - 1])
        _check(path, self._total, fps)
        self.timeline = timeline or Timeline(total=self._total, fps=fps)
        self.damage = damage

    def agrees(self, seconds: np.ndarray) -> bool:
        """Whether it has frames at these seconds after the first, and no others."""
        if len(seconds) != self._total:
            return False
        with decoding(self._path, THE_VIDEO):
            found = np.asarray(self._video.get_frame_timestamp(range(self._total)))[:, 0]
        return bool(np.abs(found - found[0] - seconds).max() <= _AGREES)

    def close(self) -> None:
        """Close the file; decord does so when its last reference goes."""
        self._video = None

    def key_frames(self) -> list[int]:
        with decoding(self._path, THE_VIDEO):
            return [int(key) for key in self._video.get_key_indices() if key < self._total]

    def frames(self, indices: Sequence[int]) -> Iterator[tuple[int, Image.Image]]:
        step = 1
        position = 0
        while position < len(indices):
            batch = list(indices[position : position + step])
            with decoding(self._path, THE_VIDEO):
                pixels = self._video.get_batch(batch).asnumpy()
            for index, frame in zip(batch, pixels, strict=True):
                yield index, Image.fromarray(frame)
            position += step
            step = max(1, _BATCH_BYTES // max(1, pixels[0].nbytes))


class _PyAv:
    """Frames by the time at which they are shown."""

    def __init__(self, path: Path, megapixels: float = math.inf) -> None:
        self._path = path
        with decoding(path, THE_VIDEO):
            file, stream = open_video(path, megapixels)
            finder = DamageFinder(file, stream)
            index = index_packets(file, stream, finder)
            if index is None:
                raise UnreadableMediaError(path, Message.of("reason.no_frames"))
            self.damage = finder.found(path)
            self._base = float(stream.time_base)
            self._stretch = stretch_of(stream.sample_aspect_ratio)
            self._geometries: dict[int | None, Geometry] = {}
            self._reformatter = _reformatter()
            is_alone = len(file.streams.video) == 1
            reopen = partial(open_video, path, megapixels)
            self._cursor = Cursor(reopen, file, stream, index)
            first = self._cursor.first()  # proof that it can be decoded
            if first is None:
                self._cursor.close()
                raise UnreadableMediaError(path, no_frame(megapixels))
            self._index = index.from_first(first[0], first[1].dts)
            self.timeline = timeline_of(self._cursor.file, self._cursor.stream, self._index)
            self.is_plain = is_alone and self._index.is_plain and self._shows_as_coded(first[1])

    def seconds(self) -> np.ndarray:
        """When each frame is shown after the first."""
        seconds: np.ndarray = (self._index.ticks - self._index.ticks[0]) * self._base
        return seconds

    def close(self) -> None:
        """Close the file."""
        self._cursor.close()

    def key_frames(self) -> list[int]:
        keys = np.isin(self._index.times, self._index.keys)
        return [int(index) for index in np.flatnonzero(keys)]

    def frames(self, indices: Sequence[int]) -> Iterator[tuple[int, Image.Image]]:
        for index in indices:
            with decoding(self._path, THE_VIDEO):
                frame = self._cursor.frame_at(int(self._index.times[index]))
                if frame is None:
                    return
                image = self._display(frame)
            yield index, image

    def _display(self, frame: Any) -> Image.Image:  # noqa: ANN401 - av comes without types
        # By one reformatter: each holds megabytes, and threads with stacks of 8 MB each, for as
        # long as it lives; a frame that is asked for its pixels makes one of its own.
        plain = self._reformatter.reformat(frame, format="rgb24", threads=1)
        image = Image.fromarray(plain.to_ndarray())
        table = table_for(frame.color_trc, frame.color_primaries)
        if table is not None:
            image = image.filter(table)
        return self._geometry(frame).show(image)

    def _geometry(self, frame: Any) -> Geometry:  # noqa: ANN401
        """Asked once for each angle only: a frame's side data keeps it from being freed."""
        angle = None if math.isnan(frame.rotation) else int(frame.rotation)
        if angle not in self._geometries:
            matrix = frame.side_data.get("DISPLAYMATRIX")
            turns = () if matrix is None else turns_of(bytes(matrix))
            self._geometries[angle] = Geometry(stretch=self._stretch, turns=turns)
        return self._geometries[angle]

    def _shows_as_coded(self, frame: Any) -> bool:  # noqa: ANN401
        """And packet by packet: decord knows not all ways to turn, and counts fields as frames."""
        has_table = table_for(frame.color_trc, frame.color_primaries) is not None
        is_changed = has_table or self._geometry(frame) != Geometry()
        return not (is_changed or frame.interlaced_frame)


def _reformatter() -> Any:  # noqa: ANN401 - av comes without types
    from av.video.reformatter import VideoReformatter  # noqa: PLC0415

    return VideoReformatter()


def _check(path: Path, total: int, fps: float) -> None:
    if total < 1:
        raise UnreadableMediaError(path, Message.of("reason.no_frames"))
    if not 0 < fps < 100_000:
        raise UnreadableMediaError(path, Message.of("reason.rate", n=f"{fps:g}"))
