"""How sure the order of a run is: by how much its scores differ when they are computed again.

A document alone in its batch, at fewer pixels or in other numbers should be judged as before. By
how much it is not says what the distance between two hits means.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from qwen3vl_app.types import ItemId, Score
from qwen3vl_app.types.run import Ranked


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """A hit, with the lowest and the highest of its scores."""

    item: ItemId
    relevance: float
    """As the run has it."""

    low: float
    high: float
    """Relevances."""

    low_logit: float
    high_logit: float

    @property
    def margin(self) -> float:
        """±: half of the range of its relevance."""
        return (self.high - self.low) / 2


def spreads(hits: Sequence[Ranked], found: Iterable[Mapping[ItemId, Score]]) -> tuple[Spread, ...]:
    """Each hit with all its scores: that of the run, and those found since. In the given order.

    Args:
        hits: Judged ones, best first.
        found: Scores that other ways of computing gave; an item may be missing.
    """
    every = list(found)
    result = []
    for hit in hits:
        if hit.logit is None or hit.relevance is None:
            continue
        scores = [scored[hit.item] for scored in every if hit.item in scored]
        relevances = [hit.relevance, *(score.relevance for score in scores)]
        logits = [hit.logit, *(score.logit for score in scores)]
        result.append(
            Spread(
                item=hit.item,
                relevance=hit.relevance,
                low=min(relevances),
                high=max(relevances),
                low_logit=min(logits),
                high_logit=max(logits),
            )
        )
    return tuple(result)


def ties(order: Sequence[Spread]) -> tuple[tuple[int, int], ...]:
    """Positions, first and last of each group, from 1, that cannot be told apart.

    Two hits cannot where the ranges of their logits overlap, and what cannot be told from the same
    hit belongs together. As each range holds the score by which the hits are ordered, such a group
    has no gap: it ends where all ranges behind are below all ranges before.

    Args:
        order: Best first, by the logit of the run.
    """
    if not order:
        return ()
    lows = list(accumulate((one.low_logit for one in order), min))
    highs = list(accumulate((one.high_logit for one in reversed(order)), max))[::-1]
    ends = [at for at in range(1, len(order)) if highs[at] < lows[at - 1]]
    bounds = [0, *ends, len(order)]
    return tuple((begin + 1, end) for begin, end in pairwise(bounds) if end - begin > 1)
