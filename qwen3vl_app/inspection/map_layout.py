"""Vectors become places in two dimensions: near each other what is near in the space.

The attraction and repulsion of UMAP (McInnes, Healy, Melville 2018, arXiv:1802.03426) over the
graph of nearest neighbours, begun from the first two principal components. All edges that are
due in an epoch are moved together, as GPU versions do. The same input gives the same bytes on one
thread.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from qwen3vl_app.index.protocol import Ids
from qwen3vl_app.types import Vectors

Places: TypeAlias = NDArray[np.float32]
"""(N, 2), within −1 and 1 once they are handed out."""

NEIGHBOURS = 15
"""As UMAP's default: fewer show finer clumps, more the outline of the whole."""

FEW = 5
"""Fewer items than this have no neighbourhoods; they lie as their principal components say."""

_SMALL, _MANY_EPOCHS, _EPOCHS = 5_000, 500, 200
"""As UMAP has it, with small collections at half of its 10,000."""

_A, _B = 1.5769, 0.8951
"""Of 1 / (1 + a d^2b), fitted by UMAP to a least distance of 0.1 and a spread of 1."""

_STEP = 4.0
"""The most that one pair moves a point in one epoch, as UMAP has it."""

_EXTENT = 10.0
_HALVINGS = 40


@dataclass(frozen=True, slots=True, eq=False)
class Edges:
    """E pairs that attract each other; each is there in both directions."""

    heads: Ids
    tails: Ids
    weights: Vectors
    """0 to 1."""


def principal_places(vectors: Vectors) -> Places:
    """The first two principal components (N, 2) of vectors (N, D), signs made definite."""
    if len(vectors) < 2:
        return np.zeros((len(vectors), 2), np.float32)
    mean = vectors.mean(axis=0, dtype=np.float64)
    product = np.zeros((vectors.shape[1],) * 2)
    for begin in range(0, len(vectors), 4096):
        centred = vectors[begin : begin + 4096] - mean
        product += centred.T @ centred
    _, axes = np.linalg.eigh(product)
    first = axes[:, ::-1][:, :2]
    largest = np.abs(first).argmax(axis=0)
    first = first * np.where(first[largest, np.arange(first.shape[1])] < 0, -1, 1)
    found = np.zeros((len(vectors), 2))
    found[:, : first.shape[1]] = (vectors - mean.astype(np.float32)) @ first
    return within_bounds(found)


def within_bounds(places: NDArray[np.floating]) -> Places:
    """Centred, and scaled alike in both directions so that all lie within −1 and 1."""
    low, high = places.min(axis=0), places.max(axis=0)
    extent = float((high - low).max()) / 2
    scaled: Places = ((places - (low + high) / 2) / (extent or 1.0)).astype(np.float32)
    return scaled


def graph(nearest: Ids, similarities: Vectors) -> Edges:
    """UMAP's fuzzy graph of neighbours (N, k) and their cosines, made symmetric."""
    count = len(nearest)
    weights = _memberships(np.maximum(1 - similarities, 0).astype(np.float64))
    keys = (np.arange(count)[:, None] * count + nearest).ravel()
    keys, first = np.unique(keys, return_index=True)
    weights = weights.ravel()[first]
    reverse = keys % count * count + keys // count
    both = np.union1d(keys, reverse)
    one = _looked_up(keys, weights, both)
    other = _looked_up(keys, weights, both % count * count + both // count)
    joint = one + other - one * other
    kept = both // count != both % count
    heads, tails = (both // count)[kept], (both % count)[kept]
    return Edges(heads, tails, joint[kept].astype(np.float32))


def epochs_for(count: int) -> int:
    """How many epochs so many items take."""
    return _MANY_EPOCHS if count <= _SMALL else _EPOCHS


def laid_out(start: Places, edges: Edges, seed: int) -> Iterator[Places]:
    """The places after each epoch; the last of ``epochs_for`` is the layout."""
    count, epochs = len(start), epochs_for(len(start))
    random = np.random.default_rng(seed)
    jitter = random.normal(0, 1e-4, start.shape)  # equal vectors would never part
    now = (start * _EXTENT + jitter * _EXTENT).astype(np.float32)
    rates = edges.weights / edges.weights.max()
    kept = rates >= 1 / epochs
    heads, tails, rates = edges.heads[kept], edges.tails[kept], rates[kept].astype(np.float64)
    for epoch in range(epochs):
        due = np.floor((epoch + 1) * rates) > np.floor(epoch * rates)
        head, tail = heads[due], tails[due]
        move = _pull(now, head, tail)
        # Both directions of an edge are there and only heads move: 2.5 far ones for each is what
        # UMAP's five are, which move one end where its pull moves both.
        for _ in range(2 + epoch % 2):
            move += _push(now, head, random.integers(0, count, len(head)))
        now = now + np.float32(1 - epoch / epochs) * move
        yield within_bounds(now)


def _pull(now: Places, head: Ids, tail: Ids) -> Places:
    apart = now[head] - now[tail]
    square = np.einsum("ij,ij->i", apart, apart)
    near = np.maximum(square, np.float32(1e-8))
    power = near ** np.float32(_B)
    force = np.float32(-2 * _A * _B) * power / near / (1 + np.float32(_A) * power)
    return _summed(head, apart, np.where(square > 0, force, 0), len(now))


def _push(now: Places, head: Ids, far: Ids) -> Places:
    apart = now[head] - now[far]
    square = np.einsum("ij,ij->i", apart, apart)
    power = square ** np.float32(_B)
    force = np.float32(2 * _B) / ((np.float32(0.001) + square) * (1 + np.float32(_A) * power))
    return _summed(head, apart, force, len(now))


def _summed(head: Ids, apart: Places, force: Vectors, count: int) -> Places:
    """What all pairs move each point by, (N, 2); ``np.add.at`` would take ten times as long."""
    steps = np.clip(apart * force[:, None], -_STEP, _STEP)
    sums = [np.bincount(head, steps[:, axis], minlength=count) for axis in (0, 1)]
    return np.stack(sums, axis=1).astype(np.float32)


def _memberships(distances: NDArray[np.float64]) -> NDArray[np.float64]:
    """How much each neighbour (N, k) belongs: the nearest wholly, log2(k) in all."""
    count, k = distances.shape
    nearest = np.where(distances > 0, distances, np.inf).min(axis=1)
    beyond = np.maximum(distances - np.where(np.isfinite(nearest), nearest, 0)[:, None], 0)
    wanted = np.log2(k) if k > 1 else 1.0
    low, high = np.zeros(count), np.full(count, np.inf)
    width = np.ones(count)
    for _ in range(_HALVINGS):
        total = np.exp(-beyond / width[:, None]).sum(axis=1)
        high, low = np.where(total > wanted, width, high), np.where(total > wanted, low, width)
        width = np.where(np.isinf(high), width * 2, (low + high) / 2)
    least = 1e-3 * max(float(distances.mean()), 1e-12)
    return np.exp(-beyond / np.maximum(width, least)[:, None])


def _looked_up(keys: Ids, weights: NDArray[np.float64], wanted: Ids) -> NDArray[np.float64]:
    at = np.searchsorted(keys, wanted).clip(max=len(keys) - 1)
    return np.where(keys[at] == wanted, weights[at], 0.0)
