"""What is measured of this computer."""

import time

import numpy as np

from qwen3vl_app.models.checkpoint.measuring import INNER, OUTER, ROWS, measure, speed_here


def test_measure__multiplies_about_as_fast_as_another_library():
    rows = np.ones((ROWS, INNER), np.float32)
    weights = np.ones((INNER, OUTER), np.float32)
    rows @ weights
    begun = time.perf_counter()
    rows @ weights
    seconds = time.perf_counter() - begun
    expected = ROWS * INNER * OUTER / seconds
    assert expected / 20 < measure().single < expected * 20  # whatever else the machine does


def test_speed_here__measured_once_and_kept(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    first = speed_here()
    assert first.single > 0 < first.half
    assert speed_here() == first
