"""The first stage: a query becomes ranked hits, by meaning, by exact words or by both."""

from __future__ import annotations

import time
from collections.abc import Sequence

from qwen3vl_app.errors import UnloadedError, UsageError
from qwen3vl_app.messages import Message
from qwen3vl_app.models.service.protocol import ModelService, Priority
from qwen3vl_app.search.answering import Answering, choose_space
from qwen3vl_app.search.collapse import as_hits, best_ranks, ranks, shown
from qwen3vl_app.search.dense_recall import DenseRecall
from qwen3vl_app.search.fusion import fused
from qwen3vl_app.search.multi_query import MultiQuery
from qwen3vl_app.search.rocchio import rocchio
from qwen3vl_app.store.protocols import Store
from qwen3vl_app.types import (
    EVERYTHING,
    QUERY_INSTRUCTION,
    Hit,
    ItemId,
    LeftOut,
    ModelInput,
    Query,
    SearchStage,
    SearchUpdate,
    Space,
    Timings,
    Vectors,
    WordsMode,
)

NO_WORDS = Message.of("no_words")
NOT_YET = Message.of("not_yet")
NONE_PASSES = Message.of("none_passes")
NO_WORDS_HERE = Message.of("no_words_here")


class _NotEmbeddedError(UsageError):
    """An item that the query names has no vector in the space."""


