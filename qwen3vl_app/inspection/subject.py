"""One item of one search, with what the models need to look at it again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from qwen3vl_app.errors import ModelError, UnloadedError, UnreadableMediaError
from qwen3vl_app.inspection.gauge import Gauge
from qwen3vl_app.search.answering import choose_space
from qwen3vl_app.search.documents import beside, with_text
from qwen3vl_app.search.score_cache import query_key
from qwen3vl_app.types import (
    RERANK_INSTRUCTION,
    Item,
    ModelInput,
    Query,
    Space,
    WordsMode,
)

if TYPE_CHECKING:
    from qwen3vl_app.budget import Budget
    from qwen3vl_app.models.service.protocol import ModelService
    from qwen3vl_app.search.engine import SearchEngine
    from qwen3vl_app.store.protocols import Store

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Subject:
    """What is looked at: an item, and the query of a search that it was a hit of."""

    engine: SearchEngine
    models: ModelService
    library: Store
    query: Query
    item: Item

    @property
    def is_recalled(self) -> bool:
        """Whether the embedder took part: it does not where exact words alone were asked."""
        return self.query.words is not WordsMode.ONLY

    @property
    def is_judged(self) -> bool:
        """Whether the reranker took part."""
        return self.query.rerank and self.models.has_reranker

    @property
    def instruction(self) -> str:
        """For the reranker."""
        return self.query.instruction or RERANK_INSTRUCTION

    def space(self) -> Space:
        """In which space such a search is answered now; waits for its embedder.

        Raises:
            ModelError: It is not there.
        """
        return choose_space(self.library, self.models).space

    def shown(self, budget: Budget) -> ModelInput:
        """The item as the embedder gets it.

        Raises:
            UnreadableMediaError: Its file has gone, or is damaged.
        """
        return self._content(budget, text=False)

    def judged(self, budget: Budget) -> ModelInput:
        """The item as the reranker gets it, with a text beside it where the search had it so.

        Raises:
            UnreadableMediaError: Its file has gone, or is damaged.
        """
        return self._content(budget, text=self.query.picture_words)

    def asked(self, budget: Budget) -> tuple[ModelInput, ...]:
        """Each query as the reranker gets it.

        Raises:
            UsageError: An item that one of them names cannot be read any more.
        """
        return tuple(self.engine.as_judged(one, budget) for one in self.query.each)

    def _content(self, budget: Budget, *, text: bool) -> ModelInput:
        document = self.engine.documents.read(self.item, budget)
        if document.content is None:
            raise UnreadableMediaError(self.item.path, document.reason)
        return with_text(document.content, beside(self.item, wanted=text))

    def gauge(self) -> Gauge:
        """The models and what they are asked; waits for them to load, and embeds the query.

        Raises:
            UsageError: A model cannot take the query.
            ModelError: A model is not there.
        """
        reranker = self.models.reranker_fingerprint() if self.is_judged else ""
        space = self.space() if self.is_recalled else None
        vectors = () if space is None else self.engine.recall.vectors(space, self.query.each)
        asked = self.asked(self.models.reranker_budget()) if reranker else ()
        return Gauge(
            models=self.models,
            space=space,
            vectors=tuple(vectors),
            reranker=reranker,
            asked=asked,
            instruction=self.instruction,
        )

    def key(self) -> tuple[object, ...]:
        """What evidence depends on: content, question, and models as they are now.

        Raises:
            ModelError: A model is not there.
        """
        query, item = self.query, self.item
        reranker = self.models.reranker_fingerprint() if self.is_judged else ""
        return (
            *(item.content_hash, item.ordinal, beside(item, wanted=query.picture_words)),
            *(self.space().fingerprint if self.is_recalled else "", reranker),
            *(query_key(one.model_input, query.instruction or "") for one in query.each),
            *(query.like, query.not_like, query.unlike, query.unlike_weight),
        )


def with_present_models(ask: Callable[[], Found]) -> Found:
    """What ``ask`` gives; asked again where another model has taken over meanwhile.

    Raises:
        ModelError: A model is not there.
    """
    try:
        return ask()
    except UnloadedError:
        try:
            return ask()
        except UnloadedError as error:
            raise ModelError(error.message) from error
