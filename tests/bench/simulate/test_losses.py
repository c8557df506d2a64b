"""Lost workers cost what theory says, and nothing where all wait for the writer anyway."""

from __future__ import annotations

from dataclasses import replace

import pytest

from qwen3vl_app.bench.simulate.losses import Indexing, expected, simulate_losses

RARELY = Indexing(
    items=2e8,
    per_batch=32,
    workers=8,
    rate=40,
    lost_after=3600,
    back_after=180,
    writes=1e9,
)


@pytest.mark.parametrize(
    "indexing",
    [
        RARELY,
        replace(RARELY, back_after=3600),
        replace(RARELY, per_batch=20_000, lost_after=2000),  # a batch takes 500 s
        replace(RARELY, items=2e7, workers=1),
    ],
)
def test_simulate_losses__takes_as_long_as_theory_says(indexing: Indexing) -> None:
    found = simulate_losses(indexing, seed=3)
    assert found.seconds == pytest.approx(expected(indexing), rel=0.02)
    assert found.longer > 0.01


def test_simulate_losses__half_a_batch_is_embedded_twice_for_each_that_is_lost() -> None:
    found = simulate_losses(RARELY, seed=3)
    assert found.twice == pytest.approx(found.lost * RARELY.per_batch / 2, rel=0.1)
    up = found.seconds * RARELY.workers * 3600 / (3600 + 180)
    assert found.lost == pytest.approx(up / 3600, rel=0.05)


def test_simulate_losses__nobody_is_lost() -> None:
    found = simulate_losses(replace(RARELY, lost_after=1e15))
    assert found.seconds == pytest.approx(2e8 / (8 * 40))
    assert (found.lost, found.twice, found.longer) == (0, 0, pytest.approx(0))


def test_simulate_losses__the_writer_bounds_all_and_hides_who_is_lost() -> None:
    bound = replace(RARELY, writes=100)
    assert bound.undisturbed == 2e6
    found = simulate_losses(bound)
    assert found.lost > 1000
    assert found.longer == pytest.approx(0, abs=0.001)


def test_simulate_losses__even_the_only_worker_comes_back() -> None:
    alone = replace(RARELY, items=1e6, workers=1, lost_after=600, back_after=6000)
    found = simulate_losses(alone)
    assert found.seconds > 5 * alone.undisturbed
    assert simulate_losses(alone) == found
