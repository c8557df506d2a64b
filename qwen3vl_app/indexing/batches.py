"""A batch: parts of one or several files, read together, embedded together, kept together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from qwen3vl_app.indexing.decoding import Reading
from qwen3vl_app.indexing.jobs import Job
from qwen3vl_app.messages import Message
from qwen3vl_app.store.rows import EmbeddedPart, FileEnd, FileId
from qwen3vl_app.types import Content, EmbeddingBatch, ModelInput, Outcome, Part


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Read:
    """What one call of the reader gave."""

    job: Job
    parts: tuple[Part, ...]
    reading: Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """A file that needs no model: unreadable, or with content that is known."""

    end: FileEnd
    word: Outcome | None = None
    """What the run calls it when it ends well; None for what the library calls it."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Batch:
    """What goes through the model and into the library in one step."""

    reads: tuple[Read, ...]
    endings: tuple[Ending, ...]

    @property
    def contents(self) -> list[tuple[Job, Content]]:
        """Everything that was decoded, in the order of ``inputs``."""
        return [(read.job, content) for read in self.reads for content in read.reading.contents]

    @property
    def inputs(self) -> list[ModelInput]:
        """What the model is to embed."""
        return [content.model_input for _, content in self.contents]

    def jobs(self) -> Counter[Job]:
        """The jobs that have parts here, with the number of parts asked for."""
        counts: Counter[Job] = Counter()
        for read in self.reads:
            counts[read.job] += len(read.parts)
        return counts


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Unread:
    """What will be a batch once it has been read."""

    asked: tuple[tuple[Job, tuple[Part, ...]], ...]
    endings: tuple[Ending, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing is to be read, and no file ends."""
        return not (self.asked or self.endings)

    def read(self, readings: Sequence[Reading]) -> Batch:
        """The batch, with what came of each; its jobs are told. Of void files nothing is kept."""
        reads = [
            Read(job=job, parts=parts, reading=reading)
            for (job, parts), reading in zip(self.asked, readings, strict=True)
        ]
        for read in reads:
            read.job.note(read.reading)
        kept = (replace(one, reading=Reading()) if one.job.void else one for one in reads)
        return Batch(reads=tuple(kept), endings=self.endings)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Failure:
    """A part that has no vector."""

    job: Job
    part: Part
    why: Message
    may_pass: bool
    """Whether the model may take it another time."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Embedded:
    """A batch with its vectors."""

    parts: tuple[EmbeddedPart, ...]
    failures: tuple[Failure, ...]
    """What the model could not take."""

    jobs: frozenset[Job]
    """Those that have a part with a vector."""


NO_VECTOR = Message.of("reason.no_vector")


def with_vectors(batch: Batch, embedding: EmbeddingBatch) -> Embedded:
    """Pair contents with their vectors; a missing or non-finite one is a failure."""
    contents = batch.contents
    whys = dict(embedding.rejected)
    parts: dict[int, EmbeddedPart] = {}
    for position, vector in zip(embedding.kept, embedding.vectors, strict=True):
        job, content = contents[position]
        if np.isfinite(vector).all():
            parts[position] = EmbeddedPart(
                content_hash=job.content_hash, content=content, vector=vector
            )
    failures = [
        Failure(
            job=job,
            part=content.part,
            why=whys.get(position, NO_VECTOR),
            may_pass=position in embedding.may_pass or position not in whys,
        )
        for position, (job, content) in enumerate(contents)
        if position not in parts
    ]
    return Embedded(
        parts=tuple(parts.values()),
        failures=tuple(failures),
        jobs=frozenset(contents[position][0] for position in parts),
    )


def run_word(ending: Ending, outcomes: dict[FileId, Outcome]) -> Outcome | None:
    """What the run calls the end of a file; None if the library did not end it."""
    outcome = outcomes.get(ending.end.file)
    if outcome in (Outcome.INDEXED, Outcome.DUPLICATE) and ending.word is not None:
        return ending.word
    return outcome
