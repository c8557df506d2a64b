"""Planned rows as tensors: padded ids, and pictures cut into patches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from qwen3vl_app.models.prompt.layout import Row
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

    pictures: Tensor | None
    """Shape (patches of all pictures, 1536)."""

    picture_grids: Tensor | None
    """Shape (pictures, 3), int64."""

    clips: Tensor | None
    clip_grids: Tensor | None


def collate(rows: Sequence[Row], tokenizer: PromptTokenizer) -> Batch:
    """Pad ids on the right and cut the pictures of all rows into patches.

    Padding on the right leaves real tokens as they are, because attention is causal.
    """
    longest = max(len(row.ids) for row in rows)
    ids = torch.zeros(len(rows), longest, dtype=torch.int64)
    mask = torch.zeros_like(ids)
    for at, row in enumerate(rows):
        ids[at, : len(row.ids)] = torch.tensor(row.ids)
        mask[at, : len(row.ids)] = 1
    kinds = ((ids == tokenizer.picture_id) + 2 * (ids == tokenizer.clip_id)).long() * mask
    stills = [vision.picture_patches(p.image, size) for row in rows for p, size in row.pictures]
    clips = [vision.clip_patches(c, size) for row in rows for c, size in row.clips]
    return Batch(ids, mask, kinds, *_stack(stills), *_stack(clips))


def _stack(parts: Sequence[vision.Patches]) -> tuple[Tensor | None, Tensor | None]:
    if not parts:
        return None, None
    return torch.cat([p.values for p in parts]), torch.tensor([p.grid for p in parts])
