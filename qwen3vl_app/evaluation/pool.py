"""What is judged: the first hits of several rankings together, in an order that tells nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from hashlib import blake2b
from typing import TypeAlias

from qwen3vl_app.types.ids import ItemId
from qwen3vl_app.types.run import Run, RunId

Ranking: TypeAlias = tuple[ItemId, ...]
"""Items, the best first."""


class Stage(StrEnum):
    """Which ranking of a run is meant."""

    RECALL = "recall"
    RERANK = "rerank"


def rankings(run: Run) -> dict[Stage, Ranking]:
    """The rankings of a run; recall alone where nothing was reranked.

    What the reranker could not judge stands behind what it could, in the order of recall.
    """
    recalled = sorted(run.hits, key=lambda hit: hit.recall_rank)
    found = {Stage.RECALL: tuple(hit.item for hit in recalled)}
    if any(hit.rank is not None for hit in run.hits):
        judged = sorted(recalled, key=lambda hit: (hit.rank is None, hit.rank or 0))
        found[Stage.RERANK] = tuple(hit.item for hit in judged)
    return found


def relevances(run: Run) -> dict[ItemId, float]:
    """What the reranker said of the hits, where it said something."""
    return {hit.item: hit.relevance for hit in run.hits if hit.relevance is not None}


def pooled(found: Iterable[Ranking], k: int, runs: Sequence[RunId]) -> tuple[ItemId, ...]:
    """The first ``k`` of every ranking, each once, shuffled.

    The order is drawn from the runs' numbers, so it is the same whenever they are judged, and says
    nothing of the rankings.
    """
    seed = " ".join(str(run) for run in sorted(runs))

    def drawn(item: ItemId) -> bytes:
        return blake2b(f"{seed} {item}".encode()).digest()

    return tuple(sorted({item for ranking in found for item in ranking[:k]}, key=drawn))


def within(found: Mapping[Stage, Ranking], wanted: Iterable[ItemId]) -> dict[Stage, Ranking]:
    """The rankings with these items alone, in their order."""
    kept = {*wanted}
    return {
        stage: tuple(item for item in ranking if item in kept) for stage, ranking in found.items()
    }
