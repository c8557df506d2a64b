"""Whether a relevance means what it says: how often what has it is right."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import fmean

from qwen3vl_app.evaluation.intervals import share_interval
from qwen3vl_app.types.judgement import RIGHT

BINS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """The judged hits whose relevance lies in one tenth of its range."""

    low: float
    high: float
    n: int
    relevance: float
    """Their mean."""

    right: float
    """Share of those that judges hold for right, with its 95 % interval."""

    right_low: float
    right_high: float


def curve(judged: Iterable[tuple[float, int]]) -> list[Bin]:
    """The reliability curve of (relevance, grade); tenths without a hit are not there."""
    tenths: dict[int, list[tuple[float, int]]] = {}
    for relevance, grade in judged:
        tenths.setdefault(min(int(relevance * BINS), BINS - 1), []).append((relevance, grade))
    return [_bin(tenth, tenths[tenth]) for tenth in sorted(tenths)]


def calibration_error(bins: Iterable[Bin]) -> float | None:
    """By how much relevance and share of right ones differ, on average over the judged hits."""
    known = [*bins]
    total = sum(one.n for one in known)
    if not total:
        return None
    return sum(one.n * abs(one.relevance - one.right) for one in known) / total


def _bin(tenth: int, judged: list[tuple[float, int]]) -> Bin:
    right = sum(grade >= RIGHT for _, grade in judged)
    low, high = share_interval(right, len(judged))
    return Bin(
        low=tenth / BINS,
        high=(tenth + 1) / BINS,
        n=len(judged),
        relevance=fmean(relevance for relevance, _ in judged),
        right=right / len(judged),
        right_low=low,
        right_high=high,
    )
