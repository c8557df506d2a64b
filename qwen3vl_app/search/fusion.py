"""Several rankings become one."""

from __future__ import annotations

from collections.abc import Sequence

from qwen3vl_app.types import ItemId

RANK_CONSTANT = 60
"""Cormack, Clarke, Büttcher 2009, "Reciprocal Rank Fusion outperforms Condorcet and individual
rank learning methods": found in a pilot and good everywhere since."""


def fused(*rankings: Sequence[ItemId]) -> list[ItemId]:
    """All items of the rankings, best first, by the sum of 1 / (60 + rank) over the rankings.

    Where sums are equal, the better single rank goes first, then what an earlier ranking has.
    """
    sums: dict[ItemId, float] = {}
    best: dict[ItemId, tuple[int, int]] = {}
    for number, ranking in enumerate(rankings):
        for rank, item in enumerate(ranking, start=1):
            sums[item] = sums.get(item, 0.0) + 1 / (RANK_CONSTANT + rank)
            best[item] = min(best.get(item, (rank, number)), (rank, number))
    return sorted(sums, key=lambda item: (-sums[item], best[item]))
