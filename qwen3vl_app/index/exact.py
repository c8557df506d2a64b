"""Nearest vectors by inner product, as FAISS itself finds them.

Exact, with everything in memory: what ``bench`` measures ``two_stage`` against, which has the
implementation that libraries use.
"""

from __future__ import annotations

from collections.abc import Iterator

import faiss
import numpy as np

from qwen3vl_app.index.protocol import Ids, best_first, check_given, check_query
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

    def upsert(self, ids: Ids, vectors: Vectors) -> None:
        """See ``VectorIndex``."""
        check_given(ids, vectors, self.dimension)
        self.delete(ids)
        self._index.add_with_ids(
            np.ascontiguousarray(vectors, dtype=np.float32), np.ascontiguousarray(ids)
        )
        self._ids.update(ids.tolist())

    def delete(self, ids: Ids) -> None:
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

    def fetch(self, ids: Ids) -> tuple[Ids, Vectors]:
        """See ``VectorIndex``."""
        found = np.array([one for one in ids.tolist() if one in self._ids], np.int64)
        vectors = [self._index.reconstruct(one) for one in found.tolist()]
        return found, np.array(vectors, np.float32).reshape(len(found), self.dimension)

    def scan(self) -> Iterator[tuple[int, Vectors]]:
        """See ``VectorIndex``."""
        for one in self.ids().tolist():
            yield one, np.asarray(self._index.reconstruct(one), np.float32)
