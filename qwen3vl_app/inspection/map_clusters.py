"""Which items of a map belong together: k-means of scikit-learn, which only this imports."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qwen3vl_app.index.protocol import Ids
from qwen3vl_app.types import Vectors

MOST_CLUSTERS = 24
"""More can neither be told apart by colour nor read as a list."""

FEWEST_ITEMS = 12
"""Fewer items than this are one cluster."""

REPRESENTATIVES = 6
"""Items that stand for a cluster: those nearest to its centre."""

_EXACT = 5_000
"""Up to here all items are looked at in every round; above, some at a time."""


@dataclass(frozen=True, slots=True, eq=False)
class Clusters:
    """C clusters of N items, the largest first."""

    of_each: NDArray[np.uint8]
    """(N,), below C."""

    representatives: Ids
    """(C, ``REPRESENTATIVES``): positions of items, nearest to the centre first; −1 where a
    cluster has fewer."""


def cluster(vectors: Vectors, seed: int) -> Clusters:
    """Clusters of vectors (N, D) of length 1; the same ones each time on one thread."""
    wanted = min(MOST_CLUSTERS, round(np.sqrt(len(vectors) / 2)))
    if len(vectors) < FEWEST_ITEMS:
        return _ordered(vectors, np.zeros(len(vectors), np.int64))
    return _ordered(vectors, _k_means(vectors, max(2, int(wanted)), seed))


def _k_means(vectors: Vectors, count: int, seed: int) -> Ids:
    from sklearn.cluster import KMeans, MiniBatchKMeans  # noqa: PLC0415  # half a second

    distinct = len(np.unique(vectors, axis=0)) if len(vectors) <= _EXACT else count
    make = KMeans if len(vectors) <= _EXACT else MiniBatchKMeans
    found = make(min(count, distinct), n_init=4, random_state=seed).fit_predict(vectors)
    return np.asarray(found, np.int64)


def _ordered(vectors: Vectors, found: Ids) -> Clusters:
    """The same, the largest first, with what stands for each."""
    names, numbers, sizes = np.unique(found, return_inverse=True, return_counts=True)
    order = np.argsort(-sizes, kind="stable")
    rank = np.empty(len(names), np.int64)
    rank[order] = np.arange(len(names))
    of_each = rank[numbers]
    stand = np.full((len(names), REPRESENTATIVES), -1, np.int64)
    for number in range(len(names)):
        members = np.flatnonzero(of_each == number)
        near = vectors[members] @ vectors[members].mean(axis=0)
        chosen = members[np.argsort(-near, kind="stable")[:REPRESENTATIVES]]
        stand[number, : len(chosen)] = chosen
    return Clusters(of_each.astype(np.uint8), stand)
