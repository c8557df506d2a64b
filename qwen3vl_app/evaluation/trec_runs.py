"""Rankings as runs of TREC, which other programs read in the very order that was measured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias

import numpy as np

from qwen3vl_app.evaluation.formats.trec import RunRow

Scored: TypeAlias = tuple[tuple[str, float], ...]
"""Documents, the best first, with what ordered them."""

TAG = "qwen3vl_app"


def run_rows(scored: Mapping[str, Scored], stage: str) -> Iterator[RunRow]:
    """The lines of a run, by question.

    ``trec_eval`` orders by score alone, in single precision, and what ties by name. So a score
    that is not below the one before it is made the next smaller number.
    """
    for asked, ranking in scored.items():
        last = np.float32(np.inf)
        for rank, (document, score) in enumerate(ranking, start=1):
            lower = np.nextafter(last, np.float32(-np.inf))
            last = min(np.float32(score), lower)
            yield RunRow(asked, document, rank, float(last), f"{TAG}-{stage}")
