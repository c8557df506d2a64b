"""What all rows of a question begin with, computed once: keys and values of every layer.

Attention is causal, so the states of a row's beginning do not depend on what follows: forty
documents beside one query need the instruction and the query, pictures included, only once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import torch
from cachetools import LRUCache
from torch import Tensor
from transformers import DynamicCache

from qwen3vl_app.models.forward.passes import run
from qwen3vl_app.models.forward.rows import collate

if TYPE_CHECKING:
    from transformers.models.qwen3_vl.modeling_qwen3_vl import Qwen3VLModel

    from qwen3vl_app.models.prompt.layout import Row
    from qwen3vl_app.models.prompt.tokenizer import PromptTokenizer
    from qwen3vl_app.models.vision.tower import Tower

KEPT_BYTES = 256 * 2**20
"""Of the prefixes of the last questions: a search is judged in slices, and several people search
at the same time. One of 100 tokens takes 11 MB of the 2B model in bfloat16 (28 layers, 8 heads of
128, keys and values), 1.4 MB of the bundled one."""


class KnownPrefix:
    """Keys and values of one prefix, on the model's device.

    For transformers a cache that is only read: it answers each layer with the prefix before what
    it is given, and keeps nothing, for what follows is another row's every time. The prefix is
    repeated for the time of one layer: for all layers at once it would take as much memory as
    rows without a common prefix.

    Args:
        layers: Keys and values of each, of shape (1, heads, P, width of a head).
    """

    def __init__(self, layers: Sequence[tuple[Tensor, Tensor]]) -> None:
        self._layers = tuple(layers)

    @property
    def nbytes(self) -> int:
        """Bytes of all layers."""
        return sum(part.nbytes for layer in self._layers for part in layer)

    def update(
        self, key_states: Tensor, value_states: Tensor, layer_idx: int
    ) -> tuple[Tensor, Tensor]:
        """The prefix, then what is given, in each row: shape (N, heads, P + L, width)."""
        rows = len(key_states)
        keys, values = (part.expand(rows, -1, -1, -1) for part in self._layers[layer_idx])
        return torch.cat([keys, key_states], dim=-2), torch.cat([values, value_states], dim=-2)


class Prefixes:
    """Computes prefixes, and keeps the last used up to ``KEPT_BYTES``.

    Not thread-safe, but re-entrant, as the runner that owns it.
    """

    def __init__(self, model: Qwen3VLModel, tokenizer: PromptTokenizer, tower: Tower) -> None:
        self._model = model
        self._tower = tower
        self._tokenizer = tokenizer
        self._kept: LRUCache[tuple[object, ...], KnownPrefix] = LRUCache(
            KEPT_BYTES, getsizeof=lambda known: known.nbytes
        )

    def of(self, prefix: Row, *, trimmed: bool = False) -> KnownPrefix:
        """Keys and values of a prefix: one pass of one row, if they are not known.

        Args:
            prefix: What rows begin with.
            trimmed: As ``run`` takes it: of the last layer only these are computed.
        """
        key = _key(prefix)
        found = self._kept.get(key)
        if found is None:
            found = self._compute(prefix, trimmed=trimmed)
            if found.nbytes <= KEPT_BYTES:  # the cache itself would raise
                self._kept[key] = found
        return found

    def forget(self) -> None:
        """Let go all that is kept: the device's memory ran out."""
        self._kept.clear()

    def _compute(self, prefix: Row, *, trimmed: bool) -> KnownPrefix:
        filled = DynamicCache()
        run(self._model, self._tower, collate([prefix], self._tokenizer), filled, trimmed=trimmed)
        layers: Sequence[Any] = filled.layers
        return KnownPrefix([(layer.keys, layer.values) for layer in layers])


def _key(prefix: Row) -> tuple[object, ...]:
    """What keys and values depend on: the tokens, and what is shown where."""
    pictures = tuple((picture.key, size) for picture, size in prefix.pictures)
    return (prefix.ids, pictures, tuple((clip.key, size) for clip, size in prefix.clips))
