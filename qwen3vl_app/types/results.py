"""What a search answers, step by step."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from qwen3vl_app.messages import NOTHING, Message
from qwen3vl_app.types.disk import Kind
from qwen3vl_app.types.ids import ItemId
from qwen3vl_app.types.judged import Score
from qwen3vl_app.types.library import Item


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """First stage: an item the vector index considers near the query."""

    item_id: ItemId
    similarity: float
    """Cosine, −1 to 1. Comparable within one query only."""

    kind: Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """An item as it will be shown, with what both stages said of it."""

    item: Item
    recall_rank: int
    """1 is best; where exact words take part, the rank of both lists together."""

    similarity: float | None
    """None where exact words have found it without a model."""

    percentile: float | None = None
    """How much of a random sample of the library is less similar, 0 to 100."""

    stands_out: bool | None = None
    """Whether chance hardly explains the similarity; None where that cannot be told."""

    words_rank: int | None = None
    """Among the items that contain the words, 1 is best; None where it does not."""

    found_by: tuple[int | None, ...] = ()
    """Where several queries were asked: its rank among the candidates of each, 1 is best; None
    for a query that has not found it. Similarity and its standing are those of the best rank."""

    copies: tuple[Item, ...] = ()
    """Pictures nearly equal to it that stand behind it instead of beside it."""

    rank: int | None = None
    """After reranking, 1 is best; None while or where it was not reranked, or is over quota."""

    score: Score | None = None
    unscored: Message = NOTHING
    """Why the reranker could not judge it, such as a file that has gone."""

    over_quota: bool = False
    """Left out of the final list, which has better ones of its kind, as many as were wanted."""


RELEVANT = 0.5
"""Relevance above which the reranker rather says yes than no."""


class SearchStage(StrEnum):
    """How far a search has come."""

    RECALL = "recall"
    RERANK = "rerank"
    DONE = "done"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Timings:
    """Milliseconds spent in each stage so far."""

    embed: float = 0.0
    recall: float = 0.0
    rerank: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """What a search did not show of what it might have.

    That is, of the items that stand out by their similarity or contain the exact words.
    """

    shown: int
    """Hits in the result, whether they stand out or not."""

    above: int
    """Items that pass the filters and stand out or contain the words, shown or not."""

    hidden: int
    """Items that do so just as well, but that the filters or words with a minus hide."""

    collapsed: int = 0
    """Near copies behind the hits shown."""

    level: float | None = None
    """Similarity that an item of this library hardly reaches by chance, from this query's scores
    on a random sample, the lowest of all kinds; None with exact words only."""

    more: bool = False
    """Counting stopped: ``above`` and ``hidden`` may be larger."""

    uniform: bool = False
    """Chance spreads so wide in this library that not even a right hit could stand out."""

    @property
    def probably_nothing(self) -> bool:
        """Nothing stands out or contains the words, be it shown or hidden, although it could."""
        return self.above == 0 and self.hidden == 0 and not self.uniform


class Doubt(StrEnum):
    """Why the hits of a search may all be wrong, or why that cannot be told."""

    RECALL = "recall"
    """Nothing stands out by its similarity: probably nothing here."""

    RERANK = "rerank"
    """The reranker gives nothing a relevance above one half: probably nothing here."""

    UNIFORM = "uniform"
    """The library is so uniform that no level of similarity tells; the order still does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchUpdate:
    """One step of a running search; each replaces the one before."""

    stage: SearchStage
    hits: tuple[Hit, ...]
    """All candidates in recall order."""

    reranked: int = 0
    """How many candidates the reranker has dealt with."""

    kept_scores: int = 0
    """How many of them have the score that an earlier search with the same query was given."""

    timings: Timings = Timings()
    model: str = ""
    space: str = ""
    """Fingerprint of the space that answered; empty where exact words alone were asked."""

    reranker: str = ""
    """Fingerprint of the reranker whose scores these are; empty where there are none."""

    reranker_name: str = ""
    """Empty as ``reranker``."""

    left_out: LeftOut | None = None
    """None where there is nothing to leave out, as in an empty library."""

    exhausted: bool = False
    """Whether the library has no further hits, however many are asked for."""

    notes: tuple[Message, ...] = ()
    """To show above the results."""

    @property
    def doubt(self) -> Doubt | None:
        """Whether all of this may be wrong, by the last stage that can tell; None for no doubt.

        Never while a hit is relevant for the reranker, whatever recall makes of it.
        """
        scores = [hit.score.relevance for hit in self.hits if hit.score is not None]
        if not self.hits or any(relevance > RELEVANT for relevance in scores):
            return None
        if scores and self.stage is SearchStage.DONE:
            return Doubt.RERANK
        if self.left_out is None:
            return None
        if self.left_out.probably_nothing:
            return Doubt.RECALL
        return Doubt.UNIFORM if self.left_out.uniform and not self.left_out.above else None

    @property
    def by_recall(self) -> tuple[Hit, ...]:
        """The hits in recall order: where nothing was reranked, without those over quota."""
        if any(hit.score is not None for hit in self.hits):
            return self.hits
        return tuple(hit for hit in self.hits if not hit.over_quota)

    @property
    def by_relevance(self) -> tuple[Hit, ...]:
        """The hits that have a rank after reranking, best first."""
        return tuple(
            sorted((h for h in self.hits if h.rank is not None), key=lambda h: h.rank or 0)
        )
