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
from qwen3vl_app.media.containers import with_container
from qwen3vl_app.media.dates import filmed
from qwen3vl_app.media.file_types import FileType
from qwen3vl_app.media.files import inspect_file
from qwen3vl_app.media.held import share_of
from qwen3vl_app.media.options import ReadOptions
from qwen3vl_app.media.pictures import A_VIDEO, check_size
from qwen3vl_app.media.sampling import (
    MIN_FRAMES,
    OVERLAP_SHARE,
    WINDOWS_TO_SPLIT,
    Glance,
    Span,
    choose_glances,
    choose_moments,
)
from qwen3vl_app.media.stillness import Windows, find_stills, frames_to_compare, merge_still
from qwen3vl_app.media.thumbnails import thumbnail
from qwen3vl_app.media.timeline import Timeline
from qwen3vl_app.media.videos import Container, no_frame
from qwen3vl_app.messages import Message
from qwen3vl_app.types import Clip, ContentHash, Kind, Part, Place


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
            raise UnreadableMediaError(path, no_frame(most))
        _check_frame(path, first.size, options)
        _check_length(path, video.timeline.duration, options)
        windows = choose_moments(video.timeline, options.moment_seconds)
        merged = _merge(video, windows, first.size, options.moment_seconds)
        return video.timeline.duration, merged

    duration, windows = _with_video(path, measure, options)
    whole = Part(ordinal=0, kind=Kind.VIDEO, place=Place(start=0.0, end=round(duration, 3)))
    return [whole] + [
        Part(ordinal=number, kind=Kind.MOMENT, place=Place(start=start, end=end))
        for number, (start, end) in enumerate(windows, start=1)
    ]


def _merge(video: Container, windows: Windows, size: Size, seconds: float) -> Windows:
    """The windows, with adjacent still ones merged."""
    if not windows:
        return windows
    timeline = video.timeline
    chosen = frames_to_compare(video.key_frames(), timeline, seconds, size)
    frames = ((timeline.start_of(index), frame) for index, frame in video.frames(chosen))
    stills = find_stills(frames, timeline.duration, seconds)
    return merge_still(windows, sorted([*stills, *timeline.held(seconds)]))


def survey(path: Path, options: ReadOptions) -> tuple[Message, ContentHash, bytes]:
    """What is missing of a video (nothing if nothing seems to be), its hash, and its findings.

    Reads next to nothing right after ``list_moments``, which leaves the video open.

    Raises:
        UnreadableMediaError: As :func:`list_moments`.
    """

    def look(video: Container) -> tuple[Message, ContentHash, bytes]:
        return video.damage, video.content_hash(), video.findings()

    return _with_video(path, look, options)


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


def read_clips(
    path: Path, spans: Sequence[Span], options: ReadOptions, *, shown: bool = True
) -> list[ReadClip]:
    """Decode spans of one video in a single pass; frames they share are decoded once.

    Thumbnails and the date are made only for what is to be ``shown``; else they stay empty.

    Raises:
        UnreadableMediaError: There is no frame in a span, or none can be decoded.
    """

    def decode(video: Container) -> list[ReadClip]:
        taken = filmed(video.metadata()) if shown else ""
        chosen = [_choose(path, video, span) for span in spans]
        frames = _decode(path, video, chosen, options, shown=shown)
        return [_assemble(path, glances, frames, taken, shown=shown) for glances in chosen]

    return _with_video(path, decode, options)


def middle_frame(path: Path, span: Span, options: ReadOptions) -> Image.Image:
    """The frame in the middle of a span, at full size.

    Raises:
        UnreadableMediaError: As :func:`read_clips`.
    """

    def decode(video: Container) -> Image.Image:
        for _, frame in video.frames([_middle(_choose(path, video, span)).index]):
            _check_frame(path, frame.size, options)
            return frame
        raise UnreadableMediaError(path, Message.of("reason.frame"))

    return _with_video(path, decode, options)


def glance_seconds(path: Path, span: Span, options: ReadOptions) -> tuple[float, ...]:
    """When each frame of a span is shown, counted from its beginning. Decodes nothing of it.

    Raises:
        UnreadableMediaError: As :func:`read_clips`.
    """

    def choose(video: Container) -> tuple[float, ...]:
        return tuple(glance.second for glance in _choose(path, video, span))

    return _with_video(path, choose, options)


