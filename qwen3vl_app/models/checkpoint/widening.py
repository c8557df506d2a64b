"""Weights kept as stored, in 16 bits, and widened to float32 part by part as they are needed.

Arithmetic and answers are those of float32, in half of its memory. Widening a layer moves as many
bytes as it has, which vanishes beside a pass of some hundred tokens: about a second in all for
the 2B model.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from transformers.models.qwen3_vl.modeling_qwen3_vl import Qwen3VLModel


def widen_as_needed(model: Qwen3VLModel) -> None:
    """Have a model whose weights are narrow compute in float32.

    Layers of both towers are widened for the time in which they run; what is small, such as norms,
    for good. Rows of the embedding are widened when they are looked up. Not thread-safe, as any
    model; a part is not to be run again while it runs.
    """
    visual, text = model.visual, model.language_model
    parts: list[nn.Module] = [
        visual.patch_embed,
        *visual.blocks,
        *visual.deepstack_merger_list,
        visual.merger,
        *text.layers,
    ]
    narrow = {id(weight) for part in parts for weight in part.parameters()}
    narrow.add(id(text.embed_tokens.weight))
    for weight in model.parameters():
        if id(weight) not in narrow:
            weight.data = weight.data.float()
    for part in parts:
        _Part(part)
    text.embed_tokens.register_forward_hook(lambda *given: given[-1].float())


class _Part:
    """One that is widened before it runs, and narrow again behind it, whatever happens in it."""

    def __init__(self, module: nn.Module) -> None:
        self._weights = list(module.parameters())
        self._stored: list[Tensor] = []
        module.register_forward_pre_hook(self._widen)
        module.register_forward_hook(self._narrow, always_call=True)

    def _widen(self, *_: Any) -> None:  # noqa: ANN401  # what hooks are given
        with torch.inference_mode(mode=False), torch.no_grad():  # weights outlive a pass
            self._stored = [weight.data for weight in self._weights]
            for weight, stored in zip(self._weights, self._stored, strict=True):
                weight.data = stored.float()

    def _narrow(self, *_: Any) -> None:  # noqa: ANN401
        with torch.inference_mode(mode=False), torch.no_grad():
            for weight, stored in zip(self._weights, self._stored, strict=True):
                weight.data = stored
