"""The one door to decoded content: every file is opened in a process that can be ended."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from PIL import Image

from qwen3vl_app.budget import Budget, Size
from qwen3vl_app.errors import DecoderDiedError, TooSlowError, UnreachableMediaError
from qwen3vl_app.media.file_types import FileType, claimed
from qwen3vl_app.media.files import os_reason
from qwen3vl_app.media.options import ReadOptions
from qwen3vl_app.media.pool import Pool
from qwen3vl_app.media.sampling import Span
from qwen3vl_app.settings import Limits
from qwen3vl_app.types import (
    Clip,
    Content,
    ContentHash,
    ModelInput,
    Outline,
    Part,
    PictureClass,
    TextLine,
)

VERSION = 2
"""Of all that is in this package. Raise it whenever files can be read that could not be before:
what failed is then tried again at the next scan, and is left alone until then."""

_HASH_BYTES_PER_SECOND = 30 * 2**20
"""What a slow disk reads: large files get this much longer to be hashed."""

_SECONDS_PER_PART = 5.0
"""Further time for every part beyond the first: a window of 4K video, a site plan."""

_NICENESS = 10
"""Of the processes that read for indexing: searches come first."""

_LAST = 19
"""Of the process that reads words in pictures: all else comes first."""


class Reader:
    """Files become outlines, content and pictures.

    Thread-safe; calls block. Indexing (:meth:`outline`, :meth:`read`, and what compares pictures
    between them), previews and what a search
    waits for have processes of their own, so a slow file being indexed or shown delays no search.
    Words in pictures are read by one more.
    No process starts before the first call. Every method raises :class:`UnreadableMediaError` for
    a file that cannot be read, its subclass :class:`TooSlowError` where the decoder hangs, and
    :class:`AppError` after :meth:`close`.

    How large pictures, pages and frames are, and how many of these, says the ``budget`` of the
    call: that of the model they are for. Without one it is that of the reader.

    With ``reference``, files are read as the reference reads them, also where that is wrong; its
    vectors and scores are only then to be had to the last digit.
    """

    def __init__(
        self,
        budget: Budget,
        limits: Limits,
        *,
        workers: int = 2,
        moment_seconds: float = 8.0,
        reference: bool = False,
    ) -> None:
        self._options = ReadOptions(
            budget=budget, limits=limits, moment_seconds=moment_seconds, reference=reference
        )
        memory = limits.max_reader_bytes
        self._indexing = Pool(workers, memory=memory, niceness=_NICENESS)
        self._waiting, self._previews = (Pool(workers, memory=memory) for _ in range(2))
        self._words = Pool(1, memory=memory, niceness=_LAST)

    @property
    def budget(self) -> Budget:
        """How large pictures, pages and frames leave the reader where no other is asked for."""
        return self._options.budget

    @property
    def version(self) -> str:
        """Says when to try again what could not be read: ``VERSION``, and the limits of now."""
        return f"{VERSION}-{zlib.crc32(repr(self._options.limits).encode()):08x}"

    def outline(self, path: Path) -> Outline:
        """What ``path`` consists of, and the hash of its bytes."""
        extra = _seconds_to_hash(path)
        return cast("Outline", self._call(self._indexing, "outline", path, extra=extra))

    def content_hash(self, path: Path) -> ContentHash:
        """The hash of a file's bytes, as its outline has it; 1 GB a second from memory."""
        extra = _seconds_to_hash(path)
        return cast("ContentHash", self._call(self._indexing, "content_hash", path, extra=extra))

    def read(
        self,
        path: Path,
        parts: Sequence[Part],
        *,
        budget: Budget | None = None,
        findings: bytes = b"",
    ) -> tuple[Content, ...]:
        """Decode these parts, in their order, with thumbnails; ask for 16 or so at a time.

        With the ``findings`` of its outline, a video is not gone through again for it.
        """
        return self._read(
            self._indexing, path, parts, known=False, budget=budget, findings=findings
        )

    def model_inputs(
        self, path: Path, parts: Sequence[Part], *, budget: Budget | None = None
    ) -> tuple[ModelInput, ...]:
        """What a model sees of these parts, and nothing else of them is made."""
        contents = self._read(self._waiting, path, parts, known=True, budget=budget)
        return tuple(content.model_input for content in contents)

    def beginning(self, path: Path, *, budget: Budget | None = None) -> ModelInput:
        """What a model sees of the first part of a file: its first page, its first passage.

        Somebody waits for it: it does not stand behind what is being indexed.
        """
        outline = cast("Outline", self._call(self._waiting, "outline", path))
        (first,) = self.model_inputs(path, outline.parts[:1], budget=budget)
        return first

    def picture(self, path: Path) -> Image.Image:
        """A picture at full size, upright, RGB."""
        size, pixels = cast("tuple[Size, bytes]", self._call(self._waiting, "picture", path))
        return Image.frombytes("RGB", size, pixels)

    def clip(
        self,
        path: Path,
        *,
        fps: float | None = None,
        max_frames: int | None = None,
        start: float | None = None,
        end: float | None = None,
        budget: Budget | None = None,
    ) -> Clip:
        """Frames of a video, as many as the reference takes; None stands for the budget's value.

        Args:
            path: The video.
            fps: Frames to take per second.
            max_frames: Most frames to take.
            start: Seconds at which the clip begins; None for the beginning.
            end: Seconds at which it ends; None for the end.
            budget: Of the model that it is for.
        """
        budget = budget or self.budget
        span = Span(
            fps=budget.fps if fps is None else fps,
            max_frames=budget.max_frames if max_frames is None else max_frames,
            start=start,
            end=end,
        )
        return cast("Clip", self._call(self._waiting, "clip", path, span, budget=budget))

    def preview(self, path: Path, part: Part, *, longest: int = 1600) -> bytes:
        """WebP of a part for the detail panel, its longer side at most ``longest`` pixels.

        Of a video or a moment its middle frame, of a passage its first lines drawn.
        """
        return cast("bytes", self._call(self._previews, "preview", path, part, longest))

    def picture_lines(self, path: Path, part: Part, of: PictureClass) -> tuple[TextLine, ...]:
        """The words in a picture, a page, or the middle frame of a video or moment.

        Takes 0.5 to 5 s of one core at the lowest priority; see ``ocr.is_installed``.
        """
        found = self._call(self._words, "picture_lines", path, part, of)
        return cast("tuple[TextLine, ...]", found)

    def stop_picture_lines(self) -> None:
        """End ``picture_lines`` under way, which raises :class:`DecoderDiedError` then."""
        self._words.interrupt()

    def same_in_detail(self, one: Path, other: Path) -> bool:
        """Whether two pictures that agree as thumbnails also do in small print; 0.1 to 1 s."""
        found = self._call(
            self._indexing, "same_in_detail", one, other, extra=self._options.limits.deadline
        )
        return cast("bool", found)

    def frame_seconds(
        self, path: Path, part: Part, *, budget: Budget | None = None
    ) -> tuple[float, ...]:
        """When each frame of a video or moment is shown, counted from its start; decodes none."""
        found = self._call(self._waiting, "frame_seconds", path, part, budget=budget)
        return cast("tuple[float, ...]", found)

    def originals(
        self,
        path: Path,
        part: Part,
        numbers: Sequence[int] = (),
        *,
        budget: Budget | None = None,
    ) -> dict[int, bytes]:
        """PNG of what a model gets of a part, before it is resized for it.

        Args:
            path: The file.
            part: Anything but a passage.
            numbers: Of a video or moment, which of its frames, from 0; damaged ones are left out.
                A picture or page is number 0.
            budget: Of the model that gets it: its frames per second, and how many at most.
        """
        found = self._call(self._waiting, "originals", path, part, tuple(numbers), budget=budget)
        return cast("dict[int, bytes]", found)

    def close(self) -> None:
        """End all processes. Calls under way raise :class:`AppError`."""
        self._indexing.close()
        self._waiting.close()
        self._previews.close()
        self._words.close()

    def _read(
        self,
        pool: Pool,
        path: Path,
        parts: Sequence[Part],
        *,
        known: bool,
        budget: Budget | None = None,
        findings: bytes = b"",
    ) -> tuple[Content, ...]:
        if not parts:
            return ()
        extra = _SECONDS_PER_PART * (len(parts) - 1)
        contents = self._call(
            pool,
            "read",
            path,
            tuple(parts),
            known,
            extra=extra,
            budget=budget,
            findings=findings,
        )
        return cast("tuple[Content, ...]", contents)

    def _call(
        self,
        pool: Pool,
        function: str,
        path: Path,
        *args: Any,  # noqa: ANN401 - what the function in media.worker takes
        extra: float = 0.0,
        budget: Budget | None = None,
        findings: bytes = b"",
    ) -> Any:  # noqa: ANN401 - cast by the callers
        """Call a function of ``media.worker``; once more without decord where that hangs."""
        options = replace(self._options, budget=budget or self.budget, findings=findings)
        deadline = options.limits.deadline + extra
        try:
            return pool.call(function, path, options, *args, deadline=deadline)
        except (TooSlowError, DecoderDiedError):
            if not options.reference or claimed(path) is not FileType.VIDEO:
                raise
        options = replace(options, decord=False)
        return pool.call(function, path, options, *args, deadline=deadline)


def _seconds_to_hash(path: Path) -> float:
    """What a slow disk takes for it."""
    try:
        return path.stat().st_size / _HASH_BYTES_PER_SECOND
    except OSError as error:
        raise UnreachableMediaError(path, os_reason(error)) from error
