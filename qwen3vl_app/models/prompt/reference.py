"""Inputs in the reference's own notation: ``{"text": …, "image": …, "video": …}``.

Read by the command line (``embed``, ``rerank``) and by the parity tests. Source:
``format_model_input`` of the reference (``src/models/qwen3_vl_embedding.py``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Protocol

from qwen3vl_app.errors import UsageError
from qwen3vl_app.messages import Message
from qwen3vl_app.types import Clip, ModelInput, Picture
from qwen3vl_app.types.paths import usable_path

if TYPE_CHECKING:
    from PIL.Image import Image

KEYS = frozenset({"text", "image", "video", "instruction", "fps", "max_frames"})

PICTURE_SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".png", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".heic", ".heif"}
)
"""A list whose first entry ends so is one clip given as pictures, not several clips."""

LISTED_FPS = 2.0
"""Frames per second that the reference assumes of a clip given as pictures."""

LISTED_FRAMES = 64
"""Most pictures of such a clip; longer lists are thinned evenly."""


class MediaSource(Protocol):
    """Opens the files that an input names; ``media.reader.Reader`` is one."""

    def picture(self, path: Path) -> Image:
        """RGB at full size."""

    def clip(self, path: Path, *, fps: float | None = None, max_frames: int | None = None) -> Clip:
        """Frames as the reference chooses them."""


def read_input(
    entry: Mapping[str, object],
    media: MediaSource,
    base: Path,
    *,
    fps: float | None = None,
    max_frames: int | None = None,
) -> ModelInput:
    """The content that ``entry`` describes, decoded.

    Args:
        entry: ``text``, ``image``, ``video``: one value, a list, or null. A video is a path or a
            list of pictures. ``fps`` and ``max_frames`` apply to videos given as paths.
        media: Opens files.
        base: Folder that relative paths start from.
        fps: For entries that do not say.
        max_frames: For entries that do not say.

    Raises:
        UsageError: The entry is not in this notation.
        UnreadableMediaError: A file of it cannot be decoded.
    """
    unknown = sorted(set(entry) - KEYS)
    if unknown:
        allowed = ", ".join(sorted(KEYS))
        raise UsageError(Message.of("input.field", name=unknown[0], known=allowed))
    fps = _number(entry, "fps", fps)
    frames = _number(entry, "max_frames", max_frames)
    most = None if frames is None else int(frames)
    return ModelInput(
        texts=tuple(_strings(entry, "text")),
        pictures=tuple(Picture(media.picture(_path(p, base))) for p in _strings(entry, "image")),
        clips=tuple(_clip(v, media, base, fps, most) for v in _videos(entry.get("video"))),
    )


def read_instruction(entry: Mapping[str, object], default: str) -> str:
    """The instruction of an input, or the default.

    Raises:
        UsageError: It is not a text.
    """
    found = entry.get("instruction")
    if found is None:
        return default
    if not isinstance(found, str):
        raise UsageError(Message.of("input.instruction", value=repr(found)))
    return found


def _strings(entry: Mapping[str, object], key: str) -> list[str]:
    found = entry.get(key)
    if found is None:
        return []
    values = found if isinstance(found, list | tuple) else [found]
    for value in values:
        if not isinstance(value, str):
            raise UsageError(Message.of("input.texts", name=key, value=repr(value)))
    return list(values)


def _videos(found: object) -> list[str | Sequence[str]]:
    """Each video as a path, or as a list of picture paths."""
    if found is None:
        return []
    if isinstance(found, str):
        return [found]
    if isinstance(found, list | tuple) and found:
        first = found[0]
        if isinstance(first, str) and PurePath(first).suffix.lower() in PICTURE_SUFFIXES:
            return [_frames(found)]
        return [video if isinstance(video, str) else _frames(video) for video in found]
    raise UsageError(Message.of("input.video", value=repr(found)))


def _frames(found: object) -> Sequence[str]:
    if isinstance(found, list | tuple) and found and all(isinstance(p, str) for p in found):
        return list(found)
    raise UsageError(Message.of("input.video", value=repr(found)))


def _number(entry: Mapping[str, object], key: str, default: float | None) -> float | None:
    found = entry.get(key)
    if found is None:
        return default
    if isinstance(found, bool) or not isinstance(found, int | float) or not 0 < found < 1e6:
        raise UsageError(Message.of("input.number", name=key, value=repr(found)))
    return found


def _clip(
    video: str | Sequence[str],
    media: MediaSource,
    base: Path,
    fps: float | None,
    max_frames: int | None,
) -> Clip:
    if isinstance(video, str):
        return media.clip(_path(video, base), fps=fps, max_frames=max_frames)
    frames = tuple(media.picture(_path(p, base)) for p in _thin(video))
    sizes = {frame.size for frame in frames}
    if len(sizes) > 1:
        found = " and ".join(f"{w} × {h}" for w, h in sorted(sizes)[:2])
        raise UsageError(Message.of("input.sizes", found=found))
    seconds = tuple(i / LISTED_FPS for i in range(len(frames)))
    return Clip(frames=frames, seconds=seconds, from_file=False)


def _thin(frames: Sequence[str]) -> Sequence[str]:
    """At most 64 of them, evenly spaced, first and last included."""
    if len(frames) <= LISTED_FRAMES:
        return frames
    last = len(frames) - 1
    return [frames[i * last // (LISTED_FRAMES - 1)] for i in range(LISTED_FRAMES)]


def _path(written: str, base: Path) -> Path:
    if written.startswith(("http://", "https://", "data:")):
        raise UsageError(Message.of("input.address", path=written[:80]))
    return base / usable_path(written.removeprefix("file://"))
