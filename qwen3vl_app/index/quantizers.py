"""Short codes of vectors, scanned in place of the vectors to find out which are worth reading.

Both kinds say, with the candidates they give, how near something they left out can be. One-bit
codes say so by their measured error and are right almost always; eight-bit codes by a bound that
holds always. Not thread-safe: used under the library's lock.
"""

from __future__ import annotations

from typing import Any, Protocol, TypeAlias

import faiss
import numpy as np

from qwen3vl_app.index.formats import Rows
from qwen3vl_app.index.matrix import Mask, Positions
from qwen3vl_app.index.rotation import Rotation
from qwen3vl_app.types import Vectors

TRAINING = 10_000
"""Vectors that the constants of a code are taken from; more change nothing measurable."""

_PIECE = 4096
"""Vectors that are coded at a time."""

_QUERY_BITS = 4
"""Of a number of the query while one-bit codes are scanned: 8 bits take twice as long and find
the same (recall of 200 candidates differs by less than 0.001)."""

_DOUBT = 2.5
"""Standard deviations of the estimate's error that are allowed for."""

_CLIP = 4.5
"""Standard deviations of a rotated number that eight bits span; beyond it are 7 in a million."""

_ROUNDING = 1e-5
"""What adding up in float32 may cost, for vectors of length 1."""


def one_bit_width(dimension: int) -> int:
    """Bytes of a row of ``OneBitCodes``: its bits and two factors in float32."""
    return (dimension + 7) // 8 + 8


class Codes(Protocol):
    """Codes by position, as many as the matrix has rows."""

    kind: str
    """Names the kind on disk."""

    first: int
    """How many candidates to look at before widening, besides four for every hit."""

    most: int | None
    """Candidates at which widening ends; None for never."""

    def __len__(self) -> int: ...

    def prepare(self, vectors: Vectors) -> None:
        """Take the constants from typical vectors (N, D), before anything is appended."""

    def append(self, vectors: Vectors) -> None:
        """Code vectors (N, D)."""

    def nearest(self, query: Vectors, count: int, mask: Mask | None) -> tuple[Positions, Vectors]:
        """The ``count`` best by estimate, best first, where ``mask`` (N,) is true."""

    def ceiling(self, query: Vectors, estimates: Vectors, exact: Vectors) -> float:
        """How large the product of something that ``nearest`` left out can be."""

    def rows(self, begin: int = 0) -> Rows:
        """(N, W): the codes from a position on, as bytes."""

    def constants(self) -> Vectors:
        """What ``restore`` needs besides the rows."""

    def restore(self, rows: Rows, constants: Vectors) -> None:
        """Take over what was kept on disk.

        Raises:
            ValueError: It does not fit this kind and dimension.
        """


class OneBitCodes:
    """RaBitQ: one bit a number and two factors, 1/31 of float32; 100,000 x 2048 in 3 ms."""

    kind = "1-bit"
    first = 300
    most: int | None = 20_000

    def __init__(self, dimension: int) -> None:
        self._rotation = Rotation(dimension)
        self._index = faiss.IndexRaBitQ(dimension, faiss.METRIC_INNER_PRODUCT)
        self._index.qb = _QUERY_BITS

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def prepare(self, vectors: Vectors) -> None:
        """See ``Codes``."""
        self._index.train(self._rotation.apply(vectors))

    def append(self, vectors: Vectors) -> None:
        """See ``Codes``."""
        for begin in range(0, len(vectors), _PIECE):
            self._index.add(self._rotation.apply(vectors[begin : begin + _PIECE]))

    def nearest(self, query: Vectors, count: int, mask: Mask | None) -> tuple[Positions, Vectors]:
        """See ``Codes``."""
        chosen = faiss.RaBitQSearchParameters()
        chosen.qb = _QUERY_BITS
        return _nearest(self._index, self._rotation.apply(query[None]), count, mask, chosen)

    def ceiling(self, query: Vectors, estimates: Vectors, exact: Vectors) -> float:
        """See ``Codes``."""
        del query  # the error is measured, not derived
        return float(estimates[-1] + _DOUBT * np.std(estimates - exact))

    def rows(self, begin: int = 0) -> Rows:
        """See ``Codes``."""
        return _code_rows(self._index, begin)

    def constants(self) -> Vectors:
        """The centre of the vectors: (D,)."""
        return np.array(faiss.vector_to_array(self._index.center), np.float32)

    def restore(self, rows: Rows, constants: Vectors) -> None:
        """See ``Codes``."""
        if constants.shape != (self._index.d,):
            raise ValueError("another dimension")
        faiss.copy_array_to_vector(constants, self._index.center)
        self._index.is_trained = True
        _add_rows(self._index, rows)


