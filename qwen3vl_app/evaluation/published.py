"""What the makers of the models say reranking is worth: two tables, which do not agree.

Both are of Qwen3-VL-Reranker over the first 100 candidates of Qwen3-VL-Embedding-2B on the
retrieval tasks of MMEB-v2, in points of 100. They are measured by other measures on other data
than what is judged here, so they are lines to look at, not values to reach.
"""

from __future__ import annotations

from dataclasses import dataclass

README = "readme"
"""The table of the README of github.com/QwenLM/Qwen3-VL-Embedding."""

REPORT = "report"
"""Table 5 of the technical report of Qwen3-VL-Embedding and Qwen3-VL-Reranker (2026)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """One line of a table."""

    source: str
    model: str
    kind: str
    """``picture``, ``video`` or ``page``, which there are visual documents."""

    recall: float
    """Points of 100."""

    rerank: float

    @property
    def difference(self) -> float:
        """What reranking has more, from −1 to 1 as the measures here."""
        return round(self.rerank - self.recall, 1) / 100


_RECALL = {"picture": 74.8, "video": 53.6, "page": 79.2}

_RERANK = {
    (README, "2B"): {"picture": 74.0, "video": 53.2, "page": 83.2},
    (REPORT, "2B"): {"picture": 73.8, "video": 52.1, "page": 83.4},
    (README, "8B"): {"picture": 78.2, "video": 61.0, "page": 85.8},
    (REPORT, "8B"): {"picture": 80.7, "video": 55.8, "page": 86.3},
}

PUBLISHED = tuple(
    Published(source=source, model=model, kind=kind, recall=_RECALL[kind], rerank=points)
    for (source, model), by_kind in _RERANK.items()
    for kind, points in by_kind.items()
)
