"""How good rankings are by grades, as ``ir-measures`` computes it (by ``trec_eval``)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from qwen3vl_app.evaluation.judgements import Grades
from qwen3vl_app.evaluation.pool import Ranking
from qwen3vl_app.types.judgement import RIGHT


class Metric(StrEnum):
    """The measures, each from 0 to 1, higher is better."""

    NDCG = "ndcg"
    """Discounted cumulative gain of the first k, of the best possible; the gain is the grade."""

    MRR = "mrr"
    """One over the rank of the first right item, 0 where there is none."""

    PRECISION = "precision"
    """Share of right items among the first k."""

    RECALL = "recall"
    """Share of the right items of the pool that stand among the first k."""

    AP = "ap"
    """Mean of the precision at the ranks of all right items of the pool."""


def measured(
    ranked: Mapping[str, Ranking], graded: Mapping[str, Grades], k: int
) -> dict[str, dict[Metric, float]]:
    """The measures by question.

    An item without a grade counts as not relevant, as everywhere in the field.

    Args:
        ranked: By question.
        graded: By question, which must be in ``ranked`` to be measured.
        k: How many of the first hits count.
    """
    import ir_measures  # noqa: PLC0415  # with what it needs, 0.3 s
    from ir_measures import AP, RR, P, R, nDCG  # noqa: PLC0415

    measures: dict[Any, Metric] = {
        nDCG @ k: Metric.NDCG,
        RR(rel=RIGHT): Metric.MRR,
        P(rel=RIGHT) @ k: Metric.PRECISION,
        R(rel=RIGHT) @ k: Metric.RECALL,
        AP(rel=RIGHT): Metric.AP,
    }
    asked = [question for question in graded if ranked.get(question)]
    # Ranks as scores: trec_eval orders what ties by name.
    runs = {
        question: {str(item): float(-n) for n, item in enumerate(ranked[question])}
        for question in asked
    }
    grades = {
        question: {str(item): grade for item, grade in graded[question].items()}
        for question in asked
    }
    found: dict[str, dict[Metric, float]] = {question: {} for question in asked}
    if asked:
        for one in ir_measures.iter_calc([*measures], grades, runs):
            found[one.query_id][measures[one.measure]] = float(one.value)
    return found


def unjudged(ranking: Ranking, grades: Grades, k: int) -> int:
    """How many of the first ``k`` have no grade: what a measure says is worth less with each."""
    return sum(item not in grades for item in ranking[:k])
