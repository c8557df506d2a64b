"""How much of a picture or a clip a model looks at: pure arithmetic, shared by media and models.

One visual token covers 32 × 32 pixels (patches of 16, merged 2 × 2); a clip has one grid of
tokens per *pair* of frames. The defaults are those of the reference implementation
(Qwen3-VL-Embedding ``qwen3_vl_embedding.py``, qwen-vl-utils 0.0.14); a checkpoint folder may
carry its own in ``budget.json``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import orjson

from qwen3vl_app.errors import ModelLoadError
from qwen3vl_app.messages import Message

if TYPE_CHECKING:
    from pathlib import Path

SIDE = 32
"""Pixels of one token's side."""

Size = tuple[int, int]
"""(width, height) in pixels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Limits in tokens, seconds and frames."""

    min_picture_tokens: int = 4
    max_picture_tokens: int = 1800
    fps: float = 1.0
    """Frames taken per second of video."""

    max_frames: int = 64
    min_frame_tokens: int = 128
    """Per pair of frames, of a clip from a file."""

    max_frame_tokens: int = 768
    """Per pair of frames."""

    max_clip_tokens: int = 7680
    """Of a clip given as a list of pictures, all pairs together."""

    max_input_tokens: int | None = None
    """Longest prompt; None for the role's own limit (embedder 8192, reranker 10240)."""

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if value is None and field.name == "max_input_tokens":
                continue
            if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
                raise ValueError(f"{field.name} must be a number above 0, not {value!r}")
        for kind in ("picture", "frame"):
            least, most = (getattr(self, f"{end}_{kind}_tokens") for end in ("min", "max"))
            if least > most:
                raise ValueError(f"min_{kind}_tokens is {least}, above the maximum {most}")

    def fit_picture(self, size: Size) -> Size:
        """Width and height, multiples of 32, at which a picture of ``size`` is shown."""
        return fit(size, self.min_picture_tokens, self.max_picture_tokens)

    def fit_clip(self, size: Size, frames: int, *, from_file: bool) -> Size:
        """Width and height, multiples of 32, at which ``frames`` frames of ``size`` are shown.

        Source: ``fetch_video`` of qwen-vl-utils 0.0.14 as the reference calls it: a clip from
        a file is limited per pair of frames, a list of pictures also by its total.
        """
        most: float = self.max_frame_tokens
        if not from_file:
            most = min(most, self.max_clip_tokens / frames * 2)
        least = int(self.min_frame_tokens * SIDE * SIDE * 1.05) / (SIDE * SIDE)
        return fit(size, self.min_frame_tokens, max(most, least))


def fit(size: Size, min_tokens: float, max_tokens: float) -> Size:
    """Round both sides to multiples of 32 with the area between the limits.

    Keeps the aspect ratio as well as the grid allows. Source: ``smart_resize`` of
    qwen-vl-utils 0.0.14. A strip so thin that one side rounds to nothing gets one token there
    and the longer side is cut down to the limit.
    """
    width, height = size
    low, high = min_tokens * SIDE * SIDE, max_tokens * SIDE * SIDE
    fitted_h = max(SIDE, round(height / SIDE) * SIDE)
    fitted_w = max(SIDE, round(width / SIDE) * SIDE)
    if fitted_h * fitted_w > high:
        shrink = math.sqrt(height * width / high)
        fitted_h = max(SIDE, math.floor(height / shrink / SIDE) * SIDE)
        fitted_w = max(SIDE, math.floor(width / shrink / SIDE) * SIDE)
        fitted_h = min(fitted_h, max(SIDE, int(high / fitted_w / SIDE) * SIDE))
        fitted_w = min(fitted_w, max(SIDE, int(high / fitted_h / SIDE) * SIDE))
    elif fitted_h * fitted_w < low:
        grow = math.sqrt(low / (height * width))
        fitted_h = math.ceil(height * grow / SIDE) * SIDE
        fitted_w = math.ceil(width * grow / SIDE) * SIDE
    return fitted_w, fitted_h


def tokens_per_pair(size: Size) -> int:
    """Visual tokens of a picture, or of one pair of frames, shown at ``size``."""
    return (size[0] // SIDE) * (size[1] // SIDE)


def still_size(size: Size) -> Size:
    """``fetch_image`` of qwen-vl-utils without limits of its own: 4 to 16384 tokens."""
    return fit(size, 4, 16384)


def load_budget(checkpoint: Path) -> Budget:
    """The budget a checkpoint folder carries in ``budget.json``, else the reference's.

    Raises:
        ModelLoadError: The file is there but is not a budget.
    """
    file = checkpoint / "budget.json"
    if not file.is_file():
        return Budget()
    known = {f.name for f in fields(Budget)}
    try:
        values = orjson.loads(file.read_bytes())
        unknown = sorted(set(values) - known)
        if unknown:
            raise ModelLoadError(
                Message.of("load.entries", path=str(file), said=", ".join(unknown))
            )
        return Budget(**values)
    except (TypeError, ValueError) as error:
        raise ModelLoadError(Message.of("load.budget", path=str(file), said=str(error))) from error
