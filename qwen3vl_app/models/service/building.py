"""Checkpoints into the two models. Imports torch: only the threads of the host import this."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import torch

from qwen3vl_app.budget import load_budget
from qwen3vl_app.models.checkpoint.fingerprint import fingerprint
from qwen3vl_app.models.checkpoint.footprint import needed_memory, stored_width, weights_of
from qwen3vl_app.models.checkpoint.load import (
    check_loadable,
    load_embedder,
    load_reranker,
    place,
)
from qwen3vl_app.models.checkpoint.measuring import speed_here
from qwen3vl_app.models.checkpoint.resolve import Role
from qwen3vl_app.models.checkpoint.sharing import share_equal
from qwen3vl_app.models.checkpoint.speed import is_large
from qwen3vl_app.models.forward.embedder import Qwen3VLEmbedder
from qwen3vl_app.models.forward.reranker import Qwen3VLReranker
from qwen3vl_app.models.service.heap import keep_freed
from qwen3vl_app.models.service.protocol import OtherDtype

if TYPE_CHECKING:
    from qwen3vl_app.models.checkpoint.resolve import Checkpoint
    from qwen3vl_app.settings import Settings


def build_embedder(
    checkpoint: Checkpoint, settings: Settings, between: Callable[[], None]
) -> Qwen3VLEmbedder:
    """An embedder on the device of ``settings``; raises as ``load_embedder``."""
    prepare_thread(settings)
    return Qwen3VLEmbedder(load_embedder(checkpoint, settings.device), between)


def build_reranker(
    checkpoint: Checkpoint, settings: Settings, between: Callable[[], None], dtype: str = ""
) -> Qwen3VLReranker:
    """A reranker on the device of ``settings``; raises as ``load_reranker``."""
    prepare_thread(settings)
    return Qwen3VLReranker(load_reranker(checkpoint, settings.device, dtype), between)


def other_dtype(checkpoint: Checkpoint, settings: Settings) -> OtherDtype:
    """The numbers in which a checkpoint does not run on this device; loads nothing."""
    folder = checkpoint.folder
    placement = place(settings.device, large=is_large(folder))
    is_half = placement.dtype == torch.bfloat16
    other = torch.float32 if is_half else torch.bfloat16
    needed = needed_memory(weights_of(folder), width=stored_width(folder), running=other.itemsize)
    here = is_half or (placement.device == "cpu" and speed_here().half_pays)
    return OtherDtype(dtype=str(other).removeprefix("torch."), memory_bytes=needed, here=here)


def share_weights(model: object, others: Sequence[object]) -> int:
    """Let a model that was just built use equal weights of others; bytes saved."""
    whole = [_whole(one) for one in (model, *others)]
    if whole[0] is None:
        return 0
    return share_equal(whole[0], [one for one in whole[1:] if one is not None])


def _whole(model: object) -> torch.nn.Module | None:
    """Both towers of a model, without an output layer; None of what is none of ours."""
    if isinstance(model, Qwen3VLEmbedder):
        return model.towers
    return model.towers if isinstance(model, Qwen3VLReranker) else None


def prepare_thread(settings: Settings) -> None:
    """Let torch use as many threads as ``settings`` say, called from this thread; keep its memory.

    OpenMP keeps the number for each calling thread, so the one that loads and the one that runs
    both say it.
    """
    if settings.threads is not None:
        torch.set_num_threads(settings.threads)
    keep_freed()


def fingerprint_of(checkpoint: Checkpoint, settings: Settings) -> str:
    """That of the space which its embedder would have here; loads nothing.

    Raises:
        ModelLoadError: The folder holds no checkpoint, or its adapter does not fit.
    """
    check_loadable(checkpoint, Role.EMBEDDER)
    budget, placement = (
        load_budget(checkpoint.folder),
        place(settings.device, large=is_large(checkpoint.folder)),
    )
    return fingerprint(checkpoint.folder, budget, str(placement.dtype), checkpoint.adapter)


def empty_cache() -> None:
    """Give back to the device what torch keeps of it for later."""
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
