"""The queue that is simulated waits as long as theory says of queues that theory can solve."""

from __future__ import annotations

from math import factorial

import numpy as np
import pytest

from qwen3vl_app.bench.simulate.queueing import Searches, Service, simulate_load, waits

NOTHING = Service(seconds=0)
MANY = 60_000


def recalls_only(spread: float) -> Searches:
    return Searches(name="", recall=Service(seconds=1, spread=spread), rerank=NOTHING, steps=0)


@pytest.mark.parametrize("load", [0.3, 0.7])
def test_waits__one_server_and_exponential_service_as_mm1(load: float) -> None:
    first, done = waits(recalls_only(1), 1, load, MANY, seed=1)
    assert first.mean() == pytest.approx(1 / (1 - load), rel=0.05)
    assert np.percentile(first, 95) == pytest.approx(np.log(20) / (1 - load), rel=0.06)
    assert np.array_equal(first, done)


@pytest.mark.parametrize("load", [0.3, 0.7])
def test_waits__one_server_that_always_takes_as_long_as_md1(load: float) -> None:
    first, _ = waits(recalls_only(0), 1, load, MANY, seed=1)
    assert first.mean() == pytest.approx(1 + load / (2 * (1 - load)), rel=0.05)


def test_waits__several_servers_as_erlang_says() -> None:
    servers, busy = 3, 2.1
    first, _ = waits(recalls_only(1), servers, busy, MANY, seed=1)
    last = busy**servers / factorial(servers) * servers / (servers - busy)
    queued = last / (sum(busy**n / factorial(n) for n in range(servers)) + last)
    assert first.mean() == pytest.approx(1 + queued / (servers - busy), rel=0.05)


def test_waits__a_recall_goes_between_two_steps_of_others() -> None:
    """It waits for the rest of a step and for earlier recalls (Cobham 1954), not for a search."""
    searches = Searches(name="", recall=Service(seconds=0.1), rerank=Service(seconds=0.1), steps=9)
    alone, whole = waits(searches, 1, 0.01, 2000, seed=1)
    assert np.median(alone) == pytest.approx(0.1)
    assert np.median(whole) == pytest.approx(1.0)
    first, done = waits(searches, 1, 0.8, 20_000, seed=1)
    assert first.mean() == pytest.approx(0.1 + (0.08 + 0.72) * 0.05 / (1 - 0.08), rel=0.1)
    assert np.median(done) > 2
    assert (done > first).all()


def test_simulate_load__waits_grow_with_the_load_and_shrink_with_servers() -> None:
    searches = Searches(
        name="x", recall=Service(seconds=0.02, spread=0.2), rerank=Service(seconds=0.05), steps=4
    )
    found = [simulate_load(searches, 1, load, 4000) for load in (0.2, 0.6, 0.9)]
    assert [one.rate for one in found] == pytest.approx([0.2 / 0.22, 0.6 / 0.22, 0.9 / 0.22])
    assert found[0].done.p95 < found[1].done.p95 < found[2].done.p95
    assert found[0].first.p50 <= found[0].first.p95 <= found[0].first.p99
    assert simulate_load(searches, 8, 0.6, 4000).done.p95 < found[1].done.p95
    assert simulate_load(searches, 1, 0.6, 4000) == found[1]
