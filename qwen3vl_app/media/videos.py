"""An open video, by PyAV or by decord: one face for both.

PyAV takes frames by the time at which each is shown. decord 0.6 is what the reference uses: it
takes frames by their number, which is right only where the packets of a file are its frames, goes
through the file from its beginning for every key frame, and may hang, with the GIL held, where a
container promises more frames than it has (dmlc/decord#373). Where decord is right, both give the
same pixels, of videos of 8 bits. Imports are late: only a worker with a video loads FFmpeg, and
either library may be missing.
"""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from PIL import Image

from qwen3vl_app.budget import Size
from qwen3vl_app.errors import UnreadableMediaError
from qwen3vl_app.media.blocks import Blocks, open_blocks
from qwen3vl_app.media.colours import table_for
from qwen3vl_app.media.damage import DamageFinder
from qwen3vl_app.media.decoding import THE_VIDEO, decoding
from qwen3vl_app.media.files import content_hash as hash_file
from qwen3vl_app.media.findings import Findings
from qwen3vl_app.media.geometry import Geometry, stretch_of, turns_of
from qwen3vl_app.media.held import source_of
from qwen3vl_app.media.packets import (
    bounded,
    index_packets,
    open_video,
    timeline_of,
    timing_of,
)
from qwen3vl_app.media.seeking import Cursor
from qwen3vl_app.media.timeline import Timeline
from qwen3vl_app.messages import NOTHING, Message
from qwen3vl_app.types import ContentHash

_THREADS = 2
"""Per decoder: there are several workers, and every thread of FFmpeg holds frames."""

_BATCH_BYTES = 64 * 2**20
"""Decoded frames that decord hands over at once."""

HELD = 2**26
"""Bytes of a video that are held in memory, unless another limit is given."""

UNKNOWN_SIZE = (0, 0)
"""The size of frames of which the container does not tell it."""


class Container(Protocol):
    """An open video."""

    timeline: Timeline
    """Of the frames that are there."""

    damage: Message
    """What is missing of it, in one sentence; empty if nothing seems to be."""

    def key_frames(self) -> list[int]:
        """Ascending indices of frames that are decoded without others; may be empty."""

    def metadata(self) -> dict[str, str]:
        """What the file says of itself as a whole; empty if it says nothing."""

    def content_hash(self) -> ContentHash:
        """The hash of its bytes, without reading again what was read to open it."""

    def findings(self) -> bytes:
        """What it took reading all of it to find out; b"" where nothing is to be handed on."""

    def close(self) -> None:
        """Close the file."""

    def frames(self, indices: Sequence[int]) -> Iterator[tuple[int, Image.Image]]:
        """The frames at these ascending indices, upright, RGB, native size.

        Frames that turn out to be missing or damaged are left out.
        """


def any_size(size: Size) -> None:
    """Frames of every size may be decoded."""
    del size


def no_frame(megapixels: float) -> Message:
    """Why nothing of a video can be shown: frames over the limit are passed over unseen."""
    return Message.of("reason.no_frame", limit=f"{megapixels:g}")


def size_of(stream: Any) -> Size:  # noqa: ANN401 - av comes without types
    """How large frames are by what the container says; ``UNKNOWN_SIZE`` where it does not."""
    return stream.codec_context.width, stream.codec_context.height


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


class DecordVideo:
    """Frames by their number, at a steady rate."""

    def __init__(self, path: Path, megapixels: float = math.inf) -> None:
        self._megapixels = megapixels  # decord has no such option
        with decoding(path, THE_VIDEO):
            import decord  # noqa: PLC0415 - see the module's docstring

            self._video = decord.VideoReader(str(path), num_threads=_THREADS)
            self._path = path
            self._total = len(self._video)  # what the container says
            fps = float(self._video.get_avg_fps())
            # Raises IndexError where there are fewer packets than that: get_batch would hang.
            self._video.get_frame_timestamp([self._total - 1])
        _check(path, self._total, fps)
        self.timeline = Timeline(total=self._total, fps=fps)
        self.damage = NOTHING

    def metadata(self) -> dict[str, str]:
        return metadata_of(self._path, self._megapixels)

    def content_hash(self) -> ContentHash:
        return hash_file(self._path)

    def findings(self) -> bytes:
        return b""

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


class PyAvVideo:
    """Frames by the time at which they are shown. Its bytes are read through ``Blocks``."""

    def __init__(
        self,
        path: Path,
        megapixels: float = math.inf,
        *,
        check: Callable[[Size], None] = any_size,
        held: int = HELD,
        findings: bytes = b"",
    ) -> None:
        self._path = path
        self._megapixels = megapixels
        self._geometries: dict[int | None, Geometry] = {}
        self.damage = NOTHING  # and so if it was gone through before: it is asked for only then
        self._blocks = open_blocks(path, held)
        # no method, by which this would refer to itself and stay until cycles are collected
        self._open = partial(_open, path, self._blocks, megapixels)
        try:
            with decoding(path, THE_VIDEO):
                self._begin(check, Findings.unpack(findings, self._blocks.version))
        except BaseException:
            self._blocks.close()
            raise

    def _begin(self, check: Callable[[Size], None], known: Findings | None) -> None:
        file, stream = self._open()
        size = size_of(stream)
        if size != UNKNOWN_SIZE:
            check(size)
        self._stretch = stretch_of(stream.sample_aspect_ratio)
        self._reformatter = _reformatter()
        if known is None:
            found = self._go_through(file, stream)
        else:
            found = known
            self._cursor = Cursor(self._open, file, stream, known.index)
        self._found = found
        self._index = found.index.from_first(*found.first)
        self.timeline = timeline_of(self._index, found.timing)

    def _go_through(self, file: Any, stream: Any) -> Findings:  # noqa: ANN401 - av has no types
        finder = DamageFinder(file, stream, self._blocks.open())
        index = index_packets(file, stream, finder)
        if index is None:
            raise UnreadableMediaError(self._path, Message.of("reason.no_frames"))
        self.damage = finder.found(self._blocks.size)
        self._cursor = Cursor(self._open, file, stream, index)
        first = self._cursor.first()  # proof that it can be decoded
        if first is None:
            self._cursor.close()
            raise UnreadableMediaError(self._path, no_frame(self._megapixels))
        begin = first[0], first[1].dts
        shown = index.from_first(*begin)
        timing = timing_of(self._cursor.file, self._cursor.stream, shown)
        return Findings(version=self._blocks.version, index=index, first=begin, timing=timing)

    def metadata(self) -> dict[str, str]:
        return dict(self._cursor.file.metadata)

    def content_hash(self) -> ContentHash:
        return self._blocks.content_hash()

    def findings(self) -> bytes:
        return self._found.packed()

    def close(self) -> None:
        """Close the file."""
        self._cursor.close()
        self._blocks.close()

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


def _open(path: Path, blocks: Blocks, megapixels: float) -> tuple[Any, Any]:
    return open_video(path, blocks.open(), megapixels)


def _reformatter() -> Any:  # noqa: ANN401 - av comes without types
    from av.video.reformatter import VideoReformatter  # noqa: PLC0415

    return VideoReformatter()


def _check(path: Path, total: int, fps: float) -> None:
    if total < 1:
        raise UnreadableMediaError(path, Message.of("reason.no_frames"))
    if not 0 < fps < 100_000:
        raise UnreadableMediaError(path, Message.of("reason.rate", n=f"{fps:g}"))
