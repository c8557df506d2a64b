from __future__ import annotations

import numpy as np
import pytest

from qwen3vl_app.index.formats import VectorFormat, cut, decode, encode, row_width
from tests.store.fill import directions

COUNT = 400
VECTORS = directions(COUNT)


def test_encode__comes_back_nearly() -> None:
    for form, most in (("float32", 0), ("float16", 5e-4), ("int8", 5e-3)):
        rows = encode(VECTORS, VectorFormat(form))
        assert rows.shape == (COUNT, row_width(64, VectorFormat(form)))
        assert np.abs(decode(rows, VectorFormat(form)) - VECTORS).max() <= most
    assert encode(VECTORS, VectorFormat.BINARY).shape == (COUNT, 0)


def test_encode__zeros_and_nothing() -> None:
    for form in (VectorFormat.FLOAT32, VectorFormat.FLOAT16, VectorFormat.INT8):
        zeros = np.zeros((2, 5), np.float32)
        assert np.array_equal(decode(encode(zeros, form), form), zeros)
        assert decode(encode(zeros[:0], form), form).shape == (0, 5)


def test_cut__leading_dimensions_of_length_one() -> None:
    short = cut(np.array([[3, 4, 12], [0, 0, 1]], np.float32), 2)
    assert short.tolist() == [[pytest.approx(0.6), pytest.approx(0.8)], [0, 0]]