class Recall:
    """Runs the first stage over one library. Thread-safe."""

    def __init__(self, library: Store, models: ModelService) -> None:
        self._library = library
        self._models = models
        self._filling = False
        """Whether an earlier space answered last, while that of the model is being filled."""

    def run(self, query: Query) -> SearchUpdate:
        """The recall result; with exact words only, no model is asked.

        Raises:
            UsageError: The model cannot take the query, or an item it names has gone.
            ModelError: The embedder is not there.
        """
        if query.words is WordsMode.ONLY:
            return self._by_words(query)
        if self._filling:
            return self._by_whoever_answers(query)
        own = Answering(space=self._models.space())
        try:
            update, lacks = self._by_meaning(query, own)
        except (_NotEmbeddedError, UnloadedError):  # the latter: another model has taken over
            return self._by_whoever_answers(query)
        # only a search that has missed something asks whether another space has it
        return self._by_whoever_answers(query, update) if lacks else update

    def run_in(self, space: Space, query: Query) -> SearchUpdate:
        """The result in a space that is asked for by name, as ``run`` otherwise.

        Raises:
            UsageError: As ``run``.
            ModelError: The embedder of the space is not there.
        """
        if query.words is WordsMode.ONLY:
            return self._by_words(query)
        if space != self._models.space():
            self._models.load_beside(space)
        return self._by_meaning(query, Answering(space=space))[0]

    def _by_whoever_answers(self, query: Query, own: SearchUpdate | None = None) -> SearchUpdate:
        """The result of the space that is to answer; ``own``, if known, is that of the model's."""
        answering = choose_space(self._library, self._models)
        self._filling = bool(answering.note)
        if own is not None and not answering.note:
            return own
        try:
            return self._by_meaning(query, answering)[0]
        except UnloadedError:  # the model's own space has become complete in this moment
            return self._by_meaning(query, choose_space(self._library, self._models))[0]

    def _by_meaning(self, query: Query, answering: Answering) -> tuple[SearchUpdate, bool]:
        """The result in a space, and whether items of the library are not embedded in it."""
        space = answering.space
        begun = time.perf_counter()
        each = query.each
        vectors = self.vectors(space, each)
        embedded = time.perf_counter()
        recalls = [
            DenseRecall(self._library, space, *asked) for asked in zip(each, vectors, strict=True)
        ]
        search = MultiQuery(self._library, space, query, recalls)
        hits = search.hits()
        left_out = search.left_out(hits)
        timings = Timings(
            embed=milliseconds(begun, embedded), recall=milliseconds(embedded, time.perf_counter())
        )
        update = SearchUpdate(
            stage=SearchStage.RECALL,
            hits=hits,
            timings=timings,
            model=space.model,
            space=space.fingerprint,
            left_out=left_out,
            exhausted=search.exhausted,
            notes=(
                *self._notes(query, search, hits),
                *((answering.note,) if answering.note else _partly(space, recalls[0])),
            ),
        )
        return update, recalls[0].elsewhere > 0

    def _by_words(self, query: Query) -> SearchUpdate:
        begun = time.perf_counter()
        each = [self._library.find_words(one.exact_words, query.filter) for one in query.each]
        found = fused(*(words.found for words in each))
        listed, exhausted = shown(
            self._library,
            self._models.loaded_space(),
            query,
            lambda k: (found[:k], len(found) <= k),
        )
        rankings = [ranks(words.found) for words in each]
        hits = as_hits(listed, {}, best_ranks(rankings), rankings)
        left_out = LeftOut(
            shown=len(hits),
            above=len(found),
            hidden=len(frozenset().union(*(words.hidden for words in each)).difference(found)),
            collapsed=sum(len(hit.copies) for hit in hits),
        )
        return SearchUpdate(
            stage=SearchStage.RECALL,
            hits=hits,
            timings=Timings(recall=milliseconds(begun, time.perf_counter())),
            left_out=left_out,
            exhausted=exhausted,
            notes=_notes_of_words(left_out),
        )

    def _notes(self, query: Query, search: MultiQuery, hits: Sequence[Hit]) -> tuple[Message, ...]:
        if search.space_is_empty:
            return (NOT_YET,) if any(self._library.counts().items.values()) else ()
        if not hits and query.filter != EVERYTHING:
            return (NONE_PASSES,)
        return ()

    def vectors(self, space: Space, each: Sequence[Query]) -> list[Vectors]:
        """Where queries point that differ in what they want only, (D,) for each.

        One call of the model for all that it has to see.

        Raises:
            UsageError: The model cannot take a query, or an item it names has no vector.
            ModelError: The embedder is not there.
        """
        query = each[0]
        inputs = [one.model_input for one in each if one.has_model_input]
        wanted = len(inputs)
        if query.unlike.strip():
            inputs.append(ModelInput(texts=(query.unlike.strip(),)))
        instruction = query.instruction or QUERY_INSTRUCTION
        embedded = self._embed(space, inputs, instruction) if inputs else []
        like = [self._stored(space, item) for item in query.like]
        unlike = [*embedded[wanted:], *(self._stored(space, item) for item in query.not_like)]
        if not like and not unlike:
            return embedded
        seen = iter(embedded)
        own = [[next(seen)] if one.has_model_input else [] for one in each]
        return [rocchio(wants, like, unlike, query.unlike_weight) for wants in own]

    def _embed(
        self, space: Space, inputs: Sequence[ModelInput], instruction: str
    ) -> list[Vectors]:
        batch = self._models.embed(
            inputs, instruction=instruction, priority=Priority.SEARCH, space=space
        )
        if batch.rejected:
            reason = batch.rejected[0][1]
            raise UsageError(Message.of("query.refused", reason=reason))
        return list(batch.vectors)

    def _stored(self, space: Space, item: ItemId) -> Vectors:
        vector = self._library.fetch(space, [item]).get(item)
        if vector is None:
            raise _NotEmbeddedError(Message.of("item.gone_or_stale", item=item))
        return vector


def milliseconds(start: float, end: float) -> float:
    """Between two readings of a clock in seconds, to a tenth."""
    return round((end - start) * 1000, 1)


def _partly(space: Space, recall: DenseRecall) -> tuple[Message, ...]:
    """A note where only a part of the items has a vector of the model that was asked."""
    if not recall.embedded or recall.elsewhere < 1:
        return ()
    total = recall.embedded + recall.elsewhere
    n, every = f"{recall.embedded:,}", f"{total:,}"
    return (Message.of("search.partly", n=n, all=every, model=space.model),)


def _notes_of_words(left_out: LeftOut) -> tuple[Message, ...]:
    if left_out.probably_nothing:
        return (NO_WORDS,)
    return () if left_out.above else (NO_WORDS_HERE,)
