"""Batches with their vectors, one after another: embedded here, or by workers elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TYPE_CHECKING, TypeAlias

from qwen3vl_app.indexing.committing import embed

if TYPE_CHECKING:
    from qwen3vl_app.indexing.batches import Batch
    from qwen3vl_app.indexing.far_batches import FarBatches
    from qwen3vl_app.indexing.prefetch import Prefetch
    from qwen3vl_app.models.service.protocol import ModelService
    from qwen3vl_app.types import EmbeddingBatch, Space

Steps: TypeAlias = "Generator[tuple[Batch, EmbeddingBatch], None, None]"
"""Ends when nothing is left, or when halted."""

Told: TypeAlias = "Callable[[Batch], None]"
"""Is told which batch is being worked on."""


def here(prefetch: Prefetch, models: ModelService, space: Space, told: Told) -> Steps:
    """By the model of this program; the next batch is read meanwhile.

    Raises:
        ModelError: It cannot be used.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="embedding") as model:
        while (batch := prefetch.take()) is not None:
            told(batch)
            embedding = model.submit(embed, models, batch, space)
            prefetch.fill(until=embedding)
            yield batch, embedding.result()


def far(prefetch: Prefetch, batches: FarBatches, told: Told) -> Steps:
    """By workers: as many batches as they have room for, and no more, are in hand.

    Raises:
        AppError: No worker can do it.
    """
    with closing(batches):
        while True:
            oldest = batches.oldest
            if batches.has_room:
                prefetch.fill(until=oldest)
                # nothing is left to fill it with, unless the oldest has ended the filling
                whole = prefetch.is_full or oldest is None or not oldest.done()
                if whole and (unread := prefetch.take_unread()) is not None:
                    batches.give(unread)
                    continue
            if oldest is None or (step := batches.take()) is None:
                return
            told(step[0])
            yield step
