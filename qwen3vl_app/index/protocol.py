"""What every index of vectors promises, and what their implementations share.

Vectors have length 1, so the inner product is the cosine. Implementations are not thread-safe:
``store.index_sync`` calls them, one for each space, under the library's lock.
"""

from __future__ import annotations

from collections.abc import Iterator
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

    def upsert(self, ids: Ids, vectors: Vectors) -> None:
        """Keep vectors (N, D) under ids (N,), in place of what is there under them.

        Raises:
            ValueError: Another dimension or count, or an id that is given twice.
        """

    def delete(self, ids: Ids) -> None:
        """Take these out; ids that are not there are passed over."""

    def search(self, vector: Vectors, k: int, among: Ids | None = None) -> tuple[Ids, Vectors]:
        """The ``k`` nearest of all vectors, or of those with an id in ``among``.

        Returns:
            Ids and similarities, best first, equal ones by id. As many as were asked for or as
            there are, whichever is less: a filter never makes hits go missing.

        Raises:
            ValueError: ``vector`` is not of shape (D,).
        """

    def fetch(self, ids: Ids) -> tuple[Ids, Vectors]:
        """Those of ``ids`` that are there, in any order, with their vectors: (N,) and (N, D)."""

    def scan(self) -> Iterator[tuple[int, Vectors]]:
        """Every id with its vector (D,), in any order, without all of them in memory at once.

        Nothing may be changed before its end.
        """


def check_given(ids: Ids, vectors: Vectors, dimension: int) -> None:
    """Refuse what cannot be kept.

    Raises:
        ValueError: Another dimension or count, or an id that is given twice.
    """
    if vectors.shape != (len(ids), dimension):
        raise ValueError(f"{len(ids)} ids for vectors {vectors.shape} of dimension {dimension}")
    if len(set(ids.tolist())) != len(ids):
        raise ValueError("an id is given twice")


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
