"""Where in the space a query points: what is wanted, less what is not."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from qwen3vl_app.errors import UsageError
from qwen3vl_app.messages import Message
from qwen3vl_app.types import Vectors


def rocchio(
    wanted: Sequence[Vectors], like: Sequence[Vectors], unlike: Sequence[Vectors], weight: float
) -> Vectors:
    """norm(mean(wanted) + mean(like) − weight · mean(unlike)), shape (D,), of length 1.

    Rocchio's relevance feedback (Rocchio 1971; Manning, Raghavan, Schütze, "Introduction to
    Information Retrieval", 9.1.1) with the same weight for the query and for what it should be
    like; a mean over nothing counts as zero.

    Raises:
        UsageError: Nothing is left, because both sides say the same.
    """
    total = np.asarray(_mean(wanted) + _mean(like) - weight * _mean(unlike))
    length = float(np.linalg.norm(total))
    if length < 1e-3:
        raise UsageError(Message.of("query.cancelled_out"))
    found: Vectors = (total / length).astype(np.float32)
    return found


def _mean(vectors: Sequence[Vectors]) -> Vectors | float:
    return np.mean(np.stack(vectors), axis=0) if vectors else 0.0
