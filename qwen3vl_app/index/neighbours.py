"""The nearest of every vector among all of them: the graph that a map is laid out by."""

from __future__ import annotations

import faiss
import numpy as np

from qwen3vl_app.index.protocol import Ids
from qwen3vl_app.types import Vectors

EXACT_ITEMS = 50_000
"""Up to here every pair is compared: on one core about 6 s for 20,000 vectors of 512 dimensions
and 40 s for 50,000. Above, lists of near vectors are searched (IVF)."""

PROBES = 16
"""Lists that are searched for each vector."""

_TOGETHER = 1024
_SAMPLES = 40
"""Vectors for each list that its centre is learned from, as FAISS advises at least."""


def nearest_of_each(vectors: Vectors, k: int) -> tuple[Ids, Vectors]:
    """For each of N vectors (N, D) the positions and similarities (N, k) of others, best first.

    The same vectors give the same answer on one thread. Fewer than ``k`` others are an error.

    Raises:
        ValueError: There are not ``k`` others.
    """
    count, dimension = vectors.shape
    if not 0 < k < count:
        raise ValueError(f"{k} neighbours among {count} vectors")
    exact = faiss.IndexFlatIP(dimension)
    index = exact if count <= EXACT_ITEMS else _lists(exact, vectors)
    index.add(vectors)
    nearest = np.empty((count, k), np.int64)
    similarities = np.empty((count, k), np.float32)
    for begin in range(0, count, _TOGETHER):
        end = min(begin + _TOGETHER, count)
        found, places = index.search(vectors[begin:end], k + 1)
        nearest[begin:end], similarities[begin:end] = _others(begin, places, found)
    return nearest, similarities


def _lists(quantizer: faiss.IndexFlatIP, vectors: Vectors) -> faiss.IndexIVFFlat:
    """An empty index of lists, whose centres are learned from vectors spread over all."""
    lists = 4 * int(np.sqrt(len(vectors)))
    index = faiss.IndexIVFFlat(quantizer, vectors.shape[1], lists, faiss.METRIC_INNER_PRODUCT)
    index.cp.seed = 0
    index.nprobe = PROBES
    index.train(vectors[:: max(1, len(vectors) // (_SAMPLES * lists))])
    return index


def _others(begin: int, places: Ids, similarities: Vectors) -> tuple[Ids, Vectors]:
    """Each row without itself, or without its last where equal ones have pushed itself out."""
    own = places == np.arange(begin, begin + len(places))[:, None]
    own[~own.any(axis=1), -1] = True
    shape = (len(places), places.shape[1] - 1)
    kept, scores = places[~own].reshape(shape), similarities[~own].reshape(shape)
    lacking = kept < 0  # lists held fewer: the first stands in, far away
    return np.where(lacking, kept[:, :1], kept), np.where(lacking, np.float32(-1), scores)