class EightBitCodes:
    """Whole numbers from -127 to 127: a quarter of float32; 100,000 x 2048 in 9 ms.

    The rounding errors of a vector and of the query have known lengths, so by Cauchy and Schwarz
    no product is further from its estimate than ``|q - q'| |x'| + |q| |x - x'|``.
    """

    kind = "8-bit"
    first = 1000
    most: int | None = None

    def __init__(self, dimension: int) -> None:
        self._rotation = Rotation(dimension)
        self._index = faiss.IndexScalarQuantizer(
            dimension, faiss.ScalarQuantizer.QT_8bit_direct_signed, faiss.METRIC_INNER_PRODUCT
        )
        self._step = 1 / 127
        self._longest = 0.0  # of |x'|
        self._farthest = 0.0  # of |x - x'|

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def prepare(self, vectors: Vectors) -> None:
        """See ``Codes``."""
        spread = float(np.sqrt(np.mean(np.square(vectors))))
        self._step = _CLIP * (spread or 1.0) / 127

    def append(self, vectors: Vectors) -> None:
        """See ``Codes``."""
        for begin in range(0, len(vectors), _PIECE):
            turned = self._rotation.apply(vectors[begin : begin + _PIECE])
            whole = np.rint(turned / self._step).clip(-127, 127)
            rounded = whole * np.float32(self._step)
            self._longest = max(self._longest, _longest(rounded))
            self._farthest = max(self._farthest, _longest(turned - rounded))
            self._index.add(whole)

    def nearest(self, query: Vectors, count: int, mask: Mask | None) -> tuple[Positions, Vectors]:
        """See ``Codes``."""
        whole, step, _ = self._coded(query)
        positions, products = _nearest(self._index, whole, count, mask, faiss.SearchParameters())
        return positions, products * np.float32(step * self._step)

    def ceiling(self, query: Vectors, estimates: Vectors, exact: Vectors) -> float:
        """See ``Codes``."""
        del exact  # the bound needs no measurement
        *_, error = self._coded(query)
        length = float(np.linalg.norm(query))
        doubt = error * self._longest + length * self._farthest
        return float(estimates[-1]) + doubt + _ROUNDING * (1 + length * self._longest)

    def rows(self, begin: int = 0) -> Rows:
        """See ``Codes``."""
        return _code_rows(self._index, begin)

    def constants(self) -> Vectors:
        """Step, longest code and farthest error: (3,)."""
        return np.array([self._step, self._longest, self._farthest], np.float32)

    def restore(self, rows: Rows, constants: Vectors) -> None:
        """See ``Codes``."""
        if constants.shape != (3,):
            raise ValueError("another kind of codes")
        self._step, self._longest, self._farthest = (float(one) for one in constants)
        _add_rows(self._index, rows)

    def _coded(self, query: Vectors) -> tuple[Vectors, float, float]:
        """The query in whole numbers (1, D), their step, and the length of the error."""
        turned = self._rotation.apply(query[None])
        step = float(np.abs(turned).max()) / 127 or 1.0
        whole = np.rint(turned / np.float32(step)).astype(np.float32)
        return whole, step, _longest(turned - whole * np.float32(step))


_Parameters: TypeAlias = Any
_Index: TypeAlias = Any
"""One of FAISS's classes; its stubs do not know what the two kinds have in common."""


def _longest(vectors: Vectors) -> float:
    return float(np.linalg.norm(vectors, axis=1).max(initial=0.0))


def _nearest(
    index: faiss.Index,
    query: Vectors,
    count: int,
    mask: Mask | None,
    chosen: _Parameters,
) -> tuple[Positions, Vectors]:
    if mask is not None:
        # The parameters only point to the selector, and it to the bits: both must outlive them.
        bits = np.packbits(mask, bitorder="little")
        selector = faiss.IDSelectorBitmap(len(bits), faiss.swig_ptr(bits))
        chosen.sel = selector
    estimates, positions = index.search(query, min(count, index.ntotal), params=chosen)
    found = positions[0] >= 0
    return positions[0][found], estimates[0][found]


def _code_rows(index: _Index, begin: int) -> Rows:
    width = index.code_size
    count = int(index.ntotal) - begin
    if count <= 0:
        return np.empty((0, width), np.uint8)
    rows: Rows = faiss.rev_swig_ptr(index.codes.data(), int(index.ntotal) * width)
    return rows.reshape(-1, width)[begin:].copy()


def _add_rows(index: _Index, rows: Rows) -> None:
    if rows.ndim != 2 or rows.shape[1] != index.code_size:
        raise ValueError("another width of codes")
    if len(rows):
        index.add_sa_codes(np.ascontiguousarray(rows))
