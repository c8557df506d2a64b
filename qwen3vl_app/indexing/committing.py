"""The last two steps of a batch: through the model, and into the library."""

from __future__ import annotations

import numpy as np

from qwen3vl_app.indexing.batches import Batch, run_word, with_vectors
from qwen3vl_app.models.host import ModelHost, Priority
from qwen3vl_app.store.library import Library
from qwen3vl_app.store.rows import FileId
from qwen3vl_app.types import DOCUMENT_INSTRUCTION, EmbeddingBatch, Outcome, Space


def embed(models: ModelHost, batch: Batch) -> EmbeddingBatch:
    """Vectors for a batch; one without inputs does not trouble the model.

    Raises:
        ModelError: The model cannot be used.
    """
    inputs = batch.inputs
    if not inputs:
        return EmbeddingBatch(vectors=np.empty((0, 1), np.float32), kept=())
    return models.embed(inputs, instruction=DOCUMENT_INSTRUCTION, priority=Priority.INDEX)


def commit(
    library: Library, space: Space, batch: Batch, embedding: EmbeddingBatch
) -> tuple[int, dict[FileId, Outcome]]:
    """Keep a batch and end the files that are complete with it.

    Returns:
        How many items have become searchable, and how files ended.

    Raises:
        LibraryError: The disk refuses; nothing was kept.
    """
    embedded = with_vectors(batch, embedding)
    for job, part, why in embedded.failures:
        job.failures.append((part, why))
    for job, count in batch.jobs().items():
        job.in_flight -= count
    ends = [ending.end for ending in batch.endings]
    ends += [end for job in batch.jobs() if job.is_over for end in job.ends()]
    kept = library.writer.commit(
        space,
        starts={job.file.id: job.content_hash for job in embedded.jobs},
        parts=embedded.parts,
        ends=ends,
    )
    words = {ending.end.file: run_word(ending, kept) for ending in batch.endings}
    outcomes = kept | {file: word for file, word in words.items() if word is not None}
    return len(embedded.parts), outcomes
