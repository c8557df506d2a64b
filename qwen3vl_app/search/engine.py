"""Query in, ranked hits out: recall at once, rerank in slices behind it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, replace
from itertools import islice

from qwen3vl_app.budget import Budget
from qwen3vl_app.errors import ModelError, UnloadedError, UsageError
from qwen3vl_app.media.reader import Reader
from qwen3vl_app.messages import NOTHING, Message
from qwen3vl_app.models.service.protocol import ModelService, Priority, Scorer
from qwen3vl_app.search.documents import Document, Documents, beside, with_text
from qwen3vl_app.search.otherwise import USUAL, Otherwise
from qwen3vl_app.search.ranking import mean_score, ranked, within_quota
from qwen3vl_app.search.recall import Recall, milliseconds
from qwen3vl_app.search.score_cache import QueryKey, ScoreCache, query_key
from qwen3vl_app.search.ways import ANEW_AT_ONCE, Way, divided, halved
from qwen3vl_app.store.protocols import Store
from qwen3vl_app.types import (
    RERANK_INSTRUCTION,
    Item,
    ItemId,
    ModelInput,
    Query,
    Score,
    SearchStage,
    SearchUpdate,
)

SLICE_SECONDS = 0.3
"""Aim for one rerank slice: the page is updated at most four times a second, and Stop or a newer
query waits for one slice at most."""

LARGEST_SLICE = 16
"""Bounds the memory of one slice where scoring is fast."""

Asked = tuple[QueryKey, ModelInput]
"""A query as the reranker sees it, under the name by which scores are kept."""

Cancelled = Callable[[], bool]


def never() -> bool:
    """The default: no search is cancelled."""
    return False


class _NotShownError(UsageError):
    """An item that the query names is known by its vector, but cannot be read any more."""


@dataclass(frozen=True, slots=True)
class Judge:
    """The reranker of one search."""

    scorer: Scorer
    name: str
    fingerprint: str
    budget: Budget
    """What it looks at."""

    pixels: int
    """As ``Otherwise.pixels``."""

    @property
    def known_by(self) -> str:
        """Under what its scores are kept: those of smaller pictures are scores of their own."""
        return self.fingerprint if self.pixels == 1 else f"{self.fingerprint} 1/{self.pixels}"


class SearchEngine:
    """Runs searches over one library. Thread-safe: searches may run at the same time.

    The model thread serves one batch after another, searches before indexing, so a search waits
    for at most the batch in flight. A query judges each document once: asked again, deeper or
    with other filters, it takes the scores that it was given before.

    Attributes:
        recall: The first stage.
        documents: Reads items for the models.
        judging_seconds: What the reranker last took for one document; None before the first.
    """

    def __init__(
        self,
        library: Store,
        reader: Reader,
        models: ModelService,
        documents: Documents | None = None,
    ) -> None:
        self._library = library
        self._models = models
        self.recall = Recall(library, models)
        self.documents = documents or Documents(library, reader)
        self._score_cache = ScoreCache()
        self.judging_seconds: float | None = None

    def search(
        self, query: Query, *, otherwise: Otherwise = USUAL, cancelled: Cancelled = never
    ) -> Iterator[SearchUpdate]:
        """Yield the recall result, then one update per rerank slice, then the end.

        The first update comes after one query embedding and one index search; with reranking,
        the last one has the stage ``done``, or ``stopped`` if ``cancelled`` turned true.

        Args:
            query: What is asked.
            otherwise: What answers, where not what usually does; loading the embedder of
                another space may take a while.
            cancelled: Asked between slices.

        Raises:
            UsageError: The model cannot take the query, such as a strip thinner than 1:200.
            ModelError: The embedder is not there. A missing reranker is a note instead.
        """
        with self._models.hurry():  # until whoever asks for more has drawn these
            recall = self._recalled(query, otherwise)
            if not query.rerank:  # its order is the final one
                recall = replace(recall, hits=within_quota(recall.hits, query.quota))
            yield recall
        if not recall.hits or not query.rerank:
            yield replace(recall, stage=SearchStage.DONE)
        else:
            yield from self._rerank(query, recall, otherwise, cancelled)

    def _recalled(self, query: Query, otherwise: Otherwise) -> SearchUpdate:
        recall, space = self.recall, otherwise.space
        if otherwise.store is not None:
            recall = Recall(otherwise.store, self._models)
        return recall.run(query) if space is None else recall.run_in(space, query)

    def rerank(
        self, query: Query, recall: SearchUpdate, *, cancelled: Cancelled = never
    ) -> Iterator[SearchUpdate]:
        """The second stage alone, of candidates that are there already, as ``search`` yields it.

        Raises:
            UsageError: As ``search``.
        """
        yield from self._rerank(query, recall, USUAL, cancelled)

    def judge_anew(
        self, query: Query, items: Sequence[Item], way: Way
    ) -> Iterator[Mapping[ItemId, Score]]:
        """Scores of items, some at a time, as another way of computing gives them.

        Kept scores are neither used nor changed. What cannot be judged is left out.

        Raises:
            ModelError: The reranker is not there, or another one has taken over.
            UsageError: An item that the query names cannot be read any more.
        """
        budget = self._models.reranker_budget()
        asked = [self.as_judged(one, budget) for one in query.each]
        shown = halved(budget) if way is Way.PIXELS else budget
        size = 1 if way is Way.BATCH else ANEW_AT_ONCE
        instruction = query.instruction or RERANK_INSTRUCTION
        reranker = self._models.reranker_fingerprint()
        with ExitStack() as stack:
            score = self._models.score
            if way is Way.DTYPE:
                score = stack.enter_context(self._models.reranker_in_other_dtype()).score
            stream = stack.enter_context(closing(self.documents.stream(items, shown)))
            while chunk := list(islice(stream, size)):
                readable = [(d.item, d.content) for d in chunk if d.content is not None]
                contents = [
                    with_text(content, beside(item, wanted=query.picture_words))
                    for item, content in readable
                ]
                batches = [
                    score(
                        one,
                        contents,
                        instruction=instruction,
                        priority=Priority.INSPECT,
                        reranker=reranker,
                    ).scores
                    for one in asked
                ]
                found = zip(*batches, strict=True) if contents else ()
                yield {
                    item.id: mean_score([one for one in scores if one is not None])
                    for (item, _), scores in zip(readable, found, strict=True)
                    if None not in scores
                }

    def forget_scores(self) -> None:
        """Judge everything anew from now on, to measure how long that takes."""
        self._score_cache.clear()

    def close(self) -> None:
        """End the threads that read documents."""
        self.documents.close()

    def _rerank(
        self, query: Query, recall: SearchUpdate, otherwise: Otherwise, cancelled: Cancelled
    ) -> Iterator[SearchUpdate]:
        begun = time.perf_counter()
        update = recall
        try:
            while True:
                with (
                    suppress(UnloadedError),  # another reranker took over: all is its, then
                    self._judge(otherwise) as judge,
                ):
                    for update in self._slices(query, recall, judge, cancelled, begun):
                        yield update
                    return
        except (ModelError, _NotShownError) as error:
            notes = (*update.notes, Message.of("not_reranked", reason=error.message))
            hits = update.hits
            if all(hit.score is None for hit in hits):
                hits = within_quota(hits, query.quota)
            yield replace(update, stage=SearchStage.DONE, hits=hits, notes=notes)

    @contextmanager
    def _judge(self, otherwise: Otherwise) -> Iterator[Judge]:
        """The reranker that judges a search, which must not change meanwhile."""
        pixels = otherwise.pixels
        if otherwise.reranker is None:
            # in this order: with the budget of another one, it would be refused later
            fingerprint = self._models.reranker_fingerprint()
            name, budget = self._models.status()[1].name, self._models.reranker_budget()
            yield Judge(self._models, name, fingerprint, budget, pixels)
        else:
            with self._models.reranker_beside(otherwise.reranker) as one:
                yield Judge(one, one.name, one.fingerprint, one.budget, pixels)

    def _slices(
        self,
        query: Query,
        recall: SearchUpdate,
        judge: Judge,
        cancelled: Cancelled,
        begun: float,
    ) -> Iterator[SearchUpdate]:
        given = query.instruction or RERANK_INSTRUCTION
        contents = [self.as_judged(one, judge.budget) for one in query.each]
        asked = [(query_key(one, given, judge.known_by), one) for one in contents]
        items = [hit.item for hit in recall.hits]
        wanted = query.picture_words
        judged = self._judged_before(asked, items, wanted)
        kept = len(judged)
        recall = replace(
            recall, kept_scores=kept, reranker=judge.fingerprint, reranker_name=judge.name
        )

        def progress(stage: SearchStage) -> SearchUpdate:
            return replace(
                recall,
                stage=stage,
                hits=ranked(recall.hits, judged, query.quota),
                reranked=len(judged),
                timings=replace(recall.timings, rerank=milliseconds(begun, time.perf_counter())),
            )

        if judged:
            yield progress(SearchStage.DONE if kept == len(items) else SearchStage.RERANK)
        new = [item for item in items if item.id not in judged]
        size = 1
        with closing(self.documents.stream(new, divided(judge.budget, judge.pixels))) as stream:
            while chunk := list(islice(stream, size)):
                if cancelled():
                    yield progress(SearchStage.STOPPED)
                    return
                new_scores, seconds = self._judgements(judge, asked, given, chunk, wanted)
                if seconds and judge.scorer is self._models:
                    self.judging_seconds = seconds / len(chunk) / len(asked)
                judged |= new_scores
                size = next_size(len(chunk), seconds)
                over = len(judged) == len(items)
                yield progress(SearchStage.DONE if over else SearchStage.RERANK)

    def as_judged(self, query: Query, budget: Budget) -> ModelInput:
        """The query as the reranker sees it, which knows no vectors: with the items it names.

        Raises:
            UsageError: One of these cannot be read any more.
        """
        try:
            parts = [query.model_input, *(self._content(item, budget) for item in query.like)]
        except UsageError as error:
            raise _NotShownError(error.message) from error
        return ModelInput(
            texts=tuple(text for part in parts for text in part.texts),
            pictures=tuple(picture for part in parts for picture in part.pictures),
            clips=tuple(clip for part in parts for clip in part.clips),
        )

    def _content(self, item: ItemId, budget: Budget) -> ModelInput:
        known = self._library.item(item)
        if known is None:
            raise UsageError(Message.of("item.gone", item=item))
        document = self.documents.read(known, budget)
        if document.content is None:
            raise UsageError(
                Message.of("item.unshown", name=known.path.name, reason=document.reason)
            )
        return document.content

    def _judged_before(
        self, asked: Sequence[Asked], items: Sequence[Item], picture_words: bool
    ) -> dict[ItemId, Score | Message]:
        """The scores of items that have been judged for all of the queries."""
        judged: dict[ItemId, Score | Message] = {}
        for item in items:
            text = beside(item, wanted=picture_words)
            scores = [self._score_cache.known(question, item, text) for question, _ in asked]
            known = [score for score in scores if score is not None]
            if len(known) == len(scores):
                judged[item.id] = mean_score(known)
        return judged

    def _judgements(
        self,
        judge: Judge,
        asked: Sequence[Asked],
        instruction: str,
        chunk: Sequence[Document],
        picture_words: bool,
    ) -> tuple[dict[ItemId, Score | Message], float]:
        """Scores or reasons, and the seconds that the model took, without those it had no time.

        Of several queries the mean, so each document is judged for each.
        """
        judged: dict[ItemId, Score | Message] = {
            document.item.id: document.reason for document in chunk if document.content is None
        }
        readable = [(d.item, d.content) for d in chunk if d.content is not None]
        if not readable:
            return judged, 0.0
        contents = [
            with_text(content, beside(item, wanted=picture_words)) for item, content in readable
        ]
        batches = [
            judge.scorer.score(one, contents, instruction=instruction, reranker=judge.fingerprint)
            for _, one in asked
        ]
        reasons = {position: reason for batch in batches for position, reason in batch.rejected}
        for position, (item, _) in enumerate(readable):
            judged[item.id] = reasons.get(position, NOTHING)
            for (question, _), batch in zip(asked, batches, strict=True):
                if (score := batch.scores[position]) is not None:
                    if batch.seconds:
                        score = replace(score, seconds=batch.seconds / len(contents))
                    text = beside(item, wanted=picture_words)
                    self._score_cache.keep(question, item, score, text)
        judged |= self._judged_before(asked, [item for item, _ in readable], picture_words)
        return judged, sum(batch.seconds for batch in batches)


def next_size(size: int, seconds: float) -> int:
    """Documents for the next slice, so that it takes about ``SLICE_SECONDS``."""
    aimed = int(size * SLICE_SECONDS / max(seconds, 1e-3))
    return max(1, min(aimed, 2 * size, LARGEST_SLICE))
