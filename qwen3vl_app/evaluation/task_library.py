"""The corpus of a benchmark's task in a library of its own, and both stages over it.

A document is one item, whole, as the field measures it: the indexer would make passages of a long
text, and several vectors of one document are another system than the one whose numbers are
published. All behind that is the program's own: store, index, search engine, both stages.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock

import numpy as np

from qwen3vl_app.budget import Budget
from qwen3vl_app.errors import AppError, UnreadableMediaError
from qwen3vl_app.evaluation.pool import Stage
from qwen3vl_app.evaluation.task_content import Row, content_of, judged_budget, kind_of
from qwen3vl_app.indexing.committing import embed_inputs
from qwen3vl_app.media.reader import Reader
from qwen3vl_app.messages import Message
from qwen3vl_app.models.service.protocol import ModelService
from qwen3vl_app.search.documents import Document, Documents
from qwen3vl_app.search.engine import SearchEngine
from qwen3vl_app.store.library import Library
from qwen3vl_app.store.rows import EmbeddedPart, FileEnd
from qwen3vl_app.types import (
    MOST_RESULTS,
    Content,
    ContentHash,
    FileStamp,
    Hit,
    Item,
    ItemId,
    Kind,
    ModelInput,
    Part,
    Query,
    SearchStage,
    SearchUpdate,
)

AT_ONCE = 32
"""Documents of a transaction; as many are decoded while these are embedded."""

Told = Callable[[int, int], None]
"""Is told how many are done, and of how many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """How the questions of a task are asked."""

    stage: Stage
    depth: int
    """Candidates that the reranker sees."""

    most: int
    """Documents of a ranking."""

    recall_instruction: str
    rerank_instruction: str


class TaskDocuments(Documents):
    """Candidates for the reranker from the rows of the task instead of from files."""

    def __init__(self, library: Library, reader: Reader, rows: Sequence[Row]) -> None:
        super().__init__(library, reader)
        self._decoder = reader
        self._rows = rows
        self._row_lock = Lock()

    def read(self, item: Item, budget: Budget) -> Document:
        """One document, as the reranker's entry in mteb's registry shows it."""
        with self._row_lock:
            row = self._rows[_number(item.content_hash)]
        try:
            content = content_of(row, self._decoder, judged_budget(budget))
        except UnreadableMediaError as error:
            return Document(item=item, content=None, reason=error.reason)
        return Document(item=item, content=content)


