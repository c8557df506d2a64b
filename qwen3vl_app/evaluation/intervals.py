"""How sure a mean over questions is, as SciPy computes it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np

RESAMPLES = 2000
"""Of a bootstrap or a permutation test: the ends of an interval are then sure to about a
hundredth of its width, and it takes some milliseconds."""

CONFIDENCE = 0.95

SEED = 1
"""So that the same grades give the same interval."""

_SAME = 1e-9
"""Closer together two measures are equal: what differs is rounding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A mean with the bootstrap interval around it; None where one question says nothing of it."""

    mean: float
    low: float | None
    high: float | None
    n: int
    """Questions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What a second ranking has more than the first, question by question."""

    interval: Interval
    p: float | None
    """Of a two-sided permutation test (random signs): how often chance alone gives a mean
    difference as large; None with one question."""

    wins: int
    ties: int
    losses: int


def mean_interval(values: Sequence[float]) -> Interval:
    """The mean of one value for each question, with its 95 % percentile bootstrap interval.

    Args:
        values: At least one.
    """
    mean, n = fmean(values), len(values)
    if n < 2:
        return Interval(mean=mean, low=None, high=None, n=n)
    from scipy.stats import bootstrap  # noqa: PLC0415  # half a second

    found = bootstrap(
        (np.asarray(values, np.float64),),
        np.mean,
        n_resamples=RESAMPLES,
        confidence_level=CONFIDENCE,
        method="percentile",
        rng=np.random.default_rng(SEED),
    ).confidence_interval
    return Interval(mean=mean, low=float(found.low), high=float(found.high), n=n)


def difference(before: Sequence[float], after: Sequence[float]) -> Difference:
    """What ``after`` has more than ``before``, whose values are of the same questions.

    Smucker, Allan and Carterette (CIKM 2007) compare tests for this and recommend permutation.
    """
    more = [two - one for one, two in zip(before, after, strict=True)]
    more = [0.0 if abs(one) < _SAME else one for one in more]
    return Difference(
        interval=mean_interval(more),
        p=_by_chance(more),
        wins=sum(one > 0 for one in more),
        ties=sum(one == 0 for one in more),
        losses=sum(one < 0 for one in more),
    )


def _by_chance(more: Sequence[float]) -> float | None:
    if len(more) < 2:
        return None
    if not any(more):
        return 1.0
    from scipy.stats import permutation_test  # noqa: PLC0415

    p = permutation_test(
        (np.asarray(more, np.float64),),
        np.mean,
        permutation_type="samples",
        n_resamples=RESAMPLES,
        rng=np.random.default_rng(SEED),
    ).pvalue
    return min(1.0, float(p))


def share_interval(right: int, n: int) -> tuple[float, float]:
    """The 95 % Wilson score interval of a share, which holds for few and for extreme ones too."""
    z = 1.959964
    share = right / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return max(0.0, centre - half), min(1.0, centre + half)
