"""Pictures and clips through the vision tower, and what it makes of them, kept by content.

What the tower sees does not depend on the prompt: another query, another instruction, a search
that looks further sees the same pictures, and the tower is most of what judging a picture costs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import torch
from cachetools import LRUCache
from torch import Tensor

from qwen3vl_app.models.vision.patches import Patches, clip_patches, picture_patches
from qwen3vl_app.types import Clip, ContentKey, Picture

if TYPE_CHECKING:
    from transformers.models.qwen3_vl.modeling_qwen3_vl import Qwen3VLVisionModel

    from qwen3vl_app.budget import Size

Shown: TypeAlias = "tuple[Picture | Clip, Size]"
"""A picture or clip with the size at which it is shown."""

CPU_BYTES = 256 * 2**20
"""Kept beside a model on a CPU: 2,400 pictures of 36 tokens of the bundled reranker, or 32 of 256
tokens of the 2B model in float32."""

DEVICE_SHARE = 16
"""Of a GPU's memory, one part in so many is kept: 5 GB of 80, or 1,200 pictures of 256 tokens of
the 2B model in bfloat16."""


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """What a prompt takes of one picture or clip, on the model's device.

    tokens: Shape (T, H). deepstack: Of the same shape, for each of the first text layers.
    """

    tokens: Tensor
    deepstack: tuple[Tensor, ...]

    @property
    def nbytes(self) -> int:
        """Bytes of all."""
        return sum(part.nbytes for part in (self.tokens, *self.deepstack))


def bytes_to_keep(device: torch.device) -> int:
    """How much a model on this device may keep."""
    if device.type != "cuda":
        return CPU_BYTES
    return int(torch.cuda.get_device_properties(device).total_memory) // DEVICE_SHARE


class Tower:
    """The vision tower of one model. Not thread-safe, but re-entrant.

    Args:
        tower: Of the model, on its device.
        kept_bytes: Features to keep, the last used; 0 keeps none, for what is seen once.

    Attributes:
        keeps: Whether what is kept is used.
    """

    def __init__(self, tower: Qwen3VLVisionModel, kept_bytes: int = 0) -> None:
        self._tower = tower
        self._room = kept_bytes
        self.keeps = True
        self._kept: LRUCache[tuple[ContentKey, Size], Features] = LRUCache(
            kept_bytes, getsizeof=lambda each: each.nbytes
        )

    def features(self, shown: Sequence[Shown]) -> list[Features]:
        """Of each, in the order given; those that are not known in one pass of the tower."""
        if not (self._room and self.keeps):
            return self._see(shown)
        keys = [(content.key, size) for content, size in shown]
        found = {key: self._kept[key] for key in keys if key in self._kept}
        missing = {key: each for key, each in zip(keys, shown, strict=True) if key not in found}
        for key, seen in zip(missing, self._see(list(missing.values())), strict=True):
            found[key] = seen
            if seen.nbytes <= self._room:  # the cache itself would raise
                self._kept[key] = seen
        return [found[key] for key in keys]

    def forget(self) -> None:
        """Let go all that is kept: the device's memory ran out."""
        self._kept.clear()

    def _see(self, shown: Sequence[Shown]) -> list[Features]:
        """One pass. Those of one size stand side by side, for their attention is one call."""
        order = sorted(range(len(shown)), key=lambda at: shown[at][1])
        seen = dict(zip(order, self._pass([cut(*shown[at]) for at in order]), strict=True))
        return [seen[at] for at in range(len(shown))]

    def _pass(self, parts: Sequence[Patches]) -> list[Features]:
        if not parts:
            return []
        device, dtype = self._tower.device, self._tower.pos_embed.weight.dtype  # as it computes
        grids = torch.tensor([part.grid for part in parts])
        seen = self._tower(
            torch.cat([part.values for part in parts]).to(device, dtype),
            grid_thw=grids.to(device),
            return_dict=True,
        )
        lengths = (grids.prod(-1) // self._tower.spatial_merge_size**2).tolist()
        levels = [level.split(lengths) for level in (seen.pooler_output, *seen.deepstack_features)]
        # copies: a part of a pass would keep all of it in memory
        each = zip(*levels, strict=True)
        return [Features(first.clone(), tuple(map(torch.clone, rest))) for first, *rest in each]


def cut(content: Picture | Clip, size: Size) -> Patches:
    """The patches of a picture or clip shown at ``size``."""
    if isinstance(content, Clip):
        return clip_patches(content, size)
    return picture_patches(content.image, size)
