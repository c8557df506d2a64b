"""Measures against an independent implementation, and what they are made of."""

from __future__ import annotations

import math
import random
from typing import Any

import pytest

from qwen3vl_app.evaluation.intervals import difference, mean_interval, share_interval
from qwen3vl_app.evaluation.metrics import Metric, measured, unjudged

K = 5


def by_hand(ranking: list[int], grades: dict[int, int], k: int) -> dict[Metric, float]:
    """The definitions, written out; 2 and 3 are right."""

    def gain(order: list[int]) -> float:
        return sum(grade / math.log2(n + 2) for n, grade in enumerate(order[:k]))

    right = {item for item, grade in grades.items() if grade >= 2}
    hits = [item in right for item in ranking]
    at = [sum(hits[: n + 1]) / (n + 1) for n, hit in enumerate(hits) if hit]
    best = gain(sorted(grades.values(), reverse=True))
    return {
        Metric.NDCG: gain([grades.get(item, 0) for item in ranking]) / best if best else 0.0,
        Metric.MRR: 1 / (hits.index(True) + 1) if any(hits) else 0.0,
        Metric.PRECISION: sum(hits[:k]) / k,
        Metric.RECALL: sum(hits[:k]) / len(right) if right else 0.0,
        Metric.AP: sum(at) / len(right) if right else 0.0,
    }


@pytest.mark.parametrize("seed", range(40))
def test_measured__equals_the_definitions_on_random_runs(seed):
    draw = random.Random(seed)
    ranked: dict[str, Any] = {}
    graded: dict[str, Any] = {}
    for n in range(6):
        items = draw.sample(range(1, 400), draw.randint(1, 25))
        pool = {*draw.sample(items, draw.randint(1, len(items))), *draw.sample(range(400, 410), 2)}
        ranked[f"q {n}"] = tuple(items)
        graded[f"q {n}"] = {item: draw.choice([0, 0, 1, 2, 3]) for item in pool}
    found = measured(ranked, graded, K)
    for question, ranking in ranked.items():
        expected = by_hand([*ranking], graded[question], K)
        assert found[question] == pytest.approx(expected, abs=1e-6), question


def test_measured__what_has_no_ranking_is_left_out():
    graded: Any = {"a": {1: 3}, "b": {1: 3}}
    assert measured({"a": ()}, graded, K) == {}
    assert measured({}, {}, K) == {}


def test_unjudged__counts_the_first_alone():
    ranking: Any = (1, 2, 3, 4)
    grades: Any = {1: 0, 4: 2}
    assert unjudged(ranking, grades, 3) == 2


def test_mean_interval__is_around_the_mean_and_the_same_every_time():
    values = [0.1, 0.5, 0.9, 0.4, 0.6]
    found = mean_interval(values)
    assert found == mean_interval(values)
    assert 0.1 <= found.low < found.mean < found.high <= 0.9
    assert (found.mean, found.n) == (pytest.approx(0.5), 5)
    alone = mean_interval([0.3])
    assert (alone.low, alone.high, alone.n) == (None, None, 1)
    even = mean_interval([0.25] * 6)
    assert (even.low, even.high) == (0.25, 0.25)


def test_difference__wins_ties_losses_and_chance():
    found = difference([0.0] * 8, [0.5] * 6 + [0.0, -0.5])
    assert (found.wins, found.ties, found.losses) == (6, 1, 1)
    # of the 2^7 signs of seven equal differences, 16 give a sum as far from zero as 6 of 7 do
    assert found.p == pytest.approx(16 / 128, abs=0.001)
    same = difference([0.5, 0.7], [0.5, 0.7 + 1e-12])
    assert (same.ties, same.p, same.interval.mean) == (2, 1.0, 0.0)
    assert difference([0.1], [0.2]).p is None


def test_share_interval__is_wilsons():
    # Newcombe, Statistics in Medicine 17 (1998), table I, method 3: 81 of 263 and 0 of 20
    assert share_interval(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert share_interval(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)
