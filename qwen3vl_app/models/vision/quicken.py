"""Two replacements inside a loaded vision tower: the same numbers in far less time.

They change methods of the given instance only; weights keep their names, so a model that was
operated on saves and trains as before.
"""

from __future__ import annotations

import itertools
import logging
import types
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers.models.qwen3_vl import modeling_qwen3_vl as qwen

from qwen3vl_app.models.rotary import rotate

log = logging.getLogger(__name__)


def quicken(tower: qwen.Qwen3VLVisionModel) -> bool:
    """Replace the patch embedding and the attention of ``tower``.

    The patch embedding is a Conv3d whose kernel equals its stride, so it is one matrix product;
    torch's Conv3d is many times slower on CPUs and on some cuDNN versions. The attention of
    transformers runs a Python loop over segments (pictures, or pairs of frames); equal segments
    side by side run as one batch instead, bitwise equal on a CPU.

    Returns:
        False, with nothing changed, if the tower is not built as expected.
    """
    if not _expected(tower):
        log.warning("vision tower left as it is: not built as in transformers 5.23")
        return False
    _bind(tower.patch_embed, _embed_patches)
    for module in tower.modules():
        if isinstance(module, qwen.Qwen3VLVisionAttention):
            _bind(module, _attend)
    return True


def _expected(tower: qwen.Qwen3VLVisionModel) -> bool:
    proj = getattr(tower.patch_embed, "proj", None)
    return (
        isinstance(proj, nn.Conv3d)
        and proj.kernel_size == proj.stride
        and set(proj.padding) == {0}
        and set(proj.dilation) == {1}
        and proj.groups == 1
        and tower.config._attn_implementation == "sdpa"  # noqa: SLF001  the only place it is kept
    )


def _bind(module: nn.Module, function: Callable[..., Tensor]) -> None:
    object.__setattr__(module, "forward", types.MethodType(function, module))


def _embed_patches(self: Any, hidden_states: Tensor) -> Tensor:  # noqa: ANN401
    """(P, 1536) to (P, width): the convolution as one product."""
    weight = self.proj.weight
    return functional.linear(hidden_states.to(weight.dtype), weight.flatten(1), self.proj.bias)


def _attend(
    self: Any,  # noqa: ANN401
    hidden_states: Tensor,
    cu_seqlens: Tensor,
    position_embeddings: tuple[Tensor, Tensor],
    **_: object,
) -> Tensor:
    """Attention inside each segment, (P, width) to (P, width).

    ``cu_seqlens`` holds where segments begin and, last, where all end.
    """
    patches = hidden_states.shape[0]
    qkv = self.qkv(hidden_states).reshape(patches, 3, self.num_heads, -1)
    query, key, value = qkv.unbind(1)  # each (P, heads, width of a head)
    cos, sin = (part.float().unsqueeze(-2) for part in position_embeddings)
    query, key = (rotate(part.float(), cos, sin).to(part.dtype) for part in (query, key))
    outs, start = [], 0
    for length, run in itertools.groupby(cu_seqlens.diff().tolist()):
        count = len(list(run))
        stop = start + count * length
        q, k, v = (
            part[start:stop].unflatten(0, (count, length)).transpose(1, 2)
            for part in (query, key, value)
        )  # each (count, heads, length, width of a head)
        out = functional.scaled_dot_product_attention(q, k, v, scale=self.scaling)
        outs.append(out.transpose(1, 2).reshape(count * length, -1))
        start = stop
    merged: Tensor = self.proj(torch.cat(outs))
    return merged
