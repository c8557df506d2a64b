"""The pair of models that ``bench models`` measures: of checkpoints, or of a shape."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qwen3vl_app.models.checkpoint.load import has_gpu, load_embedder, load_reranker
from qwen3vl_app.models.checkpoint.random_weights import random_embedder, random_reranker
from qwen3vl_app.models.checkpoint.resolve import Role, resolve
from qwen3vl_app.models.forward.embedder import Qwen3VLEmbedder
from qwen3vl_app.models.forward.reranker import Qwen3VLReranker
from qwen3vl_app.models.service.building import limit_threads

if TYPE_CHECKING:
    from qwen3vl_app.settings import Settings


def pair_of(
    settings: Settings, shape: str | None
) -> tuple[Qwen3VLEmbedder, Qwen3VLReranker | None]:
    """Both models on the device of ``settings``; no reranker if it is off.

    Raises:
        ModelLoadError: A checkpoint cannot be loaded.
    """
    limit_threads(settings)
    wants_reranker = settings.reranker.strip().lower() != "none"
    if shape is not None:
        device = settings.device
        judge = Qwen3VLReranker(random_reranker(shape, device)) if wants_reranker else None
        return Qwen3VLEmbedder(random_embedder(shape, device)), judge

    def gpu() -> bool:
        return has_gpu(settings.device)

    found = resolve(settings.model, Role.EMBEDDER, gpu=gpu).with_adapter(settings.adapter)
    embedder = Qwen3VLEmbedder(load_embedder(found, settings.device))
    if not wants_reranker:
        return embedder, None
    judged = resolve(settings.reranker, Role.RERANKER, gpu=gpu)
    judged = judged.with_adapter(settings.reranker_adapter)
    return embedder, Qwen3VLReranker(load_reranker(judged, settings.device))
