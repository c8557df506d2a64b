"""Checkpoints into the two models. Imports torch: only the model thread imports this."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import torch

from qwen3vl_app.models.checkpoint.load import load_embedder, load_reranker
from qwen3vl_app.models.forward.embedder import Qwen3VLEmbedder
from qwen3vl_app.models.forward.reranker import Qwen3VLReranker

if TYPE_CHECKING:
    from qwen3vl_app.models.checkpoint.resolve import Checkpoint
    from qwen3vl_app.settings import Settings


def build_embedder(
    checkpoint: Checkpoint, settings: Settings, between: Callable[[], None]
) -> Qwen3VLEmbedder:
    """An embedder on the device of ``settings``; raises as ``load_embedder``."""
    _limit_threads(settings)
    return Qwen3VLEmbedder(load_embedder(checkpoint, settings.device), between)


def build_reranker(
    checkpoint: Checkpoint, settings: Settings, between: Callable[[], None]
) -> Qwen3VLReranker:
    """A reranker on the device of ``settings``; raises as ``load_reranker``."""
    _limit_threads(settings)
    return Qwen3VLReranker(load_reranker(checkpoint, settings.device), between)


def _limit_threads(settings: Settings) -> None:
    if settings.threads is not None:
        torch.set_num_threads(settings.threads)
