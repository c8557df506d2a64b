"""Planned rows as tensors: padded ids, and pictures cut into patches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from qwen3vl_app.models.prompt.layout import Row, stamps
from qwen3vl_app.models.prompt.tokenizer import PromptTokenizer
from qwen3vl_app.models.vision import patches as vision


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

    pictures: Tensor | None
    """Shape (patches of all pictures behind the prefix, 1536)."""

    picture_grids: Tensor | None
    """Shape (pictures, 3), int64: of these pictures."""

    clips: Tensor | None
    clip_grids: Tensor | None

    seen_pictures: Tensor | None
    """Shape (pictures, 3), int64: the grids of all pictures, those of the prefix in each row
    included: later tokens are placed behind them."""

    seen_clips: Tensor | None


def collate(rows: Sequence[Row], tokenizer: PromptTokenizer, prefix: Row | None = None) -> Batch:
    """Pad ids on the right and cut the pictures of all rows into patches.

    Padding on the right leaves real tokens as they are, because attention is causal.

    Args:
        rows: At least one.
        tokenizer: Tells which ids stand for pictures and clips.
        prefix: Of all of these rows, computed before; its pictures are not cut again.
    """
    longest = max(len(row.ids) for row in rows)
    ids = torch.zeros(len(rows), longest, dtype=torch.int64)
    mask = torch.zeros_like(ids)
    for at, row in enumerate(rows):
        ids[at, : len(row.ids)] = torch.tensor(row.ids)
        mask[at, : len(row.ids)] = 1
    kinds = ((ids == tokenizer.picture_id) + 2 * (ids == tokenizer.clip_id)).long() * mask
    before = (len(prefix.pictures), len(prefix.clips)) if prefix else (0, 0)
    pictures = [
        vision.picture_patches(p.image, z) for r in rows for p, z in r.pictures[before[0] :]
    ]
    clips = [vision.clip_patches(c, size) for r in rows for c, size in r.clips[before[1] :]]
    return Batch(
        ids=ids,
        mask=mask,
        kinds=kinds,
        begin=len(prefix.ids) if prefix else 0,
        pictures=_values(pictures),
        picture_grids=_grids([each.grid for each in pictures]),
        clips=_values(clips),
        clip_grids=_grids([each.grid for each in clips]),
        seen_pictures=_grids([vision.grid_of(size) for r in rows for _, size in r.pictures]),
        seen_clips=_grids(
            [vision.grid_of(size, len(stamps(clip))) for r in rows for clip, size in r.clips]
        ),
    )


def _values(parts: Sequence[vision.Patches]) -> Tensor | None:
    return torch.cat([part.values for part in parts]) if parts else None


def _grids(grids: Sequence[vision.Grid]) -> Tensor | None:
    return torch.tensor(grids) if grids else None