def full_frames(
    path: Path, span: Span, numbers: Sequence[int], options: ReadOptions
) -> dict[int, Image.Image]:
    """Some frames of a span at full size, by their number in it; damaged ones are left out.

    Raises:
        UnreadableMediaError: As :func:`read_clips`.
    """

    def decode(video: Container) -> dict[int, Image.Image]:
        glances = _choose(path, video, span)
        wanted = {number: glances[number].index for number in numbers}
        found = dict(video.frames(sorted(set(wanted.values()))))
        for frame in found.values():
            _check_frame(path, frame.size, options)
        return {number: found[index] for number, index in wanted.items() if index in found}

    return _with_video(path, decode, options)


def _with_video(path: Path, work: Callable[[Container], _Result], options: ReadOptions) -> _Result:
    if inspect_file(path, options.limits) is FileType.PICTURE:
        return work(Animation(path, options.limits, reference=options.reference))
    return with_container(
        path,
        work,
        megapixels=options.limits.max_frame_megapixels,
        check=lambda size: _check_frame(path, size, options),
        decord=options.decord,
        reference=options.reference,
        findings=options.findings,
        held=share_of(options.limits),
    )


def _check_frame(path: Path, size: Size, options: ReadOptions) -> None:
    check_size(path, size, options.limits, A_VIDEO, most=options.limits.max_frame_megapixels)


def _check_length(path: Path, seconds: float, options: ReadOptions) -> None:
    """Refuse videos that would have more moments than are of use."""
    most = options.limits.max_moments * options.moment_seconds * (1 - OVERLAP_SHARE)
    if not seconds <= most:  # as NaN is not, either
        reason = Message.of(
            "reason.long", hours=f"{seconds / 3600:,.0f}", limit=f"{most / 3600:,.0f}"
        )
        raise UnreadableMediaError(path, reason)


def _choose(path: Path, video: Container, span: Span) -> list[Glance]:
    try:
        return choose_glances(span, video.timeline)
    except ValueError as error:
        raise UnreadableMediaError(path, Message.of("reason.video", said=str(error))) from error


def _middle(glances: Sequence[Glance]) -> Glance:
    return glances[len(glances) // 2]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Frames:
    """What was decoded, by index into the video."""

    frames: dict[int, Image.Image]
    thumbnails: dict[int, bytes]
    size: Size
    timeline: Timeline


def _decode(
    path: Path,
    video: Container,
    chosen: Sequence[Sequence[Glance]],
    options: ReadOptions,
    *,
    shown: bool,
) -> _Frames:
    frames: dict[int, Image.Image] = {}
    thumbnails: dict[int, bytes] = {}
    size = (0, 0)
    middles = {_middle(glances).index for glances in chosen if shown}
    wanted = sorted({glance.index for glances in chosen for glance in glances})
    for index, frame in video.frames(wanted):
        if not frames:
            _check_frame(path, frame.size, options)
            size = frame.size
        if index in middles:
            thumbnails[index] = thumbnail(frame)
        frames[index] = _shrink(frame, size, options.budget)
    return _Frames(frames=frames, thumbnails=thumbnails, size=size, timeline=video.timeline)


def _shrink(frame: Image.Image, size: Size, budget: Budget) -> Image.Image:
    """Frames beyond the budget get the size the model expects; others stay as they are.

    ``size`` is that of the first frame, which all must have.
    """
    width, height = size
    if width * height > budget.max_frame_tokens * SIDE * SIDE:
        wanted = fit(size, budget.min_frame_tokens, budget.max_frame_tokens)
        return frame.resize(wanted, Image.Resampling.BICUBIC)
    return frame if frame.size == size else frame.resize(size, Image.Resampling.BICUBIC)


def _assemble(
    path: Path, glances: Sequence[Glance], found: _Frames, taken: str, *, shown: bool
) -> ReadClip:
    present = [glance for glance in glances if glance.index in found.frames]
    if not present:
        seconds = found.timeline.start_of(glances[0].index)
        raise UnreadableMediaError(
            path, Message.of("reason.no_frame_near", seconds=f"{seconds:.0f}")
        )
    clip = Clip(
        frames=tuple(found.frames[glance.index] for glance in present),
        seconds=tuple(glance.second for glance in present),
    )
    small = b""
    if shown:
        middle = _middle(present).index
        small = found.thumbnails.get(middle) or thumbnail(found.frames[middle])
    return ReadClip(clip=clip, thumbnail=small, size=found.size, taken=taken)
