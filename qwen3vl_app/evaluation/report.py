"""Everything that the judgements of somebody say of both stages."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from qwen3vl_app.evaluation.agreement import alpha, units
from qwen3vl_app.evaluation.intervals import Difference, Interval, difference, mean_interval
from qwen3vl_app.evaluation.judgements import by_judge
from qwen3vl_app.evaluation.metrics import Metric, measured, unjudged
from qwen3vl_app.evaluation.pool import Stage
from qwen3vl_app.evaluation.reliability import Bin, curve
from qwen3vl_app.evaluation.verdict import JudgedQuestion, Part, parts
from qwen3vl_app.types.ids import ItemId
from qwen3vl_app.types.judgement import Judgement


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionResult:
    """One question, by the measure that the verdict goes by."""

    asked: str
    ndcg: Mapping[Stage, float]
    unjudged: Mapping[Stage, int]
    """Of the first k."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How far judges agree."""

    alpha: float | None
    judges: Mapping[str, int]
    """How many grades each has given."""

    shared: int
    """Items that several have graded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """By the first ``k`` hits; means are over the questions that count."""

    k: int
    grades: int
    questions: tuple[QuestionResult, ...]
    without_right: int
    """Questions that do not count, because nothing of them was held for right."""

    without_run: int
    """Questions that do not count, because the history has no search of them any more."""

    means: Mapping[Stage, Mapping[Metric, Interval]]
    differences: Mapping[Metric, Difference]
    """Of the questions that were reranked: rerank less recall."""

    parts: tuple[Part, ...]
    agreement: Agreement
    reliability: tuple[Bin, ...]


def report(
    judgements: Sequence[Judgement],
    questions: Sequence[JudgedQuestion],
    *,
    kinds: Mapping[ItemId, str],
    collections: Mapping[ItemId, Collection[str]],
    k: int,
) -> Report:
    """What the judgements say; takes a second where there are hundreds of questions.

    Args:
        judgements: All of somebody.
        questions: Those of them whose search is known.
        kinds: As ``verdict.parts``.
        collections: The same.
        k: How many of the first hits count.
    """
    counted = [one for one in questions if one.has_right]
    grades = {one.asked: one.grades for one in counted}
    by_stage = {
        stage: measured(
            {one.asked: one.ranked[stage] for one in counted if stage in one.ranked}, grades, k
        )
        for stage in Stage
    }
    said = by_judge(judgements)
    return Report(
        k=k,
        grades=len(judgements),
        questions=tuple(_question(one, by_stage, k) for one in counted),
        without_right=len(questions) - len(counted),
        without_run=len({one.asked for one in judgements} - {one.asked for one in questions}),
        means={
            stage: {
                metric: mean_interval([found[metric] for found in values.values()])
                for metric in Metric
            }
            for stage, values in by_stage.items()
            if values
        },
        differences=_differences(by_stage),
        parts=tuple(parts(counted, kinds, collections, k)),
        agreement=Agreement(
            alpha=alpha(units(said)),
            judges={judge: len(given) for judge, given in said.items()},
            shared=len(units(said)),
        ),
        reliability=tuple(
            curve(
                (one.relevances[item], grade)
                for one in questions
                for item, grade in one.grades.items()
                if item in one.relevances
            )
        ),
    )


def _differences(
    by_stage: Mapping[Stage, Mapping[str, Mapping[Metric, float]]],
) -> dict[Metric, Difference]:
    before, after = (by_stage[stage] for stage in Stage)
    both = [asked for asked in before if asked in after]
    if not both:
        return {}
    return {
        metric: difference(
            [before[asked][metric] for asked in both], [after[asked][metric] for asked in both]
        )
        for metric in Metric
    }


def _question(
    one: JudgedQuestion,
    by_stage: Mapping[Stage, Mapping[str, Mapping[Metric, float]]],
    k: int,
) -> QuestionResult:
    return QuestionResult(
        asked=one.asked,
        ndcg={
            stage: values[one.asked][Metric.NDCG]
            for stage, values in by_stage.items()
            if one.asked in values
        },
        unjudged={stage: unjudged(ranked, one.grades, k) for stage, ranked in one.ranked.items()},
    )
