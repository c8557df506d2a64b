"""Rows of vectors with their ids: most of them mapped from disk, the latest in memory.

A row keeps its position for good; a removed one is only marked, so that files are appended to
and never edited. Not thread-safe: used under the library's lock.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import faiss
import numpy as np
from numpy.typing import NDArray

from qwen3vl_app.index.formats import Rows, VectorFormat, decode, encode, row_width
from qwen3vl_app.index.protocol import Ids
from qwen3vl_app.types import Vectors

Positions = NDArray[np.int64]
Mask = NDArray[np.bool_]
Fetch = Callable[[Ids], Vectors]
"""Vectors (N, D) of ids (N,), in their order, from where they are kept in full."""

_PIECE = 4096
"""Rows that are decoded at a time: 32 MB at 2048 dimensions."""


Number = TypeVar("Number", bound=np.generic)


class Growing(Generic[Number]):
    """Rows that are appended to; room is doubled, so each is copied about once."""

    def __init__(self, rows: NDArray[Number]) -> None:
        self._room, self._count = rows, len(rows)

    def __len__(self) -> int:
        return self._count

    @property
    def rows(self) -> NDArray[Number]:
        """What is there; valid until the next ``append``."""
        return self._room[: self._count]

    def append(self, rows: NDArray[Number]) -> None:
        """Add rows behind the others."""
        need = self._count + len(rows)
        if need > len(self._room):
            room = np.empty((max(need, 2 * self._count), *rows.shape[1:]), rows.dtype)
            room[: self._count] = self.rows
            self._room = room
        self._room[self._count : need] = rows
        self._count = need


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Columns:
    """What a matrix consists of, as it was kept on disk: N rows, removed ones included."""

    ids: Ids
    stamps: Ids
    """With the id, the name of a stored value; never given twice."""

    alive: Mask
    """Taken over and written to."""

    base: Rows
    """(N, W); mapped from a file, and never written to."""


class Matrix:
    """Vectors of D dimensions under ids.

    Args:
        dimension: D.
        form: How a row is written; ``binary`` keeps none and asks ``fetch``.
        kept: What there is already.
        fetch: Reads vectors where no rows are kept.
    """

    def __init__(
        self,
        dimension: int,
        form: VectorFormat = VectorFormat.FLOAT32,
        *,
        kept: Columns | None = None,
        fetch: Fetch | None = None,
    ) -> None:
        self.dimension, self.form = dimension, form
        self._fetch = fetch
        self._width = row_width(dimension, form)
        if kept is None:
            nothing = np.empty(0, np.int64)
            base = np.empty((0, self._width), np.uint8)
            kept = Columns(ids=nothing, stamps=nothing, alive=np.empty(0, np.bool_), base=base)
        self._ids, self._stamps = Growing(kept.ids), Growing(kept.stamps)
        self._alive = Growing(kept.alive)
        self._base = kept.base
        self._tail = Growing(np.empty((0, self._width), np.uint8))
        living = np.flatnonzero(kept.alive)
        self._places = dict(zip(kept.ids[living].tolist(), living.tolist(), strict=True))
        self._sorted: tuple[Ids, Positions] | None = None

    def __len__(self) -> int:
        """Living rows."""
        return len(self._places)

    @property
    def rows(self) -> int:
        """All rows, removed ones included."""
        return len(self._ids)

    @property
    def unsaved(self) -> int:
        """Rows that only memory has."""
        return len(self._tail)

    @property
    def alive(self) -> Mask:
        """(N,), by position."""
        return self._alive.rows

    @property
    def ids_by_position(self) -> Ids:
        """(N,), removed ones included."""
        return self._ids.rows

    @property
    def stamps_by_position(self) -> Ids:
        """(N,), as ``ids_by_position``."""
        return self._stamps.rows

    @property
    def places(self) -> dict[int, int]:
        """Position by id, of living rows; not to be changed."""
        return self._places

    def ids(self) -> Ids:
        """Living ids, ascending; a copy."""
        return self._by_id()[0].copy()

    def positions(self, ids: Ids) -> Positions:
        """Where these are, ascending; those that are not there are passed over."""
        living, places = self._by_id()
        if not len(living):
            return np.empty(0, np.int64)
        where = np.searchsorted(living, ids).clip(max=len(living) - 1)
        return np.unique(places[where[living[where] == ids]])

    def add(self, ids: Ids, vectors: Vectors, stamps: Ids) -> None:
        """Append vectors (N, D), none of which is there."""
        self._sorted = None
        self._places.update(zip(ids.tolist(), range(self.rows, self.rows + len(ids)), strict=True))
        self._ids.append(ids)
        self._stamps.append(stamps)
        self._alive.append(np.ones(len(ids), np.bool_))
        self._tail.append(encode(vectors, self.form))

    def remove(self, ids: Ids) -> None:
        """Mark these; those that are not there are passed over."""
        self._sorted = None
        gone = [self._places.pop(one) for one in set(ids.tolist()) if one in self._places]
        self.alive[gone] = False

    def take(self, positions: Positions) -> Vectors:
        """Vectors (N, D) at these positions, as float32."""
        if self._fetch is not None:
            return self._fetch(self.ids_by_position[positions])
        return decode(self._raw(positions), self.form)

    def products(self, query: Vectors, positions: Positions | None = None) -> Vectors:
        """Inner products with ``query`` (D,) at these positions, or at every one: (N,)."""
        if self.form is VectorFormat.FLOAT32:
            query = np.ascontiguousarray(query, np.float32)
            return self._all_products(query) if positions is None else self._some(query, positions)
        if positions is None:
            positions = np.arange(self.rows)
        pieces = [positions[n : n + _PIECE] for n in range(0, len(positions), _PIECE)]
        return np.concatenate(
            [np.empty(0, np.float32), *(self.take(piece) @ query for piece in pieces)]
        )

    def unsaved_rows(self) -> Rows:
        """(N, W), in the order of their positions."""
        return self._tail.rows

    def living_rows(self, begin: int, end: int) -> Rows:
        """(N, W) of what lives between two positions."""
        return self._raw(begin + np.flatnonzero(self.alive[begin:end]))

    def replaced(self, kept: Columns) -> Matrix:
        """A matrix of the same kind with these rows."""
        return Matrix(self.dimension, self.form, kept=kept, fetch=self._fetch)

    def settle(self, base: Rows) -> None:
        """Every row has been kept on disk and is mapped there from now on."""
        self._base = base
        self._tail = Growing(np.empty((0, self._width), np.uint8))

    def _by_id(self) -> tuple[Ids, Positions]:
        """Living ids, ascending, with their positions; made anew after a change."""
        if self._sorted is None:
            living = np.flatnonzero(self.alive)
            ids = self.ids_by_position[living]
            order = np.argsort(ids, kind="stable")  # nearly in order: linear
            self._sorted = ids[order], living[order]
        return self._sorted

    def _raw(self, positions: Positions) -> Rows:
        if not self.unsaved:
            return self._base[positions]
        early = positions < len(self._base)
        rows = np.empty((len(positions), self._width), np.uint8)
        rows[early] = self._base[positions[early]]
        rows[~early] = self._tail.rows[positions[~early] - len(self._base)]
        return rows

    def _all_products(self, query: Vectors) -> Vectors:
        found = np.empty(self.rows, np.float32)
        begin = 0
        for block in (self._base, self._tail.rows):
            _multiply(query, block, found[begin : begin + len(block)])
            begin += len(block)
        return found

    def _some(self, query: Vectors, positions: Positions) -> Vectors:
        """As ``_all_products``, touching only the rows asked for and copying none."""
        found = np.empty(len(positions), np.float32)
        early = positions < len(self._base)
        found[early] = _multiply_some(query, self._base, positions[early])
        found[~early] = _multiply_some(query, self._tail.rows, positions[~early] - len(self._base))
        return found


def _multiply(query: Vectors, rows: Rows, out: Vectors) -> None:
    """Inner products of all rows; six times as fast as NumPy's product of matrix and vector."""
    if len(rows):
        pointers = [faiss.swig_ptr(array) for array in (out, query, rows.view(np.float32))]
        # FAISS's type stubs do not know what SWIG exports.
        faiss.fvec_inner_products_ny(*pointers, len(query), len(rows))  # type: ignore[attr-defined]


def _multiply_some(query: Vectors, rows: Rows, positions: Positions) -> Vectors:
    """Inner products of the rows at these positions, which are not copied."""
    out = np.empty(len(positions), np.float32)
    if len(positions):
        arrays = (out, query, rows.view(np.float32), np.ascontiguousarray(positions))
        pointers = [faiss.swig_ptr(array) for array in arrays]
        faiss.fvec_inner_products_by_idx(  # type: ignore[attr-defined]  # as above
            *pointers, len(query), 1, len(positions)
        )
    return out
