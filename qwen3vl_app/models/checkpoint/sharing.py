"""Weights that two models have in common, in memory once.

An embedder and a reranker that were tuned from the same model may have the same vision tower and
the same embedding of tokens: two fifths of what the 2B pair takes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import torch
from torch import Tensor, nn


def share_equal(model: nn.Module, others: Iterable[nn.Module]) -> int:
    """Let ``model`` use the weights of others in place of equal ones of its own.

    Equal is bit for bit, on the same device, under the same name. Reads all weights: a second for
    gigabytes. The others may be running meanwhile; ``model`` may not, and nobody may change a
    weight afterwards.

    Returns:
        Bytes that are needed no longer.
    """
    saved = 0
    known = [_named(other) for other in others]
    for name, weight in model.named_parameters():
        for there in known:
            data = there.get(name)
            if data is not None and _is_same(data, weight.data):
                saved += weight.nbytes
                weight.data = data
                break
    return saved


def _named(model: nn.Module) -> Mapping[str, Tensor]:
    return {name: weight.data for name, weight in model.named_parameters()}


def _is_same(one: Tensor, other: Tensor) -> bool:
    if one.device != other.device or one.dtype != other.dtype or one.shape != other.shape:
        return False
    return one.data_ptr() != other.data_ptr() and torch.equal(one, other)
