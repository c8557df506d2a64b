"""How far the two stages agree on the order of what both have ranked."""

from __future__ import annotations

import math
from dataclasses import dataclass

from qwen3vl_app.types.run import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """In numbers that do not depend on the scale of scores."""

    tau: float | None
    """Kendall's τ of both rankings, −1 (reversed) to 1 (the same); None of fewer than two hits."""

    hits: int
    """How many both stages ranked."""

    k: int
    """Of how many hits from the top ``overlap`` is told."""

    overlap: int
    """How many of the first ``k`` of recall are among the first ``k`` after reranking."""


def agreement(run: Run) -> Agreement:
    """Of recall with the reranker's own order, before any quota. Imports SciPy, a second once."""
    reranked = run.judged
    recalled = sorted(reranked, key=lambda one: one.recall_rank)
    k = min(run.question.top, len(reranked))
    first = {one.item for one in recalled[:k]}
    return Agreement(
        tau=_tau([one.recall_rank for one in reranked]),
        hits=len(reranked),
        k=k,
        overlap=sum(one.item in first for one in reranked[:k]),
    )


def _tau(recall_ranks: list[int]) -> float | None:
    """Kendall's τ of these ranks with 1, 2, 3…; no rank stands there twice."""
    if len(recall_ranks) < 2:
        return None
    from scipy.stats import kendalltau  # noqa: PLC0415  takes a second

    found = float(kendalltau(range(len(recall_ranks)), recall_ranks).statistic)
    return found if math.isfinite(found) else None
