"""The last two steps of a batch: through the model, and into the library."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

import numpy as np

from qwen3vl_app.indexing.batches import Batch, run_word, with_vectors
from qwen3vl_app.indexing.keeping import Step, keep
from qwen3vl_app.messages import Message
from qwen3vl_app.models.forward.memory import is_out_of_memory
from qwen3vl_app.models.service.protocol import ModelService, Priority
from qwen3vl_app.store.library import Library
from qwen3vl_app.store.rows import FileId
from qwen3vl_app.types import DOCUMENT_INSTRUCTION, EmbeddingBatch, ModelInput, Outcome, Space

log = logging.getLogger(__name__)

NO_MEMORY = Message.of("reason.device_memory")


def embed(models: ModelService, batch: Batch, space: Space) -> EmbeddingBatch:
    """Vectors in a space for a batch; the model is not called for one without inputs.

    Raises:
        UnloadedError: The embedder of the space was let go: another one has taken over.
        ModelError: The model cannot be used.
    """
    inputs = batch.inputs
    return embed_inputs(models, inputs, space) if inputs else rejected(())


def embed_inputs(
    models: ModelService,
    inputs: Sequence[ModelInput],
    space: Space,
    instruction: str = DOCUMENT_INSTRUCTION,
) -> EmbeddingBatch:
    """Vectors in a space for inputs; where memory does not hold them, for halves of them.

    What does not fit alone is left out with the reason, so the run goes on without it.

    Raises:
        ModelError: The model cannot be used.
    """

    def whole(some: Sequence[ModelInput]) -> EmbeddingBatch:
        return models.embed(some, instruction=instruction, priority=Priority.INDEX, space=space)

    return embed_in_parts(whole, inputs)


def embed_in_parts(
    embed: Callable[[Sequence[ModelInput]], EmbeddingBatch], inputs: Sequence[ModelInput]
) -> EmbeddingBatch:
    """What ``embed`` gives for inputs, or for halves of them; see ``embed_inputs``."""
    try:
        return embed(inputs)
    except (RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error):
            raise
        log.warning("out of memory with %d inputs: %s", len(inputs), error)
    # Only here is the error let go, and with it what it held.
    if len(inputs) == 1:
        return rejected((NO_MEMORY,))
    half = len(inputs) // 2
    first, second = (embed_in_parts(embed, part) for part in (inputs[:half], inputs[half:]))
    return joined(first, second, half)


def rejected(reasons: Sequence[Message]) -> EmbeddingBatch:
    """No vectors, for these reasons, which may pass."""
    return EmbeddingBatch(
        vectors=np.empty((0, 1), np.float32),
        kept=(),
        rejected=tuple(enumerate(reasons)),
        may_pass=frozenset(range(len(reasons))),
    )


def joined(first: EmbeddingBatch, second: EmbeddingBatch, begin: int) -> EmbeddingBatch:
    """Two batches as one; the second one's inputs begin at ``begin``."""
    some = [batch.vectors for batch in (first, second) if batch.kept]
    return EmbeddingBatch(
        vectors=np.concatenate(some) if some else first.vectors,
        kept=(*first.kept, *(begin + at for at in second.kept)),
        rejected=(*first.rejected, *((begin + at, why) for at, why in second.rejected)),
        may_pass=first.may_pass | {begin + at for at in second.may_pass},
    )


def part_of(batch: EmbeddingBatch, begin: int, end: int) -> EmbeddingBatch:
    """Of a batch what concerns the inputs from ``begin`` to before ``end``, counted from there."""
    rows = [row for row, at in enumerate(batch.kept) if begin <= at < end]
    return EmbeddingBatch(
        vectors=batch.vectors[rows],
        kept=tuple(batch.kept[row] - begin for row in rows),
        rejected=tuple((at - begin, why) for at, why in batch.rejected if begin <= at < end),
        may_pass=frozenset(at - begin for at in batch.may_pass if begin <= at < end),
    )


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
    for failure in embedded.failures:
        failure.job.failures.append((failure.part, failure.why))
        if failure.may_pass:
            failure.job.may_pass = True
        else:
            failure.job.refused_in = space.fingerprint
    for job, count in batch.jobs().items():
        job.in_flight -= count
    step = Step(
        starts={job.file.id: job.content_hash for job in embedded.jobs},
        parts=embedded.parts,
        ends=(
            *(ending.end for ending in batch.endings),
            *(end for job in batch.jobs() if job.is_over for end in job.ends()),
        ),
    )
    kept = keep(library, space, step, {job.file.id: job for job in batch.jobs()})
    words = {ending.end.file: run_word(ending, kept) for ending in batch.endings}
    outcomes = kept | {file: word for file, word in words.items() if word is not None}
    void = {job.content_hash for job in batch.jobs() if job.void}
    return sum(part.content_hash not in void for part in embedded.parts), outcomes
