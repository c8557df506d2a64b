"""A fixed random rotation, so that every dimension of a vector says about equally much.

One-bit and eight-bit codes treat all dimensions alike; embeddings do not. After a rotation, which
changes no inner product, they do (RaBitQ, arXiv:2405.12497, section 3.1).
"""

from __future__ import annotations

from math import isqrt

import numpy as np

from qwen3vl_app.types import Vectors


class Rotation:
    """The same rotation for the same dimension, on every machine.

    It is the Kronecker product of two small random rotations (D = A B), which mixes every number
    with every other at the price of A + B instead of D products a number: 100,000 vectors of
    2048 take about 2 s. Thread-safe.
    """

    def __init__(self, dimension: int) -> None:
        rows = next(n for n in range(isqrt(dimension), 0, -1) if dimension % n == 0)
        random = np.random.default_rng(2048)
        self._left = _orthogonal(random, rows)
        self._right = _orthogonal(random, dimension // rows)

    def apply(self, vectors: Vectors) -> Vectors:
        """Rotate vectors (N, D)."""
        a, b = len(self._left), len(self._right)
        mixed = (vectors.reshape(-1, b) @ self._right).reshape(-1, a, b)
        turned: Vectors = np.matmul(self._left, mixed).reshape(-1, a * b)
        return np.ascontiguousarray(turned, np.float32)


def _orthogonal(random: np.random.Generator, size: int) -> Vectors:
    # In float64 and rounded once: float32 results of QR differ between machines.
    return np.linalg.qr(random.standard_normal((size, size)))[0].astype(np.float32)
