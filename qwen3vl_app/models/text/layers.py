"""The text layers of a loaded model in fewer passes over memory: the same numbers, sooner.

On a CPU half of the time of a small model goes into normalising, turning and adding, each of which
reads and writes all states. What follows writes into what it has just made, and the last layer
computes only the tokens that somebody reads. For inference alone: gradients need what is written
over here. Weights are not touched.
"""

from __future__ import annotations

import logging
import types
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.models.qwen3_vl import modeling_qwen3_vl as qwen

from qwen3vl_app.models.rotary import rotate

log = logging.getLogger(__name__)


class TextLayers:
    """Switches between the layers as transformers has them and lean ones.

    Args:
        model: Its text tower.
        deepstack: How many of its first layers get features of pictures added behind them.
    """

    def __init__(self, model: qwen.Qwen3VLTextModel, deepstack: int) -> None:
        self._layers: list[Any] = list(model.layers)
        self._norms = [one for one in model.modules() if isinstance(one, qwen.Qwen3VLTextRMSNorm)]
        self._plain = len(self._layers) > deepstack  # nothing is added behind the last
        self._expected = (
            model.config._attn_implementation == "sdpa"  # noqa: SLF001  the only place it is kept
            and model.config.hidden_act == "silu"
        )
        self._state = (False, False)
        if not self._expected:
            log.warning("text layers left as they are: not built as in transformers 5.23")

    @property
    def can_be_lean(self) -> bool:
        """Whether that pays and is known to be right: on CPUs, for layers built as expected."""
        return self._expected and self._layers[0].mlp.up_proj.weight.device.type == "cpu"

    @property
    def can_trim(self) -> bool:
        """Whether the last layer can be computed for the tokens that are read alone."""
        return self._expected and self._plain

    def use(self, *, lean: bool, trim: bool) -> bool:
        """Choose for the passes that follow; whether these trim. Nothing happens if it is so."""
        wanted = (lean and self.can_be_lean, trim and self.can_trim)
        if wanted != self._state:
            self._state = wanted
            for module in (*self._norms, *self._layers):
                module.__dict__.pop("forward", None)
            lean, trim = wanted
            if lean:
                for norm in self._norms:
                    _bind(norm, _normalise)
                for layer in self._layers:
                    _bind(layer, _layer)
            if trim:
                _bind(self._layers[-1], _last_layer)
        return wanted[1]


def _bind(module: torch.nn.Module, function: Callable[..., Tensor]) -> None:
    object.__setattr__(module, "forward", types.MethodType(function, module))


def _normalise(self: Any, hidden_states: Tensor) -> Tensor:  # noqa: ANN401
    """Divide each row by the root of its mean square, then multiply by the weight."""
    wide = hidden_states.float()
    length = torch.linalg.vector_norm(wide, dim=-1, keepdim=True)
    mean = length.square_().div_(wide.shape[-1])
    normal = wide * mean.add_(self.variance_epsilon).rsqrt_()
    scaled: Tensor = normal.to(hidden_states.dtype).mul_(self.weight)
    return scaled


def _layer(
    self: Any,  # noqa: ANN401
    hidden_states: Tensor,
    position_embeddings: tuple[Tensor, Tensor],
    attention_mask: Tensor | None = None,
    past_key_values: Any = None,  # noqa: ANN401
    **_: object,
) -> Tensor:
    """One decoder layer, (N, L, width) to (N, L, width)."""
    normal = self.input_layernorm(hidden_states)
    cos, sin = (part.unsqueeze(2) for part in position_embeddings)  # (N, L, 1, width of a head)
    query = _heads(self.self_attn, "q", normal, cos, sin)
    key, value = _seen(self.self_attn, normal, cos, sin, past_key_values)
    return _behind_attention(self, hidden_states, query, key, value, mask=attention_mask)


def _last_layer(
    self: Any,  # noqa: ANN401
    hidden_states: Tensor,
    position_embeddings: tuple[Tensor, Tensor],
    attention_mask: Tensor | None = None,
    past_key_values: Any = None,  # noqa: ANN401
    *,
    read_at: Tensor,
    **_: object,
) -> Tensor:
    """As any layer, for one token of each row: (N, L, width) to (N, 1, width).

    Args:
        self: The layer.
        hidden_states: Of all tokens, which this one sees as keys and values.
        position_embeddings: Cosine and sine, each (N, L, width of a head).
        attention_mask: (1 or N, 1, L, P + L), true for what is seen; None for what is before.
        past_key_values: As in any layer.
        read_at: (N,), the place of each row's token.
    """
    rows = torch.arange(len(hidden_states), device=hidden_states.device)
    normal = self.input_layernorm(hidden_states)
    angles = [part.expand(len(rows), -1, -1) for part in position_embeddings]
    cos, sin = (part.unsqueeze(2) for part in angles)
    key, value = _seen(self.self_attn, normal, cos, sin, past_key_values)
    cos, sin = (part[rows, read_at][:, None, None] for part in angles)  # (N, 1, 1, width)
    query = _heads(self.self_attn, "q", normal[rows, read_at][:, None], cos, sin)
    if attention_mask is None:
        places = torch.arange(hidden_states.shape[1], device=hidden_states.device)
        mask = (places <= read_at[:, None])[:, None, None]  # (N, 1, 1, L)
    else:
        mask = attention_mask.expand(len(rows), -1, -1, -1)[rows, :, read_at][:, :, None]
    own = hidden_states[rows, read_at][:, None]
    return _behind_attention(self, own, query, key, value, mask=mask)


def _heads(attention: Any, which: str, normal: Tensor, cos: Tensor, sin: Tensor) -> Tensor:  # noqa: ANN401
    """Queries (``q``) or keys (``k``): projected, normalised, turned; (N, heads, L, width)."""
    project, normalise = (getattr(attention, f"{which}_{part}") for part in ("proj", "norm"))
    apart = project(normal).unflatten(-1, (-1, attention.head_dim))
    return rotate(normalise(apart), cos, sin).transpose(1, 2)


def _seen(
    attention: Any,  # noqa: ANN401
    normal: Tensor,
    cos: Tensor,
    sin: Tensor,
    past: Any,  # noqa: ANN401
) -> tuple[Tensor, Tensor]:
    """Keys and values of these tokens, behind those of the prefix."""
    key = _heads(attention, "k", normal, cos, sin)
    value = attention.v_proj(normal).unflatten(-1, (-1, attention.head_dim)).transpose(1, 2)
    if past is None:
        return key, value
    found: tuple[Tensor, Tensor] = past.update(key, value, attention.layer_idx)
    return found


def _behind_attention(
    layer: Any,  # noqa: ANN401
    residual: Tensor,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    *,
    mask: Tensor | None,
) -> Tensor:
    """Attention and what follows it, for as many tokens as there are queries."""
    attention = layer.self_attn
    found, _ = sdpa_attention_forward(
        attention, query, key, value, mask, dropout=0.0, scaling=attention.scaling
    )
    hidden = attention.o_proj(found.flatten(2)).add_(residual)
    normal = layer.post_attention_layernorm(hidden)
    mlp = layer.mlp
    inner = functional.silu(mlp.gate_proj(normal), inplace=True).mul_(mlp.up_proj(normal))
    behind: Tensor = mlp.down_proj(inner).add_(hidden)
    return behind
