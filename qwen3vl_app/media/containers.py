"""Video containers, opened by decord or by PyAV: one face for both.

decord 0.6 is what the reference uses; it may hang, with the GIL held, where a container
promises more frames than it has (dmlc/decord#373), so the promise is checked against the
packets first, and everything here runs in a process that can be ended. PyAV reads what
decord cannot. Both give the same pixels. Imports are late: only a worker with a video loads
FFmpeg, and either library may be missing.
"""

from __future__ import annotations

import bisect
import importlib.util
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol, TypeAlias, TypeVar

from PIL import Image

from qwen3vl_app.errors import UnreadableMediaError
from qwen3vl_app.media.decoding import decoding

_THREADS = 2
"""Per decoder: there are several workers, and every thread of FFmpeg holds frames."""

_BATCH_BYTES = 64 * 2**20
"""Decoded frames that decord hands over at once."""

_TURNS = {
    90: Image.Transpose.ROTATE_90,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_270,
}
"""Degrees of the display matrix, counter-clockwise. decord turns frames itself."""

_BOXES = {b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"}
"""First boxes of MP4 and QuickTime files (ISO/IEC 14496-12)."""

_Result = TypeVar("_Result")

_Key: TypeAlias = tuple[type, Path, int, int]


class Container(Protocol):
    """An open video."""

    total: int
    """Frames that are there, at least one."""

    fps: float

    def key_frames(self) -> list[int]:
        """Ascending indices of frames that are decoded without others; may be empty."""

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
) -> _Result:
    """What ``work`` makes of the video, opened by decord where that is allowed, else by PyAV.

    Where decord or ``work`` with it fails, ``work`` runs once more with PyAV, which passes over
    frames of more than so many megapixels. decord has no such limit: ask ``declared_size`` before.

    Raises:
        UnreadableMediaError: Neither can read it, or it has sound only.
    """
    if decord and _suits_decord(path) and importlib.util.find_spec("decord") is not None:
        try:
            with _opened(path, _Decord, megapixels) as video:
                return work(video)
        except UnreadableMediaError:
            if importlib.util.find_spec("av") is None:
                raise
    with _opened(path, _PyAv, megapixels) as video:
        return work(video)


def close_videos() -> None:
    """Let go of the video that was read last, so that its drive can be removed."""
    _KEPT.clear()


def declared_size(path: Path, megapixels: float) -> tuple[int, int] | None:
    """How large the frames are by what the container says; None where PyAV cannot be asked.

    Looking decodes no frame of more than so many megapixels: (0, 0) where that leaves it unknown.
    """
    if importlib.util.find_spec("av") is None:
        return None
    try:
        with decoding(path, "The video"):
            file, stream = _open(path, megapixels)
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

    options = _bounded(megapixels)
    try:
        with (
            decoding(path, "The video"),
            av.open(str(path), metadata_errors="replace", options=options) as file,
        ):
            return dict(file.metadata)
    except UnreadableMediaError:
        return {}


def _bounded(megapixels: float) -> dict[str, str]:
    """The options under which FFmpeg refuses larger frames before it makes room for them."""
    return {} if math.isinf(megapixels) else {"max_pixels": str(int(megapixels * 1e6))}


@contextmanager
def _opened(path: Path, decoder: type[_Decord | _PyAv], megapixels: float) -> Iterator[Container]:
    """The video, kept open for the next call after success.

    Both decoders go through all packets to open one, seconds for a film that is then asked for
    a few moments at a time.
    """
    key = (decoder, *_version(path))
    kept = _KEPT.pop(key, None)
    _KEPT.clear()
    video = decoder(path, megapixels) if kept is None else kept
    yield video
    _KEPT[key] = video


def _version(path: Path) -> tuple[Path, int, int]:
    status = path.stat()
    return path, status.st_size, status.st_mtime_ns


def is_open(path: Path) -> bool:
    """Whether the video was kept open by the call before."""
    return any(key[1:] == _version(path) for key in _KEPT)


def _suits_decord(path: Path) -> bool:
    """Whether the container has an index (MP4, Matroska, AVI, FLV).

    In MPEG streams, which have none, decord 0.6 gives frames up to 25 away from those asked for.
    """
    with decoding(path, "The video"), path.open("rb") as file:
        head = file.read(16)
    return head[4:8] in _BOXES or head.startswith((b"\x1a\x45\xdf\xa3", b"RIFF", b"FLV"))


