"""``bench scale``: two workers of one thread each are 1.8 times as fast as one."""

from __future__ import annotations

import os
from importlib.util import find_spec

import pytest

from qwen3vl_app.bench.scale import measure_scale
from qwen3vl_app.errors import BenchError
from qwen3vl_app.settings import Settings

DEMO = Settings(model="demo", device="cpu", threads=1, ray="local")
TRIES = 3
"""Measurements of which the best counts: what else the machine does only makes it slower."""


def test_measure_scale__of_one_worker_is_nothing():
    with pytest.raises(BenchError, match="2 or more"):
        measure_scale(DEMO, workers=1)


@pytest.mark.skipif(find_spec("ray") is None, reason="Ray is not installed (the extra ray)")
@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="Two workers want two processors")
@pytest.mark.skipif("PYTEST_XDIST_WORKER" in os.environ, reason="Other tests take the processors")
@pytest.mark.filterwarnings("ignore")
def test_measure_scale__two_workers_are_nearly_twice_as_fast():
    found = []
    for _ in range(TRIES):
        report = measure_scale(DEMO, workers=2, turns=3)
        assert report.model == "demo embedder"
        started, one, two, times = report.measures
        assert started.value > 0
        assert times.goal == 1.8
        assert times.value == pytest.approx(two.value / one.value, abs=0.05)
        found.append(times.value)
        if times.met:
            break
    assert max(found) >= 1.8
