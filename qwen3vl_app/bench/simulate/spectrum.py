"""Any number of made-up vectors with the spectrum and the clusters of those of a real library."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import sqrt
from typing import Self

import numpy as np
from numpy.typing import NDArray

from qwen3vl_app.errors import BenchError
from qwen3vl_app.index.rotation import Rotation
from qwen3vl_app.types import Vectors

LEAST = 100
"""Vectors below which a spectrum says nothing."""

QUERY_COSINE = 0.7
"""Of a query and the item it is drawn from: the published example of the 2B has 0.72 for a text
and the picture it is about."""

_PER_ROOT = 12
"""Clusters for each root of the items: of 1, 4, 8 and 12 the number with which 6,000 drawings and
as many made-up vectors are found most alike (recall 0.01 apart on average; with 1, 0.10)."""

_LEAST_EACH = 3
"""Items of a cluster on average, where there are few."""

_PIECE = 10_000
_ROUNDS = 10
"""Of k-means; more move next to nothing."""

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Axes:
    """A normal distribution around zero: its variances, largest first, and their directions."""

    variances: Numbers
    """(D,)"""

    directions: Vectors | None
    """(D, D), a row each; None for those of a fixed rotation, which all ``Axes`` share."""

    @classmethod
    def of(cls, vectors: Vectors, weights: Numbers) -> Self:
        """Of vectors (N, D) around zero that count by ``weights`` (N,), which add up to 1."""
        covariance = (vectors * weights[:, None]).T.astype(np.float64) @ vectors
        variances, columns = np.linalg.eigh(covariance)
        directions = np.ascontiguousarray(columns[:, ::-1].T, np.float32)
        return cls(variances=variances[::-1].clip(0), directions=directions)

    def draw(self, chance: np.random.Generator, count: int) -> Vectors:
        """Vectors (N, D) that are distributed so."""
        numbers = chance.standard_normal((count, len(self.variances)), np.float32)
        numbers *= np.sqrt(self.variances).astype(np.float32)
        if self.directions is None:
            return Rotation(len(self.variances)).apply(numbers)
        drawn: Vectors = numbers @ self.directions
        return drawn

    def stretched(self, dimension: int) -> Axes:
        """The same curve of variances, with the same sum, over another number of dimensions."""
        known = len(self.variances)
        places = (np.arange(dimension) + 0.5) * known / dimension - 0.5
        variances = np.interp(places, np.arange(known), self.variances)
        variances *= self.variances.sum() / max(variances.sum(), np.finfo(np.float64).tiny)
        return Axes(variances=variances, directions=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spectrum:
    """How the vectors of a library lie: clusters around a common direction, items around those.

    The number of clusters grows with the root of the items.
    """

    mean: Vectors
    """(D,)"""

    between: Axes
    """Of the centres of clusters around the mean."""

    within: Axes
    """Of items around their centre; their direction alone counts."""

    sizes: Numbers
    """(K,): the share of items that each cluster has."""

    radii: Vectors
    """(N,): how far the items are from their centre."""

    @classmethod
    def of(cls, vectors: Vectors, seed: int = 0) -> Self:
        """Of vectors (N, D) of length 1.

        Raises:
            BenchError: There are fewer than ``LEAST``.
        """
        if len(vectors) < LEAST:
            raise BenchError(f"{len(vectors)} vectors are too few for a spectrum, of {LEAST}.")
        centres, nearest = _clusters(vectors, seed)
        mean = vectors.mean(axis=0)
        counts = np.bincount(nearest, minlength=len(centres))
        shares = counts / len(vectors)
        rest = vectors - centres[nearest]
        return cls(
            mean=mean,
            between=Axes.of(centres - mean, shares),
            within=Axes.of(rest, np.full(len(rest), 1 / len(rest))),
            sizes=shares[counts > 0],
            radii=np.linalg.norm(rest, axis=1),
        )

    @property
    def dimension(self) -> int:
        """D."""
        return len(self.mean)

    @property
    def effective_dimensions(self) -> float:
        """How many equally strong dimensions would be as many: (sum of variances)² / sum of ²."""
        between, within = self.between.variances, self.within.variances
        both = np.sort(between)[::-1] + np.sort(within)[::-1]
        return float(both.sum() ** 2 / np.square(both).sum())

    def stretched(self, dimension: int) -> Spectrum:
        """As a model of another dimension might have it: the same curve, extrapolated."""
        direction = np.random.default_rng(dimension).standard_normal(dimension).astype(np.float32)
        return Spectrum(
            mean=direction * (np.linalg.norm(self.mean) / np.linalg.norm(direction)),
            between=self.between.stretched(dimension),
            within=self.within.stretched(dimension),
            sizes=self.sizes,
            radii=self.radii,
        )

    def items(self, count: int, seed: int = 0) -> Iterator[Vectors]:
        """Pieces (N, D) of ``count`` vectors of length 1; the same for the same arguments."""
        chance = np.random.default_rng(seed)
        clusters = clusters_of(count)
        centres = self.mean + self.between.draw(chance, clusters)
        shares = chance.choice(self.sizes, clusters)
        shares /= shares.sum()
        for begin in range(0, count, _PIECE):
            size = min(_PIECE, count - begin)
            around = unit(self.within.draw(chance, size)) * chance.choice(self.radii, (size, 1))
            yield unit(centres[chance.choice(clusters, size, p=shares)] + around)

    def queries(self, items: Vectors, seed: int = 0) -> Vectors:
        """One for each of these items, away from it as items of one cluster are from others."""
        drawn = self.within.draw(np.random.default_rng(seed), len(items))
        aside = unit(drawn - (drawn * items).sum(axis=1, keepdims=True) * items)
        return unit(QUERY_COSINE * items + np.sqrt(1 - QUERY_COSINE**2) * aside)


def clusters_of(count: int) -> int:
    """How many clusters so many items are taken to have."""
    return max(2, min(round(_PER_ROOT * sqrt(count)), count // _LEAST_EACH))


def unit(vectors: Vectors) -> Vectors:
    """(N, D), each of length 1."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.ascontiguousarray(vectors / np.maximum(lengths, 1e-12), np.float32)


def _clusters(vectors: Vectors, seed: int) -> tuple[Vectors, NDArray[np.int64]]:
    """Centres (K, D), and which of them each vector is nearest to."""
    import faiss

    means = faiss.Kmeans(
        vectors.shape[1],
        clusters_of(len(vectors)),
        niter=_ROUNDS,
        seed=seed,
        min_points_per_centroid=1,
    )
    means.train(np.ascontiguousarray(vectors, np.float32))
    _, nearest = means.index.search(vectors, 1)
    return np.asarray(means.centroids, np.float32), nearest[:, 0]
