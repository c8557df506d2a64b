"""How the index keeps vectors: a view of a space, cut to its leading dimensions and rounded.

SQLite keeps every vector at full size, so a view can be changed at any time without embedding
anything again. Any leading part of a vector, renormalised, is a vector (Matryoshka).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from qwen3vl_app.types import Vectors

Rows = NDArray[np.uint8]
"""(N, W): one vector a row, as it lies on disk."""


class VectorFormat(StrEnum):
    """The numbers that an index computes with."""

    FLOAT32 = "float32"
    FLOAT16 = "float16"
    INT8 = "int8"
    """Whole numbers from -127 to 127 and one scale for each vector."""

    BINARY = "binary"
    """One bit for each dimension, in memory; what looks near is then read from SQLite."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageSetting:
    """What the index makes of the stored vectors."""

    dimension: int | None = None
    """Leading dimensions that count; None for all."""

    format: VectorFormat = VectorFormat.FLOAT32
    exact: bool = False
    """Search exactly also where 1-bit codes would do: slower, 1 byte a dimension in memory."""

    def __post_init__(self) -> None:
        if self.dimension is not None and self.dimension < 1:
            raise ValueError(f"a dimension of {self.dimension}")

    def dimension_of(self, full: int) -> int:
        """D' of vectors that have ``full`` dimensions in their space."""
        return full if self.dimension is None else min(self.dimension, full)


def cut(vectors: Vectors, dimension: int) -> Vectors:
    """The leading dimensions of vectors (N, D), renormalised: (N, D')."""
    if vectors.shape[1] == dimension:
        return vectors
    short = vectors[:, :dimension]
    lengths = np.linalg.norm(short, axis=1, keepdims=True)
    return np.ascontiguousarray(short / np.maximum(lengths, np.finfo(np.float32).tiny))


def row_width(dimension: int, form: VectorFormat) -> int:
    """W: bytes of a row."""
    widths = {
        VectorFormat.FLOAT32: 4 * dimension,
        VectorFormat.FLOAT16: 2 * dimension,
        VectorFormat.INT8: dimension + 4,
        VectorFormat.BINARY: 0,
    }
    return widths[form]


def encode(vectors: Vectors, form: VectorFormat) -> Rows:
    """Vectors (N, D) as rows (N, W)."""
    if form is VectorFormat.BINARY:
        return np.empty((len(vectors), 0), np.uint8)
    if form is not VectorFormat.INT8:
        width = row_width(vectors.shape[1], form)
        numbers = np.ascontiguousarray(vectors, np.dtype(form.value).newbyteorder("<"))
        return numbers.view(np.uint8).reshape(len(vectors), width)
    largest = np.abs(vectors).max(axis=1, keepdims=True, initial=np.finfo(np.float32).tiny)
    scales = (largest / 127).astype("<f4")
    whole = np.rint(vectors / scales).astype(np.int8)
    return np.hstack([scales.view(np.uint8), whole.view(np.uint8)])


def decode(rows: Rows, form: VectorFormat) -> Vectors:
    """Rows (N, W) as vectors (N, D), float32."""
    if form is VectorFormat.INT8:
        scales = np.ascontiguousarray(rows[:, :4]).view("<f4")
        numbers: Vectors = rows[:, 4:].view(np.int8) * scales
        return numbers
    kept = np.ascontiguousarray(rows).view(np.dtype(form.value).newbyteorder("<"))
    return kept.astype(np.float32, copy=False)
