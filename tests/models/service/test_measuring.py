"""What is measured of this computer."""

import time

import numpy as np

from qwen3vl_app.models.service.measuring import INNER, OUTER, ROWS, measure


def test_measure__multiplies_about_as_fast_as_another_library():
    rows = np.ones((ROWS, INNER), np.float32)
    weights = np.ones((INNER, OUTER), np.float32)
    rows @ weights
    begun = time.perf_counter()
    rows @ weights
    seconds = time.perf_counter() - begun
    expected = ROWS * INNER * OUTER / seconds
    assert expected / 20 < measure() < expected * 20  # whatever else the machine does
