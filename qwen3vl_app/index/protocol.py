"""What every index of vectors promises, and what their implementations share.

Vectors have length 1, so the inner product is the cosine. Implementations are not thread-safe:
``store.index_sync`` calls them, one for each space, under the library's lock.
"""

from __future__ import annotations

from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from qwen3vl_app.types import Vectors

Ids: TypeAlias = NDArray[np.int64]


class VectorIndex(Protocol):
    """A set of (id, vector), searched by inner product."""

    @property
    def dimension(self) -> int:
        """D."""

    def __len__(self) -> int: ...

    def ids(self) -> Ids:
        """Every id, ascending."""

    def missing(self, ids: Ids) -> Ids:
        """Those of ``ids`` that are not there, in their order."""

    def add(self, ids: Ids, vectors: Vectors) -> None:
        """Add vectors (N, D) under ids (N,).

        Raises:
            ValueError: Another dimension or count, or an id that is there already.
        """

    def remove(self, ids: Ids) -> None:
        """Take these out; ids that are not there are passed over."""

    def search(self, vector: Vectors, k: int, among: Ids | None = None) -> tuple[Ids, Vectors]:
        """The ``k`` nearest of all vectors, or of those with an id in ``among``.

        Returns:
            Ids and similarities, best first, equal ones by id. As many as were asked for or as
            there are, whichever is less: a filter never makes hits go missing.

        Raises:
            ValueError: ``vector`` is not of shape (D,).
        """

    def sample(self, count: int, seed: int = 0) -> tuple[Ids, Vectors]:
        """Up to ``count`` different ones drawn at random, in any order: (N,) and (N, D).

        The same seed draws the same ones until something is added or removed.
        """


def check_new(
    ids: Ids, vectors: Vectors, dimension: int, present: set[int] | dict[int, int]
) -> None:
    """Refuse what cannot be added.

    Raises:
        ValueError: Another dimension or count, or an id that is there already.
    """
    if vectors.shape != (len(ids), dimension):
        raise ValueError(f"{len(ids)} ids for vectors {vectors.shape} of dimension {dimension}")
    fresh = set(ids.tolist())
    if len(fresh) != len(ids) or not fresh.isdisjoint(present):
        raise ValueError("an id was added twice")


def check_query(vector: Vectors, dimension: int) -> None:
    """Refuse a query that is not of shape (D,).

    Raises:
        ValueError: It is not.
    """
    if vector.shape != (dimension,):
        raise ValueError(f"a query of shape {vector.shape} in a space of dimension {dimension}")


def best_first(ids: Ids, similarities: Vectors, k: int) -> tuple[Ids, Vectors]:
    """The ``k`` best, equal ones by id; linear in what is given."""
    if 0 < k < len(ids):
        least = np.partition(similarities, -k)[-k]
        chosen = similarities >= least  # with all that tie for the last place
        ids, similarities = ids[chosen], similarities[chosen]
    order = np.lexsort((ids, -similarities))[: max(k, 0)]
    return ids[order], similarities[order]


def draw(ids: Ids, count: int, seed: int) -> Ids:
    """Up to ``count`` of these at random, ascending."""
    random = np.random.default_rng(seed)
    return np.sort(random.choice(ids, min(max(count, 0), len(ids)), replace=False))
