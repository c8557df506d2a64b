"""One pass of a model over a batch of rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from qwen3vl_app.models.forward.rows import Batch
from qwen3vl_app.models.vision.tower import Tower

if TYPE_CHECKING:
    from transformers import DynamicCache
    from transformers.models.qwen3_vl.modeling_qwen3_vl import Qwen3VLModel

    from qwen3vl_app.models.forward.prefix import KnownPrefix


def run(
    model: Qwen3VLModel,
    tower: Tower,
    batch: Batch,
    past: DynamicCache | KnownPrefix | None = None,
    *,
    trimmed: bool = False,
) -> Tensor:
    """One forward pass: the hidden state of each row's last real token, (N, H), float32, CPU.

    Args:
        model: In evaluation mode.
        tower: Of the same model.
        batch: Its prefix, if it has one, is not run again.
        past: Keys and values of the prefix; without a prefix, takes those of the batch.
        trimmed: The last layer gives only the tokens that are read; see ``TextLayers``.
    """
    device = model.device

    def put(tensor: Tensor | None) -> Tensor | None:
        return None if tensor is None else tensor.to(device)

    begin = batch.begin
    places = positions(model, batch)
    # no attention mask without a prefix: padding is on the right and attention causal, so no real
    # token sees it, and without a mask torch takes its causal kernels
    last = (batch.mask.sum(1) - 1 - begin).to(device)  # padded on the right
    hidden = model(
        input_ids=put(batch.ids[:, begin:]),
        attention_mask=put(seen_behind(begin, batch.ids.shape[1] - begin) if begin else None),
        position_ids=put(None if places is None else places[:, :, begin:]),
        past_key_values=past,
        mm_encoder_outputs=seen(tower, batch),
        mm_token_type_ids=put(batch.kinds[:, begin:]),
        use_cache=False,
        **({"read_at": last} if trimmed else {}),
    ).last_hidden_state  # (N, L − begin, H), or (N, 1, H)
    if trimmed:
        picked: Tensor = hidden[:, 0]
    else:
        picked = hidden[torch.arange(len(last), device=device), last]
    return picked.float().cpu()  # (N, H)


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """Features of all pictures, or all clips, of a batch, by the names that transformers reads."""

    pooler_output: tuple[Tensor, ...]
    """One for each, of shape (T, H)."""

    deepstack_features: tuple[tuple[Tensor, ...], ...]
    """The same for each of the first text layers."""


def seen(tower: Tower, batch: Batch) -> dict[str, Seen]:
    """What the tower makes of the batch's pictures and clips."""
    features = tower.features([*batch.pictures, *batch.clips])
    stills = len(batch.pictures)
    kinds = {"image": features[:stills], "video": features[stills:]}
    return {
        kind: Seen(
            tuple(each.tokens for each in some),
            tuple(zip(*(each.deepstack for each in some), strict=True)),
        )
        for kind, some in kinds.items()
        if some
    }


def seen_behind(begin: int, length: int) -> Tensor:
    """Where tokens behind a prefix look: shape (1, 1, L, begin + L), true for what they see.

    That is all of the prefix and, of their own row, themselves and what is before them.
    """
    return torch.ones(length, begin + length, dtype=torch.bool).tril_(begin)[None, None]


def positions(model: Qwen3VLModel, batch: Batch) -> Tensor | None:
    """Time, row and column of each token, (3, N, L); None where all is text and stands alone.

    Made on the CPU: transformers computes them with Python loops that would wait for the
    device at every picture.
    """
    if batch.picture_grids is None and batch.clip_grids is None:
        whole = torch.arange(batch.ids.shape[1]).expand(3, *batch.ids.shape)
        return whole if batch.begin else None
    rope_index: Callable[..., tuple[Tensor, Tensor]] = model.get_rope_index
    found, _ = rope_index(
        batch.ids,
        batch.kinds,
        image_grid_thw=batch.picture_grids,
        video_grid_thw=batch.clip_grids,
        attention_mask=batch.mask,
    )
    return found
