"""The index that libraries use: vectors mapped from disk, and codes where they are many.

Up to ``FLAT_ITEMS`` every vector is looked at. Above, codes that fit into memory say which are
worth it, and those are scored exactly, so every similarity that leaves this module is that of
the vectors as they are kept. Not thread-safe: used under the library's lock.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from qwen3vl_app.index.matrix import Mask, Matrix, Positions
from qwen3vl_app.index.protocol import Ids, best_first, check_given, check_query
from qwen3vl_app.index.quantizers import TRAINING, Codes
from qwen3vl_app.types import Vectors

FLAT_ITEMS = 50_000
"""Up to here an exact scan takes under 20 ms at 2048 dimensions, less than anybody notices."""

FEW = 2_000
"""Allowed items that are always scored exactly: 1 ms at 2048 dimensions."""

_PER_HIT = 4
_WIDER = 4
_PIECE = 4096


class TwoStageIndex:
    """See ``VectorIndex``; exact unless it has one-bit codes.

    With one-bit codes, hits can be missed; candidates are widened while their measured error
    says that one of them might be (recall@10 of at least 0.99, ``bench library``).

    Args:
        matrix: The vectors.
        codes: Of the first rows of the matrix, or None to look at every vector.
        few: Allowed items that are always scored exactly.
    """

    def __init__(self, matrix: Matrix, codes: Codes | None = None, *, few: int = FEW) -> None:
        self.matrix = matrix
        self.codes = codes
        self._few = few
        if codes is not None:
            self._code_rest(codes)

    @property
    def dimension(self) -> int:
        """D."""
        return self.matrix.dimension

    def __len__(self) -> int:
        return len(self.matrix)

    def ids(self) -> Ids:
        """Every id, ascending."""
        return self.matrix.ids()

    def missing(self, ids: Ids) -> Ids:
        """Those of ``ids`` that are not there, in their order."""
        places = self.matrix.places
        return np.array([one for one in ids.tolist() if one not in places], np.int64)

    def upsert(self, ids: Ids, vectors: Vectors, stamps: Ids | None = None) -> None:
        """See ``VectorIndex``; ``stamps`` (N,) name the stored values."""
        check_given(ids, vectors, self.dimension)
        if not self.matrix.places.keys().isdisjoint(ids.tolist()):
            self.matrix.remove(ids)
        if stamps is None:
            stamps = np.zeros(len(ids), np.int64)
        self.matrix.add(ids, vectors, stamps)
        if self.codes is not None:
            self._code_rest(self.codes)

    def delete(self, ids: Ids) -> None:
        """See ``VectorIndex``."""
        self.matrix.remove(ids)

    def use_codes(self, codes: Codes) -> None:
        """Search with codes from now on; making them takes about 4 s for 100,000 of 2048."""
        self._code_rest(codes)
        self.codes = codes

    def search(self, vector: Vectors, k: int, among: Ids | None = None) -> tuple[Ids, Vectors]:
        """See ``VectorIndex``."""
        check_query(vector, self.dimension)
        vector = np.ascontiguousarray(vector, np.float32)
        allowed = None if among is None else self.matrix.positions(among)
        count = len(self) if allowed is None else len(allowed)
        k = min(k, count)
        if k <= 0:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        if self.codes is None or count <= max(self._few, k):
            positions, products = self._scan(vector, allowed)
        else:
            positions, products = self._narrow(self.codes, vector, k, allowed)
        return best_first(self.matrix.ids_by_position[positions], products, k)

    def fetch(self, ids: Ids) -> tuple[Ids, Vectors]:
        """See ``VectorIndex``."""
        places = self.matrix.positions(ids)
        return self.matrix.ids_by_position[places], self.matrix.take(places)

    def scan(self) -> Iterator[tuple[int, Vectors]]:
        """See ``VectorIndex``; 32 MB in memory at 2048 dimensions."""
        living = np.flatnonzero(self.matrix.alive)
        for begin in range(0, len(living), _PIECE):
            places = living[begin : begin + _PIECE]
            ids = self.matrix.ids_by_position[places].tolist()
            yield from zip(ids, self.matrix.take(places), strict=True)

    def _scan(self, vector: Vectors, allowed: Positions | None) -> tuple[Positions, Vectors]:
        products = self.matrix.products(vector, allowed)
        if allowed is not None:
            return allowed, products
        products[~self.matrix.alive] = -np.inf  # never among the k best of the living
        return np.arange(len(products)), products

    def _narrow(
        self, codes: Codes, vector: Vectors, k: int, allowed: Positions | None
    ) -> tuple[Positions, Vectors]:
        """Candidates by their codes, as many as it takes, with their exact products."""
        mask = self._mask(allowed)
        total = len(self) if allowed is None else len(allowed)
        wanted = codes.first + _PER_HIT * k
        while wanted < total:
            positions, estimates = codes.nearest(vector, wanted, mask)
            products = self.matrix.products(vector, positions)
            least = np.partition(products, -k)[-k]
            if codes.ceiling(vector, estimates, products) < least:
                return positions, products
            if codes.most is not None and wanted * _WIDER > max(codes.most, _PER_HIT * k):
                return positions, products
            wanted *= _WIDER
        return self._scan(vector, allowed)

    def _mask(self, allowed: Positions | None) -> Mask | None:
        if allowed is None:
            return self.matrix.alive if len(self) < self.matrix.rows else None
        mask = np.zeros(self.matrix.rows, np.bool_)
        mask[allowed] = True
        return mask

    def _code_rest(self, codes: Codes) -> None:
        """Code the rows that have none yet."""
        if not len(codes) and self.matrix.rows:
            count = min(TRAINING, self.matrix.rows)
            typical = np.random.default_rng(0).choice(self.matrix.rows, count, replace=False)
            codes.prepare(self.matrix.take(np.sort(typical)))
        for begin in range(len(codes), self.matrix.rows, _PIECE):
            end = min(begin + _PIECE, self.matrix.rows)
            codes.append(self.matrix.take(np.arange(begin, end)))
