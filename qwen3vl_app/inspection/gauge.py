"""How much of a query both models find in an item, and in versions of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from qwen3vl_app.errors import UsageError
from qwen3vl_app.messages import Message
from qwen3vl_app.models.service.protocol import Priority
from qwen3vl_app.search.ranking import mean_score
from qwen3vl_app.types import (
    DOCUMENT_INSTRUCTION,
    EmbeddingBatch,
    ModelInput,
    Score,
    ScoreBatch,
    Space,
    Vectors,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """What both stages say of one version of an item; None where a stage was not asked."""

    similarity: float | None = None
    relevance: float | None = None
    logit: float | None = None

    def without(self, other: Levels) -> Levels:
        """How much less the other one has."""
        return Levels(
            similarity=_less(self.similarity, other.similarity),
            relevance=_less(self.relevance, other.relevance),
            logit=_less(self.logit, other.logit),
        )


class Verbs(Protocol):
    """What is needed of a ``ModelService``."""

    def embed(
        self,
        inputs: Sequence[ModelInput],
        *,
        instruction: str,
        priority: Priority,
        space: Space | None = None,
    ) -> EmbeddingBatch:
        """As ``ModelService.embed``."""

    def score(
        self,
        query: ModelInput,
        documents: Sequence[ModelInput],
        *,
        instruction: str,
        priority: Priority = Priority.RERANK,
        reranker: str | None = None,
    ) -> ScoreBatch:
        """As ``ModelService.score``."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Gauge:
    """One search, as its models take it.

    Similarity is that of the nearest of several queries, relevance the mean, as in a search.
    """

    models: Verbs
    space: Space | None
    """None where exact words alone were asked: then there is no similarity."""

    vectors: tuple[Vectors, ...]
    """Of the queries, (D,) each."""

    reranker: str
    """Fingerprint; empty where nothing was reranked."""

    asked: tuple[ModelInput, ...]
    """The queries as the reranker takes them."""

    instruction: str
    """For the reranker."""

    def read(self, shown: Sequence[ModelInput], judged: Sequence[ModelInput]) -> list[Levels]:
        """Levels of versions of an item.

        Args:
            shown: As the embedder gets them.
            judged: As the reranker gets them, the same number.

        Raises:
            UsageError: A model cannot take one of them.
            ModelError: A model is not there, or another one has taken over.
        """
        similarities = self._similarities(shown)
        scores = self._scores(judged)
        return [
            Levels(
                similarity=near,
                relevance=None if score is None else score.relevance,
                logit=None if score is None else score.logit,
            )
            for near, score in zip(similarities, scores, strict=True)
        ]

    def _similarities(self, shown: Sequence[ModelInput]) -> list[float | None]:
        if self.space is None:
            return [None] * len(shown)
        batch = self.models.embed(
            shown,
            instruction=DOCUMENT_INSTRUCTION,
            priority=Priority.INSPECT,
            space=self.space,
        )
        if batch.rejected:
            raise UsageError(Message.of("inspect.refused", reason=batch.rejected[0][1]))
        return [max(float(row @ query) for query in self.vectors) for row in batch.vectors]

    def _scores(self, judged: Sequence[ModelInput]) -> list[Score | None]:
        if not self.reranker:
            return [None] * len(judged)
        batches = [
            self.models.score(
                query,
                judged,
                instruction=self.instruction,
                priority=Priority.INSPECT,
                reranker=self.reranker,
            )
            for query in self.asked
        ]
        for batch in batches:
            if batch.rejected:
                raise UsageError(Message.of("inspect.refused", reason=batch.rejected[0][1]))
        found = zip(*(batch.scores for batch in batches), strict=True)
        return [mean_score([score for score in scores if score is not None]) for scores in found]


def _less(whole: float | None, part: float | None) -> float | None:
    return None if whole is None or part is None else whole - part
