"""Batches that workers read and embed: some in hand at a time, kept in the order of their files.

Files are opened and hashed here, where the library is; pictures, pages and frames are decoded
beside the model that looks at them. A worker that does not see a file as it is here (its disk is
not shared, or it is late) says so: the file is then read here, and its pixels are sent.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from qwen3vl_app.indexing.committing import (
    embed_in_parts,
    embed_inputs,
    joined,
    part_of,
    rejected,
)
from qwen3vl_app.indexing.decoding import Reading, read_parts
from qwen3vl_app.types import DOCUMENT_INSTRUCTION, ModelInput

if TYPE_CHECKING:
    from qwen3vl_app.budget import Budget
    from qwen3vl_app.indexing.batches import Batch, Unread
    from qwen3vl_app.indexing.far_crew import Crew, Tools
    from qwen3vl_app.indexing.jobs import Job
    from qwen3vl_app.media.reader import Reader
    from qwen3vl_app.models.service.protocol import ModelService
    from qwen3vl_app.types import ContentHash, EmbeddingBatch, FileStamp, Part, Space

MOST_READ = 8
"""Files of a batch that are read at the same time, if there are processes for it."""

POLL = 0.2
"""Seconds until a wait notices that the program is closing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Parts of a file that are to be read in one call."""

    stamp: FileStamp
    content_hash: ContentHash
    parts: tuple[Part, ...]
    findings: bytes

    @classmethod
    def of(cls, job: Job, parts: tuple[Part, ...]) -> Asked:
        """These parts of what a job is about."""
        return cls(
            stamp=job.stamp,
            content_hash=job.content_hash,
            parts=parts,
            findings=job.findings,
        )

    def read(self, reader: Reader, budget: Budget) -> Reading:
        """What a reader makes of them."""
        return read_parts(
            reader,
            self.stamp,
            self.parts,
            self.content_hash,
            budget=budget,
            findings=self.findings,
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Brought:
    """What came of it."""

    reading: Reading
    """Without what only a model looks at."""

    embedding: EmbeddingBatch
    """Of its contents."""

    @property
    def is_unseen(self) -> bool:
        """Whether the file was not there, or was another one than was meant."""
        reading = self.reading
        return bool(reading.void) or (reading.may_pass and not reading.contents)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadAndEmbed:
    """Work for a worker: a batch that has not been read."""

    asked: tuple[Asked, ...]
    budget: Budget

    def __call__(self, tools: Tools) -> tuple[Brought, ...]:
        """Read all, then embed all in one call."""
        with ThreadPoolExecutor(min(len(self.asked), MOST_READ)) as pool:
            readings = [*pool.map(lambda one: one.read(tools.reader, self.budget), self.asked)]
        return embedded(readings, lambda inputs: tools.embed(inputs, DOCUMENT_INSTRUCTION))


def embedded(
    readings: Sequence[Reading], embed: Callable[[Sequence[ModelInput]], EmbeddingBatch]
) -> tuple[Brought, ...]:
    """Each reading with the vectors of its contents, all of which go through the model at once."""
    inputs = [content.model_input for reading in readings for content in reading.contents]
    vectors = embed_in_parts(embed, inputs) if inputs else rejected(())
    found: list[Brought] = []
    begin = 0
    for reading in readings:
        end = begin + len(reading.contents)
        own = part_of(vectors, begin, end)
        found.append(Brought(reading=_bare(reading), embedding=own))
        begin = end
    return tuple(found)


def _bare(reading: Reading) -> Reading:
    """Without decoded pixels, which are megabytes, and have been embedded."""
    contents = (replace(content, model_input=ModelInput()) for content in reading.contents)
    return replace(reading, contents=tuple(contents))


class FarBatches:
    """Gives batches to a crew, and back in their order. For the indexer's thread; close it.

    Args:
        crew: Reads and embeds.
        models: The same workers, for what is sent to them by value.
        reader: Reads what the workers do not see.
        space: Of the vectors.
        budget: Of the model of that space.
        halted: Says that no more batches are wanted.
    """

    def __init__(
        self,
        crew: Crew,
        models: ModelService,
        reader: Reader,
        space: Space,
        *,
        budget: Budget,
        halted: Callable[[], bool],
    ) -> None:
        self._crew = crew
        self._models = models
        self._reader = reader
        self._space = space
        self._budget = budget
        self._halted = halted
        self._pool = ThreadPoolExecutor(crew.room, thread_name_prefix="far batch")
        self._in_hand: deque[tuple[Unread, Future[tuple[Brought, ...]]]] = deque()

    @property
    def has_room(self) -> bool:
        """Whether another batch can be given."""
        return len(self._in_hand) < self._crew.room

    @property
    def oldest(self) -> Future[tuple[Brought, ...]] | None:
        """Is done once ``take`` need not wait; None where nothing is in hand."""
        return self._in_hand[0][1] if self._in_hand else None

    def give(self, unread: Unread) -> None:
        """Have a batch read and embedded; returns at once."""
        self._in_hand.append((unread, self._pool.submit(self._bring, unread)))

    def take(self) -> tuple[Batch, EmbeddingBatch] | None:
        """The batch that was given first, with its vectors; None when halted before it is there.

        Raises:
            AppError: No worker can do it.
        """
        unread, future = self._in_hand[0]
        while not future.done():
            if self._halted():
                return None
            wait([future], timeout=POLL)
        self._in_hand.popleft()
        brought = future.result()
        batch = unread.read([one.reading for one in brought])
        return batch, _together(batch, brought)

    def close(self) -> None:
        """Drop what is in hand. Returns at once; what is under way ends by itself."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _bring(self, unread: Unread) -> tuple[Brought, ...]:
        asked = [Asked.of(job, parts) for job, parts in unread.asked]
        if not asked:
            return ()
        brought = [*self._crew.do(ReadAndEmbed(asked=tuple(asked), budget=self._budget))]
        unseen = [n for n, one in enumerate(brought) if one.is_unseen]
        readings = [asked[n].read(self._reader, self._budget) for n in unseen]
        for n, one in zip(unseen, embedded(readings, self._embed), strict=True):
            brought[n] = one
        return tuple(brought)

    def _embed(self, inputs: Sequence[ModelInput]) -> EmbeddingBatch:
        return embed_inputs(self._models, inputs, self._space)


def _together(batch: Batch, brought: Sequence[Brought]) -> EmbeddingBatch:
    """The vectors of what the batch has kept."""
    vectors = rejected(())
    begin = 0
    for read, one in zip(batch.reads, brought, strict=True):
        if read.reading.contents:
            vectors = joined(vectors, one.embedding, begin)
            begin += len(read.reading.contents)
    return vectors
