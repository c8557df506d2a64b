"""Videos: the whole and its moments, as frames the models can look at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from PIL import Image

from qwen3vl_app.budget import SIDE, Budget, Size, fit
from qwen3vl_app.errors import UnreadableMediaError
from qwen3vl_app.media.animations import Animation
from qwen3vl_app.media.containers import (
    Container,
    declared_size,
    is_open,
    metadata_of,
    with_container,
)
from qwen3vl_app.media.dates import filmed
from qwen3vl_app.media.files import inspect_file
from qwen3vl_app.media.kinds import FileType
from qwen3vl_app.media.options import ReadOptions
from qwen3vl_app.media.pictures import check_size
from qwen3vl_app.media.sampling import (
    MIN_FRAMES,
    OVERLAP_SHARE,
    WINDOWS_TO_SPLIT,
    Span,
    choose_frames,
    choose_moments,
)
from qwen3vl_app.media.stillness import Windows, find_stills, frames_to_compare, merge_still
from qwen3vl_app.media.thumbnails import thumbnail
from qwen3vl_app.types import Clip, Kind, Part, Place


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReadClip:
    """A span of a video, decoded."""

    clip: Clip
    thumbnail: bytes
    """Of its middle frame."""

    size: Size
    """Of a frame as displayed."""

    taken: str
    """When it was filmed, ISO 8601 local time; empty if unknown."""


_Result = TypeVar("_Result")


def list_moments(path: Path, options: ReadOptions) -> list[Part]:
    """The whole video, and its moments where it is long enough for some.

    Raises:
        UnreadableMediaError: It cannot be read, has sound only, or its frames are too large.
    """
    most = options.limits.max_frame_megapixels

    def measure(video: Container) -> tuple[float, Windows]:
        _, first = next(iter(video.frames([0])), (0, None))  # proof that it can be decoded
        if first is None:
            raise UnreadableMediaError(path, _NO_FRAME.format(most=most))
        _check_frame(path, first.size, options)
        duration = video.total / video.fps
        _check_length(path, duration, options)
        windows = choose_moments(video.total, video.fps, options.moment_seconds)
        return duration, _merge(video, windows, first.size, options.moment_seconds)

    duration, windows = _with_video(path, measure, options)
    whole = Part(ordinal=0, kind=Kind.VIDEO, place=Place(start=0.0, end=round(duration, 3)))
    return [whole] + [
        Part(ordinal=number, kind=Kind.MOMENT, place=Place(start=start, end=end))
        for number, (start, end) in enumerate(windows, start=1)
    ]


def _merge(video: Container, windows: Windows, size: Size, seconds: float) -> Windows:
    """The windows, those in which nothing moves as one."""
    if not windows:
        return windows
    chosen = frames_to_compare(video.key_frames(), video.total, video.fps, seconds, size)
    frames = ((index / video.fps, frame) for index, frame in video.frames(chosen))
    return merge_still(windows, find_stills(frames, video.total / video.fps, seconds))


_NO_FRAME = (
    "No frame of the video can be decoded: it is damaged, or its frames are over the limit of "
    "{most:g} megapixels; make a smaller copy."
)


def span_of(part: Part, options: ReadOptions) -> Span:
    """How a part of a video is sampled: the whole of it as the reference does.

    Of a moment in which nothing moves, however long, a window's worth of frames.
    """
    budget = options.budget
    if part.kind is Kind.VIDEO:
        return Span(fps=budget.fps, max_frames=budget.max_frames)
    length = (part.place.end or 0.0) - (part.place.start or 0.0)
    most = budget.max_frames
    if length > options.moment_seconds * WINDOWS_TO_SPLIT:
        most = min(most, max(MIN_FRAMES, round(budget.fps * options.moment_seconds)))
    return Span(fps=budget.fps, max_frames=most, start=part.place.start, end=part.place.end)


def read_clips(path: Path, spans: Sequence[Span], options: ReadOptions) -> list[ReadClip]:
    """Decode spans of one video in a single pass; frames they share are decoded once.

    Raises:
        UnreadableMediaError: There is no frame in a span, or none can be decoded.
    """

    def decode(video: Container) -> list[ReadClip]:
        taken = filmed(metadata_of(path, options.limits.max_frame_megapixels))
        chosen = [_choose(path, video, span) for span in spans]
        frames = _decode(path, video, chosen, options)
        return [_assemble(path, indices, frames, taken) for indices in chosen]

    return _with_video(path, decode, options)


def middle_frame(path: Path, span: Span, options: ReadOptions) -> Image.Image:
    """The frame in the middle of a span, at full size.

    Raises:
        UnreadableMediaError: As :func:`read_clips`.
    """

    def decode(video: Container) -> Image.Image:
        indices = _choose(path, video, span)
        for _, frame in video.frames([indices[len(indices) // 2]]):
            _check_frame(path, frame.size, options)
            return frame
        raise UnreadableMediaError(path, "The frame cannot be decoded.")

    return _with_video(path, decode, options)


def _with_video(path: Path, work: Callable[[Container], _Result], options: ReadOptions) -> _Result:
    if inspect_file(path, options.limits) is FileType.PICTURE:
        return work(Animation(path, options.limits))
    most, decord = options.limits.max_frame_megapixels, options.decord
    size = None if is_open(path) else declared_size(path, most)
    if size == (0, 0):
        decord = False  # it would decode frames of any size
    elif size is not None:
        _check_frame(path, size, options)
    return with_container(path, work, megapixels=most, decord=decord)


def _check_frame(path: Path, size: Size, options: ReadOptions) -> None:
    check_size(path, size, options.limits, "video", most=options.limits.max_frame_megapixels)


def _check_length(path: Path, seconds: float, options: ReadOptions) -> None:
    """Refuse what would be more moments than anybody has a use for."""
    most = options.limits.max_moments * options.moment_seconds * (1 - OVERLAP_SHARE)
    if not seconds <= most:  # as NaN is not, either
        found = (
            f"The video lasts {seconds / 3600:,.0f} hours, over the limit of {most / 3600:,.0f}"
        )
        raise UnreadableMediaError(path, f"{found}; cut it into pieces.")


def _choose(path: Path, video: Container, span: Span) -> list[int]:
    try:
        return choose_frames(span, video.total, video.fps)
    except ValueError as error:
        raise UnreadableMediaError(path, f"The video has {error}.") from error


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Frames:
    """What was decoded, by index into the video."""

    frames: dict[int, Image.Image]
    thumbnails: dict[int, bytes]
    size: Size
    fps: float


def _decode(
    path: Path, video: Container, chosen: Sequence[Sequence[int]], options: ReadOptions
) -> _Frames:
    frames: dict[int, Image.Image] = {}
    thumbnails: dict[int, bytes] = {}
    size = (0, 0)
    middles = {indices[len(indices) // 2] for indices in chosen}
    for index, frame in video.frames(sorted({i for indices in chosen for i in indices})):
        if not frames:
            _check_frame(path, frame.size, options)
            size = frame.size
        if index in middles:
            thumbnails[index] = thumbnail(frame)
        frames[index] = _shrink(frame, size, options.budget)
    return _Frames(frames=frames, thumbnails=thumbnails, size=size, fps=video.fps)


def _shrink(frame: Image.Image, size: Size, budget: Budget) -> Image.Image:
    """Frames beyond the budget get the size the model wants; others stay as they are.

    ``size`` is that of the first frame, which all must have.
    """
    width, height = size
    if width * height > budget.max_frame_tokens * SIDE * SIDE:
        wanted = fit(size, budget.min_frame_tokens, budget.max_frame_tokens)
        return frame.resize(wanted, Image.Resampling.BICUBIC)
    return frame if frame.size == size else frame.resize(size, Image.Resampling.BICUBIC)


def _assemble(path: Path, indices: Sequence[int], found: _Frames, taken: str) -> ReadClip:
    present = [index for index in indices if index in found.frames]
    if not present:
        seconds = indices[0] / found.fps
        raise UnreadableMediaError(path, f"No frame near {seconds:.0f} s can be decoded.")
    clip = Clip(
        frames=tuple(found.frames[index] for index in present),
        seconds=tuple((index - indices[0]) / found.fps for index in present),
    )
    middle = present[len(present) // 2]
    small = found.thumbnails.get(middle) or thumbnail(found.frames[middle])
    return ReadClip(clip=clip, thumbnail=small, size=found.size, taken=taken)
