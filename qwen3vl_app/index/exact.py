"""Nearest vectors by inner product: two plain implementations that agree.

Both searches are exact and keep everything in memory; ``two_stage`` has the implementation that
libraries use.
"""

from __future__ import annotations

import faiss
import numpy as np

from qwen3vl_app.index.protocol import Ids, best_first, check_new, check_query, draw
from qwen3vl_app.types import Vectors


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
