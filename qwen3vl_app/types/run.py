"""A finished search, as it is kept: what was asked, of what, and what both stages answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NewType, Self

from qwen3vl_app.types.ids import ItemId
from qwen3vl_app.types.question import Json, Question
from qwen3vl_app.types.results import Hit, SearchUpdate, Timings

RunId = NewType("RunId", int)

Owner = NewType("Owner", str)
"""Whose a run is: a browser, where several use one page; see ``ui.owners``."""

HERE = Owner("")
"""Whoever uses the page on its own computer, where nobody has to be told apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """One hit of both rankings; None where a stage said nothing of it."""

    item: ItemId
    recall_rank: int
    similarity: float | None
    rank: int | None
    relevance: float | None
    logit: float | None
    seconds: float | None = None
    """Of the model's time for judging it, in the search that did; None where not measured."""

    @classmethod
    def of(cls, hit: Hit) -> Self:
        """Without what can be looked up by the item."""
        return cls(
            item=hit.item.id,
            recall_rank=hit.recall_rank,
            similarity=None if hit.similarity is None else float(hit.similarity),
            rank=hit.rank,
            relevance=None if hit.score is None else float(hit.score.relevance),
            logit=None if hit.score is None else float(hit.score.logit),
            seconds=None if hit.score is None else hit.score.seconds,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A search that came to its end. What a later program or model answers may differ."""

    question: Question
    model: str
    """Of the embedder; empty where exact words alone were asked."""

    reranker: str
    """Empty where nothing was reranked."""

    space: str
    """Fingerprint of the space that was searched; empty as ``model``."""

    version: str
    """Of this program."""

    reranker_fingerprint: str = ""
    """Empty as ``reranker``, and in runs of versions that did not keep it."""

    hits: tuple[Ranked, ...]
    """In recall order, as many as were fetched."""

    timings: Timings

    @property
    def judged(self) -> tuple[Ranked, ...]:
        """The hits that have a score, in the reranker's order, whatever quota there is."""
        scored = [(one.logit, one) for one in self.hits if one.logit is not None]
        order = sorted(scored, key=lambda pair: (-pair[0], pair[1].recall_rank))
        return tuple(one for _, one in order)

    @classmethod
    def of(cls, question: Question, update: SearchUpdate, *, version: str) -> Self:
        """The run that the last update of a search ends."""
        is_judged = any(hit.score is not None for hit in update.hits)
        return cls(
            question=question,
            model=update.model,
            reranker=update.reranker_name if is_judged else "",
            reranker_fingerprint=update.reranker if is_judged else "",
            space=update.space,
            version=version,
            hits=tuple(map(Ranked.of, update.hits)),
            timings=update.timings,
        )

    def answer(self) -> Json:
        """All but the question, as JSON, which :meth:`read` takes back."""
        return {
            "model": self.model,
            "reranker": self.reranker,
            "space": self.space,
            "reranker_fingerprint": self.reranker_fingerprint,
            "version": self.version,
            "ms": [self.timings.embed, self.timings.recall, self.timings.rerank],
            "hits": [
                [
                    *(one.item, one.recall_rank, one.similarity),
                    *(one.rank, one.relevance, one.logit, one.seconds),
                ]
                for one in self.hits
            ],
        }

    @classmethod
    def read(cls, question: Mapping[str, Any], answer: Mapping[str, Any]) -> Self:
        """From the two as JSON.

        Raises:
            AppError, KeyError, TypeError, ValueError: They are not what this class writes.
        """
        embed, recall, rerank = answer["ms"]
        names = ("item", "recall_rank", "similarity", "rank", "relevance", "logit", "seconds")
        return cls(
            question=Question.read(question),
            model=answer["model"],
            reranker=answer["reranker"],
            space=answer["space"],
            reranker_fingerprint=answer.get("reranker_fingerprint", ""),
            version=answer["version"],
            timings=Timings(embed=embed, recall=recall, rerank=rerank),
            # a run of an earlier version has no seconds
            hits=tuple(Ranked(**dict(zip(names, row, strict=False))) for row in answer["hits"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRun:
    """A run in the library."""

    id: RunId
    asked: str
    """When it ended; ISO 8601, UTC."""

    pinned: bool
    """Whether it is a saved search, which stays when the history is cleared."""

    run: Run
    name: str = ""
    """What a person calls it; empty for what was asked."""

    owner: Owner = HERE
