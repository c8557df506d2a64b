"""Jobs one by one, and queries that several people ask in the same moment in one pass."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, cast

import numpy as np

from qwen3vl_app.types import EmbeddingBatch

if TYPE_CHECKING:
    from qwen3vl_app.models.service.protocol import Embedder
    from qwen3vl_app.models.service.queue import Job
    from qwen3vl_app.types import ModelInput

log = logging.getLogger(__name__)

MOST_JOINED = 16
"""In one pass. With more, the first would wait longer than in turn."""

SHORT_CHARACTERS = 500
"""Up to which a query is joined with others: a longer one would keep them waiting for it."""


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """What one caller wants embedded. Called with the model, it embeds that alone."""

    inputs: tuple[ModelInput, ...]
    instruction: str

    def __call__(self, model: Embedder) -> EmbeddingBatch:
        return model.embed(self.inputs, self.instruction)

    @property
    def alike(self) -> str | None:
        """What others must have in common with it to be joined: the instruction.

        None for pictures, clips and long texts, whose pass takes much longer than others want
        to wait.
        """
        seen = any(one.pictures or one.clips for one in self.inputs)
        length = sum(len(text) for one in self.inputs for text in one.texts)
        return None if seen or length > SHORT_CHARACTERS else self.instruction


def embed_joined(model: Embedder, asked: Sequence[Asked]) -> list[EmbeddingBatch]:
    """The vectors and rejections of each caller, as it would have got them alone.

    Args:
        model: Called once, with the inputs of all.
        asked: At least one, all with the same instruction.
    """
    inputs = [one for each in asked for one in each.inputs]
    batch = model.embed(inputs, asked[0].instruction)
    ends = list(accumulate(len(each.inputs) for each in asked))
    starts = [0, *ends[:-1]]
    return [_part(batch, start, end) for start, end in zip(starts, ends, strict=True)]


def run_joined(jobs: Sequence[Job], model: Embedder) -> bool:
    """Run jobs that are alike in one pass; False if that failed and nobody has been told."""
    asked = [cast("Asked", job.run) for job in jobs]  # nothing else is alike
    try:
        batches = embed_joined(model, asked)
    except Exception:  # one of them may be the cause: alone, it reaches its own caller
        log.warning("%d queries failed together; each alone now", len(jobs), exc_info=True)
        return False
    for job, batch in zip(jobs, batches, strict=True):
        job.future.set_result(batch)
    return True


def run_alone(job: Job, model: object) -> None:
    """Run one job and hand its result or its failure to whoever waits."""
    try:
        result = job.run(model)
    except BaseException as error:
        job.future.set_exception(error)  # whatever it is, it is the caller's to see
    else:
        job.future.set_result(result)


def _part(batch: EmbeddingBatch, start: int, end: int) -> EmbeddingBatch:
    """What a batch says of the inputs from ``start`` to before ``end``."""
    rows = [row for row, at in enumerate(batch.kept) if start <= at < end]
    return EmbeddingBatch(
        vectors=np.ascontiguousarray(batch.vectors[rows]),
        kept=tuple(batch.kept[row] - start for row in rows),
        rejected=tuple((at - start, why) for at, why in batch.rejected if start <= at < end),
        may_pass=frozenset(at - start for at in batch.may_pass if start <= at < end),
    )
