"""The one door to decoded content: every file is opened in a process that can be ended."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from qwen3vl_app.budget import Budget
from qwen3vl_app.errors import UnreadableMediaError
from qwen3vl_app.media.files import os_reason
from qwen3vl_app.media.pool import Pool
from qwen3vl_app.settings import Limits
from qwen3vl_app.types import Content, ModelInput, Outline, Part

if TYPE_CHECKING:
    from PIL.Image import Image

_HASH_BYTES_PER_SECOND = 30 * 2**20
"""What a slow disk reads: large files get this much longer to be hashed."""


class Reader:
    """Files become outlines, content and pictures.

    Thread-safe; calls block. Indexing (:meth:`outline`, :meth:`read`) and everything a person
    waits for have processes of their own, so a slow file being indexed delays no search. No
    process starts before the first call. Every method raises :class:`UnreadableMediaError`
    for a file that cannot be read, :class:`TooSlowError` where its decoder hangs, and
    :class:`AppError` after :meth:`close`.
    """

    def __init__(
        self, budget: Budget, limits: Limits, *, workers: int = 2, moment_seconds: float = 8.0
    ) -> None:
        self.budget = budget
        """How large pictures and pages are made; may be replaced while calls run."""

        self._limits = limits
        self._moment_seconds = moment_seconds
        self._indexing = Pool(workers)
        self._waiting = Pool(workers)

    def outline(self, path: Path) -> Outline:
        """What ``path`` consists of, and the hash of its bytes."""
        try:
            seconds = path.stat().st_size / _HASH_BYTES_PER_SECOND
        except OSError as error:
            raise UnreadableMediaError(path, os_reason(error)) from error
        outline = self._call(
            self._indexing, "outline", path, self._limits, self._moment_seconds, extra=seconds
        )
        return cast("Outline", outline)

    def read(self, path: Path, parts: Sequence[Part]) -> tuple[Content, ...]:
        """Decode these parts, in their order, with thumbnails; ask for 16 or so at a time."""
        return self._read(self._indexing, path, parts, thumbnails=True)

    def model_inputs(self, path: Path, parts: Sequence[Part]) -> tuple[ModelInput, ...]:
        """What the reranker sees of these parts: exactly what was embedded."""
        contents = self._read(self._waiting, path, parts, thumbnails=False)
        return tuple(content.model_input for content in contents)

    def picture(self, path: Path) -> Image:
        """A picture at full size, upright, RGB."""
        return cast("Image", self._call(self._waiting, "picture", path, self._limits))

    def preview(self, path: Path, part: Part, *, longest: int = 1600) -> bytes:
        """WebP of a part for the detail panel, its longer side at most ``longest`` pixels.

        Of a video or a moment its middle frame, of a passage its first lines drawn.
        """
        return cast(
            "bytes", self._call(self._waiting, "preview", path, part, longest, self._limits)
        )

    def close(self) -> None:
        """End all processes. Calls under way raise :class:`AppError`."""
        self._indexing.close()
        self._waiting.close()

    def _read(
        self, pool: Pool, path: Path, parts: Sequence[Part], *, thumbnails: bool
    ) -> tuple[Content, ...]:
        contents = self._call(
            pool, "read", path, tuple(parts), self.budget, self._limits, thumbnails
        )
        return cast("tuple[Content, ...]", contents)

    def _call(
        self,
        pool: Pool,
        function: str,
        path: Path,
        *args: Any,  # noqa: ANN401 - what the function in media.worker takes
        extra: float = 0.0,
    ) -> Any:  # noqa: ANN401 - cast by the callers
        return pool.call(function, path, *args, deadline=self._limits.deadline + extra)
