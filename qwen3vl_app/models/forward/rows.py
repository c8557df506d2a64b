"""Planned rows as tensors: padded ids, and where pictures stand among them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from qwen3vl_app.models.prompt.layout import Row, stamps
from qwen3vl_app.models.prompt.tokenizer import PromptTokenizer
from qwen3vl_app.models.vision.patches import Grid, grid_of

if TYPE_CHECKING:
    from qwen3vl_app.budget import Size
    from qwen3vl_app.types import Clip, Picture


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """N rows as tensors on the CPU, padded on the right to L tokens."""

    ids: Tensor
    """Shape (N, L), int64."""

    mask: Tensor
    """Shape (N, L), int64, 1 for real tokens."""

    kinds: Tensor
    """Shape (N, L), int64: 0 text, 1 picture, 2 clip."""

    begin: int
    """Tokens of the rows' prefix, which need not be computed; 0 if they have none."""

    pictures: tuple[tuple[Picture, Size], ...]
    """Of all rows behind the prefix, in the order of their tokens."""

    clips: tuple[tuple[Clip, Size], ...]

    picture_grids: Tensor | None
    """Shape (pictures, 3), int64: of all pictures, those of the prefix in each row included: later
    tokens are placed behind them. None if there are none."""

    clip_grids: Tensor | None


def collate(rows: Sequence[Row], tokenizer: PromptTokenizer, prefix: Row | None = None) -> Batch:
    """Pad ids on the right, and list the pictures and clips of all rows.

    Padding on the right leaves real tokens as they are, because attention is causal.

    Args:
        rows: At least one.
        tokenizer: Tells which ids stand for pictures and clips.
        prefix: Of all of these rows, computed before; its pictures are not listed.
    """
    longest = max(len(row.ids) for row in rows)
    ids = torch.zeros(len(rows), longest, dtype=torch.int64)
    mask = torch.zeros_like(ids)
    for at, row in enumerate(rows):
        ids[at, : len(row.ids)] = torch.tensor(row.ids)
        mask[at, : len(row.ids)] = 1
    kinds = ((ids == tokenizer.picture_id) + 2 * (ids == tokenizer.clip_id)).long() * mask
    pictures, clips = (len(prefix.pictures), len(prefix.clips)) if prefix else (0, 0)
    return Batch(
        ids=ids,
        mask=mask,
        kinds=kinds,
        begin=len(prefix.ids) if prefix else 0,
        pictures=tuple(each for row in rows for each in row.pictures[pictures:]),
        clips=tuple(each for row in rows for each in row.clips[clips:]),
        picture_grids=_grids([grid_of(size) for row in rows for _, size in row.pictures]),
        clip_grids=_grids(
            [grid_of(size, len(stamps(clip))) for row in rows for clip, size in row.clips]
        ),
    )


def _grids(grids: Sequence[Grid]) -> Tensor | None:
    return torch.tensor(grids) if grids else None
