"""The reference's own code as a contender of ``bench models``: a checkout that somebody has.

Nothing of it comes with the program. It runs in this process, on the same checkpoint, with the
attention of torch (its examples ask for flash attention, which few machines have).
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from qwen3vl_app.bench.works import Embedding, Reranking
from qwen3vl_app.errors import BenchError
from qwen3vl_app.types import ModelInput

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qwen3vl_app.budget import Budget
    from qwen3vl_app.models.checkpoint.load import Loaded

BATCHES = (8, 32)
"""Inputs at a time, of which the faster counts: its examples leave that to the caller."""


class ReferenceEmbedder:
    """Embeds so many inputs at a time."""

    def __init__(self, model: Any, batch: int) -> None:  # noqa: ANN401  # has no types
        self.name = f"reference, {batch} at a time"
        self._model = model
        self._batch = batch

    def ready(self, task: Embedding | Reranking) -> Callable[[], NDArray[np.float32]] | None:
        """None for reranking, and where fewer inputs make this the same as smaller batches."""
        if not isinstance(task, Embedding):
            return None
        smaller = [batch for batch in BATCHES if batch < self._batch]
        if smaller and len(task.inputs) <= max(smaller):
            return None
        entries = [entry_of(one) for one in task.inputs]
        batches = [entries[at : at + self._batch] for at in range(0, len(entries), self._batch)]
        return lambda: np.concatenate(
            [self._model.process(batch).float().cpu().numpy() for batch in batches]
        )


class ReferenceReranker:
    """Judges documents, one pair at a time as it does by itself."""

    name = "reference"

    def __init__(self, model: Any) -> None:  # noqa: ANN401
        self._model = model
        model.tokenize = _with_tensors(model.tokenize)

    def ready(self, task: Embedding | Reranking) -> Callable[[], NDArray[np.float32]] | None:
        """None for embedding."""
        if not isinstance(task, Reranking):
            return None
        asked = {
            "query": entry_of(task.query),
            "documents": [entry_of(one) for one in task.documents],
        }
        return lambda: np.array(self._model.process(asked), np.float32)


def _with_tensors(tokenize: Callable[..., Any]) -> Callable[..., Any]:
    """It was written for transformers 4, and leaves what version 5 has added as lists."""

    def with_tensors(pairs: list[Any]) -> Any:  # noqa: ANN401
        import torch

        inputs = tokenize(pairs)
        name = "mm_token_type_ids"
        if isinstance(inputs.get(name), list):
            inputs[name] = torch.tensor(inputs[name])  # of one pair, which needs no padding
        return inputs

    return with_tensors


def entry_of(some: ModelInput) -> dict[str, Any]:
    """An input in the reference's own notation."""
    entry = {
        "text": list(some.texts),
        "image": [picture.image for picture in some.pictures],
        "video": [list(clip.frames) for clip in some.clips],
    }
    return {name: values for name, values in entry.items() if values}


def load_reference_embedder(checkout: Path, loaded: Loaded) -> Sequence[ReferenceEmbedder]:
    """The reference on the checkpoint of ``loaded``, for batches of each of ``BATCHES``.

    Raises:
        BenchError: ``checkout`` is not the reference, or something that it imports is missing.
    """
    model = _build(_class(checkout, "qwen3_vl_embedding", "Qwen3VLEmbedder"), loaded)
    return [ReferenceEmbedder(model, batch) for batch in BATCHES]


def load_reference_reranker(checkout: Path, loaded: Loaded) -> ReferenceReranker:
    """As ``load_reference_embedder``."""
    return ReferenceReranker(
        _build(_class(checkout, "qwen3_vl_reranker", "Qwen3VLReranker"), loaded)
    )


def _class(checkout: Path, module: str, name: str) -> Any:  # noqa: ANN401
    file = checkout / "src" / "models" / f"{module}.py"
    if not file.is_file():
        raise BenchError(
            f"{checkout} is not the reference: {file.relative_to(checkout)} is missing. Take a "
            "checkout of github.com/QwenLM/Qwen3-VL-Embedding."
        )
    sys.path.insert(0, str(checkout))
    try:
        return getattr(importlib.import_module(f"src.models.{module}"), name)
    except ImportError as error:
        raise BenchError(
            f"The reference cannot be imported ({error}). It needs torchvision, qwen-vl-utils and "
            "scipy beside what this program needs."
        ) from error
    finally:
        sys.path.remove(str(checkout))


def _build(kind: Any, loaded: Loaded) -> Any:  # noqa: ANN401
    budget = loaded.budget
    return kind(
        str(loaded.checkpoint.folder),
        dtype=loaded.placement.dtype,
        attn_implementation="sdpa",
        **_limits(budget),
    )


def _limits(budget: Budget) -> dict[str, Any]:
    """What the checkpoint looks at, by the reference's names."""
    pixels = 32 * 32
    limits = {
        "min_pixels": budget.min_picture_tokens * pixels,
        "max_pixels": budget.max_picture_tokens * pixels,
        "total_pixels": budget.max_clip_tokens * pixels,
        "max_frames": budget.max_frames,
    }
    if budget.max_input_tokens is not None:
        limits["max_length"] = budget.max_input_tokens
    return limits