class TaskLibrary:
    """Documents are known by their numbers in the corpus. Not thread-safe."""

    def __init__(
        self, library: Library, reader: Reader, models: ModelService, rows: Sequence[Row]
    ) -> None:
        self._library = library
        self._reader = reader
        self._models = models
        self._rows = rows
        self._engine = SearchEngine(library, reader, models)
        self._engine.documents.close()
        self._engine.documents = TaskDocuments(library, reader, rows)
        self._items: dict[int, ItemId] = {}

    @classmethod
    def open(
        cls, folder: Path, reader: Reader, models: ModelService, rows: Sequence[Row]
    ) -> TaskLibrary:
        """What was indexed there before is there.

        Raises:
            LibraryError: The folder cannot be used.
        """
        return cls(Library.open(folder), reader, models, rows)

    def close(self) -> None:
        """End its threads and close its files."""
        self._engine.close()
        self._library.close()

    def index(self, instruction: str, told: Told) -> dict[int, Message]:
        """Embed what is not there yet; each transaction stays where a later one is broken off.

        Returns:
            Why documents cannot be found, by their numbers.

        Raises:
            AppError: The model or the disk refuses.
        """
        known = {_number(one.path.name) for one in self._library.standing()}
        waiting = [n for n in range(len(self._rows)) if n not in known]
        left_out: dict[int, Message] = {}
        budget = self._models.embedder_budget()
        done = len(known)
        told(done, len(self._rows))
        chunks = [waiting[at : at + AT_ONCE] for at in range(0, len(waiting), AT_ONCE)]
        with ThreadPoolExecutor(1, thread_name_prefix="task-rows") as ahead:
            coming = ahead.submit(self._decoded, chunks[0] if chunks else [], budget)
            for chunk, following in zip(chunks, [*chunks[1:], []], strict=False):
                decoded = coming.result()
                coming = ahead.submit(self._decoded, following, budget)
                left_out |= self._commit(decoded, instruction)
                done += len(chunk)
                told(done, len(self._rows))
        self._items = {_number(one.path.name): one.item for one in self._library.standing()}
        return left_out

    def ranked(
        self, row: Row, asking: Asking, among: Sequence[int] | None = None
    ) -> dict[int, float]:
        """Documents with scores that fall from one to the next, however near they are.

        Of recall those are similarities; of reranking logits, and behind these, lower than all of
        them, what the reranker has not judged in the order of recall.

        Args:
            row: What is asked.
            asking: How.
            among: The only documents that are judged, where a task gives them.

        Raises:
            AppError: It cannot be asked, or was to be reranked and was not.
        """
        recalled = self._recalled(row, asking, among)
        if asking.stage is Stage.RECALL:
            return _falling(recalled)
        depth = len(recalled) if among is not None else asking.depth
        judged = self._judged(row, asking, recalled[:depth])
        known = {number for number, _ in judged}
        lowest = min((logit for _, logit in judged), default=0.0)
        behind = [
            (number, lowest - 2 + similarity)
            for number, similarity in recalled
            if number not in known
        ]
        return _falling([*judged, *behind])

    def _recalled(
        self, row: Row, asking: Asking, among: Sequence[int] | None
    ) -> list[tuple[int, float]]:
        """The first stage: the engine's hits; from the same index where it shows fewer."""
        query = self._query(row, asking.recall_instruction, self._models.embedder_budget())
        most = min(asking.most, len(self._rows))
        if among is None and most <= MOST_RESULTS:
            *_, last = self._engine.search(replace(query, top_k=max(1, most)))
            return [(_number(hit.item.content_hash), hit.similarity or 0.0) for hit in last.hits]
        space = self._models.space()
        (vector,) = self._engine.recall.vectors(space, [query])
        allowed: list[ItemId] | None = None
        if among is not None:
            allowed = [self._items[n] for n in among if n in self._items]
            most = len(allowed)
        found = self._library.search(space, vector, most, among=allowed) if most else []
        numbers = {item: number for number, item in self._items.items()}
        return [(numbers[one.item_id], one.similarity) for one in found]

    def _judged(
        self, row: Row, asking: Asking, recalled: Sequence[tuple[int, float]]
    ) -> list[tuple[int, float]]:
        """The second stage, best first, without what the reranker could not judge."""
        if not recalled:
            return []
        found = self._library.items([self._items[number] for number, _ in recalled])
        hits = tuple(
            Hit(item=found[self._items[number]], recall_rank=rank, similarity=similarity)
            for rank, (number, similarity) in enumerate(recalled, start=1)
        )
        budget = judged_budget(self._models.reranker_budget())
        query = self._query(row, asking.rerank_instruction, budget)
        *_, last = self._engine.rerank(query, SearchUpdate(stage=SearchStage.RECALL, hits=hits))
        scores = [
            (hit.rank or 0, _number(hit.item.content_hash), hit.score.logit)
            for hit in last.hits
            if hit.score is not None
        ]
        if not scores:
            raise AppError(last.notes[-1] if last.notes else Message.of("evaluate.unscored"))
        return [(number, logit) for _, number, logit in sorted(scores)]

    def _query(self, row: Row, instruction: str, budget: Budget) -> Query:
        seen = content_of(row, self._reader, budget)
        empty = not (seen.texts or seen.pictures or seen.clips)
        return Query(
            passages=("NULL",) if empty else seen.texts,  # what the models make of nothing
            pictures=seen.pictures,
            clips=seen.clips,
            instruction=instruction,
            rerank=False,
            collapse=False,
        )

    def _decoded(
        self, numbers: Sequence[int], budget: Budget
    ) -> dict[int, tuple[Kind, ModelInput | Message]]:
        found: dict[int, tuple[Kind, ModelInput | Message]] = {}
        for number in numbers:
            row = self._rows[number]
            try:
                found[number] = kind_of(row), content_of(row, self._reader, budget)
            except UnreadableMediaError as error:
                found[number] = kind_of(row), error.reason
        return found

    def _commit(
        self, decoded: Mapping[int, tuple[Kind, ModelInput | Message]], instruction: str
    ) -> dict[int, Message]:
        """One transaction, and why some of them are not in it."""
        space = self._models.space()
        left_out = {n: one for n, (_, one) in decoded.items() if isinstance(one, Message)}
        inputs = {n: one for n, (_, one) in decoded.items() if isinstance(one, ModelInput)}
        if not inputs:
            return left_out
        batch = embed_inputs(self._models, [*inputs.values()], space, instruction)
        numbers = [*inputs]
        left_out |= {numbers[at]: why for at, why in batch.rejected}
        kept = [numbers[at] for at in batch.kept]
        stamps = [self._stamp(number) for number in kept]
        files, _ = self._library.writer.record_scan(pending=stamps)
        self._library.writer.commit(
            space,
            starts={file: _hash(number) for file, number in zip(files, kept, strict=True)},
            parts=[
                EmbeddedPart(
                    content_hash=_hash(number),
                    content=Content(
                        part=Part(ordinal=0, kind=decoded[number][0]),
                        model_input=inputs[number],
                        thumbnail=b"",
                    ),
                    vector=vector,
                )
                for number, vector in zip(kept, batch.vectors, strict=True)
            ],
            ends=[
                FileEnd(file=file, stamp=stamp, content_hash=_hash(number), vectors=1)
                for file, stamp, number in zip(files, stamps, kept, strict=True)
            ],
        )
        return left_out

    def _stamp(self, number: int) -> FileStamp:
        """Of a document, which is no file: named by its number, in a folder of no other things."""
        path = self._library.directory / "documents" / _hash(number)
        return FileStamp(path=path, size=0, mtime_ns=0)


def _hash(number: int) -> ContentHash:
    """Equal documents with several ids stay several items, so this is not one of what they say."""
    return ContentHash(f"{number:032x}")


def _number(name: str) -> int:
    return int(name, 16)


def _falling(scored: Sequence[tuple[int, float]]) -> dict[int, float]:
    """The same order with no two scores equal, in the 32 bits in which ``trec_eval`` sorts.

    It orders equal ones by their ids, which would be another ranking than the one measured.
    """
    found: dict[int, float] = {}
    last = np.float32(np.inf)
    for number, score in scored:
        last = min(np.float32(score), np.nextafter(last, np.float32(-np.inf)))
        found[number] = float(last)
    return found