class _Decord:
    def __init__(self, path: Path, megapixels: float = math.inf) -> None:
        del megapixels  # decord has no such option
        with decoding(path, "The video"):
            import decord  # noqa: PLC0415 - see the module's docstring

            self._video = decord.VideoReader(str(path), num_threads=_THREADS)
            self._path = path
            self.fps = float(self._video.get_avg_fps())
            self.total = len(self._video)  # what the container says
            # Raises IndexError where there are fewer packets than that: get_batch would hang.
            self._video.get_frame_timestamp([self.total - 1])
        _check(path, self.total, self.fps)

    def key_frames(self) -> list[int]:
        with decoding(self._path, "The video"):
            return [int(key) for key in self._video.get_key_indices() if key < self.total]

    def frames(self, indices: Sequence[int]) -> Iterator[tuple[int, Image.Image]]:
        step = 1
        position = 0
        while position < len(indices):
            batch = list(indices[position : position + step])
            with decoding(self._path, "The video"):
                pixels = self._video.get_batch(batch).asnumpy()
            for index, frame in zip(batch, pixels, strict=True):
                yield index, Image.fromarray(frame)
            position += step
            step = max(1, _BATCH_BYTES // max(1, pixels[0].nbytes))


class _PyAv:
    def __init__(self, path: Path, megapixels: float = math.inf) -> None:
        self._path = path
        self._megapixels = megapixels
        with decoding(path, "The video"):
            file, stream = _open(path, megapixels)
            with file:
                rate = stream.average_rate or stream.guessed_rate or stream.base_rate
                self.fps = float(rate or 0)
                self._times, self._keys = _index_packets(file, stream)
        self.total = len(self._times)
        _check(path, self.total, self.fps)

    def key_frames(self) -> list[int]:
        return [bisect.bisect_left(self._times, key) for key in self._keys]

    def frames(self, indices: Sequence[int]) -> Iterator[tuple[int, Image.Image]]:
        with decoding(self._path, "The video"), self._cursor() as cursor:
            for index in indices:
                frame = cursor.move_to(self._times[index])
                if frame is None:
                    return
                yield index, _upright(frame)

    def _cursor(self) -> _Cursor:
        return _Cursor(self._path, self._keys, self._megapixels)


class _Cursor:
    """Moves forward through a video, from key frame to key frame where that saves decoding."""

    def __init__(self, path: Path, keys: list[int], megapixels: float) -> None:
        self._path = path
        self._megapixels = megapixels
        self._keys = keys
        self._seeks = True
        self._decoded: Iterator[Any] = iter(())
        self._frame: Any = None
        self._file, self._stream = _open(path, megapixels)
        self._restart()

    def __enter__(self) -> _Cursor:
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()

    def move_to(self, time: int) -> Any:  # noqa: ANN401 - av comes without types
        """The first frame at ``time`` or after it; None at the end."""
        key = self._keys[bisect.bisect_right(self._keys, time) - 1]
        if self._seeks and self._frame is not None and key > self._frame.pts:
            self._file.seek(key, stream=self._stream)
            self._restart()
            if self._frame is None or self._frame.pts > time:  # streams without an index overshoot
                self._seeks = False
                self._file.close()
                self._file, self._stream = _open(self._path, self._megapixels)
                self._restart()
        while self._frame is not None and self._frame.pts < time:
            self._frame = next(self._decoded, None)
        return self._frame

    def _restart(self) -> None:
        self._decoded = _decode(self._file, self._stream)
        self._frame = next(self._decoded, None)


def _open(path: Path, megapixels: float) -> tuple[Any, Any]:
    """The file, and the first stream of moving pictures in it; cover art of music is none."""
    import av  # noqa: PLC0415 - see the module's docstring

    options = _bounded(megapixels)
    file = av.open(str(path), metadata_errors="replace", options=options)
    for stream in file.streams.video:
        if not stream.disposition & av.stream.Disposition.attached_pic:
            stream.thread_type = "AUTO"
            stream.codec_context.thread_count = _THREADS
            stream.codec_context.options = options
            return file, stream
    has_sound = bool(file.streams.audio)
    file.close()
    if has_sound:
        raise UnreadableMediaError(path, "The file has sound but no pictures.")
    raise ValueError("neither pictures nor sound")  # damage, as any other that decoders find


def _index_packets(file: Any, stream: Any) -> tuple[list[int], list[int]]:  # noqa: ANN401
    """Times of all frames and of the key frames, ascending, without decoding."""
    times, keys = [], []
    for packet in _packets(file, stream):
        time = packet.dts if packet.pts is None else packet.pts
        if time is not None and packet.size:
            times.append(time)
            if packet.is_keyframe:
                keys.append(time)
    times.sort()
    return times, sorted({*keys, *times[:1]})


def _packets(file: Any, stream: Any) -> Iterator[Any]:  # noqa: ANN401
    """Packets up to the place where the file breaks off."""
    import av  # noqa: PLC0415

    packets = file.demux(stream)
    while True:
        try:
            yield next(packets)
        except (StopIteration, av.FFmpegError):
            return


def _decode(file: Any, stream: Any) -> Iterator[Any]:  # noqa: ANN401
    """Frames in the order they are shown; damaged ones are passed over."""
    import av  # noqa: PLC0415

    for packet in _packets(file, stream):
        try:
            frames = packet.decode()
        except av.FFmpegError:
            continue
        for frame in frames:
            frame.pts = frame.dts if frame.pts is None else frame.pts
            if frame.pts is not None and not frame.is_corrupt:
                yield frame


def _upright(frame: Any) -> Image.Image:  # noqa: ANN401
    image = Image.fromarray(frame.to_ndarray(format="rgb24"))
    turn = _TURNS.get(frame.rotation % 360)
    return image if turn is None else image.transpose(turn)


def _check(path: Path, total: int, fps: float) -> None:
    if total < 1:
        raise UnreadableMediaError(path, "The video has no frames.")
    if not 0 < fps < 100_000:
        raise UnreadableMediaError(path, f"The video says it has {fps:g} frames per second.")
