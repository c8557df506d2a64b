"""Rows of a benchmark's data as the models see them: words, pictures and clips, never paths."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeAlias

from PIL import Image

from qwen3vl_app.budget import Budget, still_size
from qwen3vl_app.errors import UnreadableMediaError
from qwen3vl_app.media.reader import Reader
from qwen3vl_app.messages import Message
from qwen3vl_app.types import Clip, Kind, ModelInput, Picture

Row: TypeAlias = Mapping[str, Any]
"""``text``, ``image`` as a decoded picture or several, ``video`` as bytes or a path; what it has
of them."""

RERANKER_CLIP_TOKENS = 8 * 1280
"""Of a clip, all pairs together, as the reranker's entry in mteb's registry has it; the embedder's
has what the budget of the reference has."""


def kind_of(row: Row) -> Kind:
    """What an item made of the row is to a reader."""
    if row.get("video") is not None:
        return Kind.VIDEO
    return Kind.PASSAGE if row.get("image") is None else Kind.PICTURE


def content_of(row: Row, reader: Reader, budget: Budget) -> ModelInput:
    """What a model of this budget sees of a row.

    Raises:
        UnreadableMediaError: The video cannot be decoded.
    """
    image, video = row.get("image"), row.get("video")
    images = image if isinstance(image, list) else [image]
    return ModelInput(
        texts=(row["text"],) if row.get("text") else (),
        pictures=tuple(Picture(one.convert("RGB")) for one in images if one is not None),
        clips=() if video is None else (_clip(video, reader, budget),),
    )


def judged_budget(budget: Budget) -> Budget:
    """The reranker's; where it is the reference's, with as much of a clip as mteb gives."""
    if budget.max_clip_tokens != Budget().max_clip_tokens:
        return budget  # a checkpoint that looks at less says so itself
    return replace(budget, max_clip_tokens=RERANKER_CLIP_TOKENS)


def _clip(video: Mapping[str, Any], reader: Reader, budget: Budget) -> Clip:
    """Frames at the rate and number of the budget, sized as a list of pictures is.

    That is how mteb hands clips to models: by their total, whereas files are sized by frame.
    """
    name = Path(str(video.get("path") or "video.mp4"))
    data = video.get("bytes")
    if data is None:
        if not name.is_file():
            raise UnreadableMediaError(name, Message.of("file.none"))
        return _sized(reader.clip(name, budget=budget), budget)
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"video{name.suffix or '.mp4'}"
        path.write_bytes(data)
        return _sized(reader.clip(path, budget=budget), budget)


def _sized(clip: Clip, budget: Budget) -> Clip:
    found = clip.frames[0].size
    pairs = len(clip.frames) + len(clip.frames) % 2  # a last single frame is doubled
    size = budget.fit_clip(still_size(found), pairs, from_file=False)
    if size == found:
        return clip
    frames = tuple(frame.resize(size, Image.Resampling.BICUBIC) for frame in clip.frames)
    return Clip(frames=frames, seconds=clip.seconds)
