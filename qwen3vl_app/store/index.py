"""Nearest vectors by inner product: a contract, and two plain implementations that agree.

Vectors have length 1, so the inner product is the cosine. Both searches here are exact and keep
everything in memory; ``store.stored`` has the implementation that libraries use.
Implementations are not thread-safe: ``LiveIndex`` calls them under the library's lock.
"""

from __future__ import annotations

from typing import Protocol, TypeAlias

import faiss
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


class FaissIndex:
    """``IndexFlatIP`` with ids; filtered searches touch only the vectors asked for."""

    def __init__(self, dimension: int) -> None:
        self._index = faiss.IndexIDMap2(faiss.IndexFlatIP(dimension))
        # FAISS keeps both when an id is added twice, so membership is watched here.
        self._ids: set[int] = set()

    @property
    def dimension(self) -> int:
        """D."""
        return int(self._index.d)

    def __len__(self) -> int:
        return len(self._ids)

    def ids(self) -> Ids:
        """Every id, ascending, as FAISS itself has them."""
        return np.sort(faiss.vector_to_array(self._index.id_map).astype(np.int64))

    def missing(self, ids: Ids) -> Ids:
        """See ``VectorIndex``."""
        return np.array([n for n in ids.tolist() if n not in self._ids], dtype=np.int64)

    def add(self, ids: Ids, vectors: Vectors) -> None:
        """See ``VectorIndex``."""
        check_new(ids, vectors, self.dimension, self._ids)
        self._index.add_with_ids(
            np.ascontiguousarray(vectors, dtype=np.float32), np.ascontiguousarray(ids)
        )
        self._ids.update(ids.tolist())

    def remove(self, ids: Ids) -> None:
        """See ``VectorIndex``."""
        present = np.array(sorted(self._ids.intersection(ids.tolist())), dtype=np.int64)
        if present.size:
            self._index.remove_ids(faiss.IDSelectorBatch(present))
            self._ids.difference_update(present.tolist())

    def search(self, vector: Vectors, k: int, among: Ids | None = None) -> tuple[Ids, Vectors]:
        """See ``VectorIndex``."""
        check_query(vector, self.dimension)
        k = min(k, len(self) if among is None else len(among))
        if k <= 0:  # which FAISS answers with an empty AssertionError
            return best_first(np.empty(0, np.int64), np.empty(0, np.float32), 0)
        chosen = None
        if among is not None:
            # The parameters only point to the selector: it has to outlive the search.
            selector = faiss.IDSelectorBatch(np.ascontiguousarray(among))
            chosen = faiss.SearchParameters()
            chosen.sel = selector
        query = np.ascontiguousarray(vector[None], dtype=np.float32)
        similarities, ids = self._index.search(query, k, params=chosen)
        found = ids[0] >= 0  # where there are fewer than k, FAISS fills up with -1
        return best_first(ids[0][found], similarities[0][found], k)

    def sample(self, count: int, seed: int = 0) -> tuple[Ids, Vectors]:
        """See ``VectorIndex``."""
        drawn = draw(self.ids(), count, seed)
        vectors = [self._index.reconstruct(int(one)) for one in drawn]
        return drawn, np.array(vectors, np.float32).reshape(len(drawn), self.dimension)


class NumpyIndex:
    """A matrix and a product: the plain statement of what ``VectorIndex`` promises."""

    def __init__(self, dimension: int) -> None:
        self._ids = np.empty(0, np.int64)
        self._vectors = np.empty((0, dimension), np.float32)

    @property
    def dimension(self) -> int:
        """D."""
        return self._vectors.shape[1]

    def __len__(self) -> int:
        return len(self._ids)

    def ids(self) -> Ids:
        """Every id, ascending."""
        return np.sort(self._ids)

    def missing(self, ids: Ids) -> Ids:
        """See ``VectorIndex``."""
        return ids[~np.isin(ids, self._ids)]

    def add(self, ids: Ids, vectors: Vectors) -> None:
        """See ``VectorIndex``."""
        check_new(ids, vectors, self.dimension, set(self._ids.tolist()))
        self._ids = np.concatenate([self._ids, ids])
        self._vectors = np.concatenate([self._vectors, vectors])

    def remove(self, ids: Ids) -> None:
        """See ``VectorIndex``."""
        stay = ~np.isin(self._ids, ids)
        self._ids, self._vectors = self._ids[stay], self._vectors[stay]

    def search(self, vector: Vectors, k: int, among: Ids | None = None) -> tuple[Ids, Vectors]:
        """See ``VectorIndex``."""
        check_query(vector, self.dimension)
        chosen = slice(None) if among is None else np.isin(self._ids, among)
        return best_first(self._ids[chosen], self._vectors[chosen] @ vector, k)

    def sample(self, count: int, seed: int = 0) -> tuple[Ids, Vectors]:
        """See ``VectorIndex``."""
        drawn = draw(self.ids(), count, seed)
        order = np.argsort(self._ids)
        return drawn, self._vectors[order[np.searchsorted(self._ids, drawn, sorter=order)]]


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
