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


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedMean:
    """What the makers of the models say of a whole benchmark, in points of 100."""

    benchmark: str
    model: str
    """``embedding-2B``, or ``reranker-2B`` over its first 100 candidates, and so on."""

    points: float
    source: str
    """``README`` or ``REPORT``, or both with `` = `` between them where they agree."""


_BOTH = f"{README} = {REPORT}"

_EMBEDDERS = {
    "MMTEB": {"embedding-2B": 63.9, "embedding-8B": 67.9},
    "MMEB-V2": {"embedding-2B": 73.2, "embedding-8B": 77.8},
    **{f"MMEB-V2, {kind}": {"embedding-2B": points} for kind, points in _RECALL.items()},
}

_AGREED = {
    "MMTEB, retrieval": {"embedding-2B": 68.1, "reranker-2B": 70.0, "reranker-8B": 74.9},
    "JinaVDR": {"embedding-2B": 71.0, "reranker-2B": 80.9, "reranker-8B": 83.6},
    "ViDoRe v3": {"embedding-2B": 52.9, "reranker-2B": 60.8, "reranker-8B": 66.7},
}

_RERANKERS = {
    (README, "2B"): 75.2,
    (REPORT, "2B"): 75.1,
    (README, "8B"): 79.2,
    (REPORT, "8B"): 79.2,
}
"""Means over the retrieval tasks of MMEB-V2: they disagree here, too."""

PUBLISHED_MEANS = (
    *(
        PublishedMean(benchmark=benchmark, model=model, points=points, source=source)
        for source, table in ((README, _EMBEDDERS), (_BOTH, _AGREED))
        for benchmark, by_model in table.items()
        for model, points in by_model.items()
    ),
    *(
        PublishedMean(
            benchmark="MMEB-V2, retrieval", model=f"reranker-{size}", points=points, source=source
        )
        for (source, size), points in _RERANKERS.items()
    ),
    *(
        PublishedMean(
            benchmark=f"MMEB-V2, {one.kind}",
            model=f"reranker-{one.model}",
            points=one.rerank,
            source=one.source,
        )
        for one in PUBLISHED
    ),
)
"""Reference lines: other test conditions than here, so nothing that a run has to reach."""
