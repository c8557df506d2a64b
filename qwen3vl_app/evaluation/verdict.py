"""Did reranking help here? For all that was judged, and for each kind and collection."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from qwen3vl_app.evaluation.intervals import Difference, difference
from qwen3vl_app.evaluation.judgements import Grades
from qwen3vl_app.evaluation.metrics import Metric, measured
from qwen3vl_app.evaluation.pool import Ranking, Stage, within
from qwen3vl_app.types.ids import ItemId
from qwen3vl_app.types.judgement import RIGHT

FEWEST = 5
"""Questions below which nothing is claimed: an interval of so few is hardly one."""


class Verdict(StrEnum):
    """What the interval of the difference says."""

    HELPED = "helped"
    HURT = "hurt"
    UNCLEAR = "unclear"
    FEW = "few"
    """There are too few questions to say anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedQuestion:
    """A question with both rankings of its search, and what people say of the hits."""

    asked: str
    ranked: Mapping[Stage, Ranking]
    grades: Grades
    relevances: Mapping[ItemId, float]

    @property
    def has_right(self) -> bool:
        """Whether anything of the pool is right: else no order is better than another."""
        return any(grade >= RIGHT for grade in self.grades.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The answer for a part of the library."""

    group: str
    """``all``, ``kind`` or ``collection``."""

    name: str
    difference: Difference
    verdict: Verdict


def verdict(found: Difference) -> Verdict:
    """By whether the whole interval lies above or below zero."""
    interval = found.interval
    if interval.n < FEWEST or interval.low is None or interval.high is None:
        return Verdict.FEW
    if interval.low > 0:
        return Verdict.HELPED
    return Verdict.HURT if interval.high < 0 else Verdict.UNCLEAR


def parts(
    questions: Sequence[JudgedQuestion],
    kinds: Mapping[ItemId, str],
    collections: Mapping[ItemId, Collection[str]],
    k: int,
) -> list[Part]:
    """The answer for all, for each kind and for each collection with something right in it.

    Of a part, both rankings are looked at with its items alone: whether reranking orders videos
    better does not depend on where pictures stand between them.

    Args:
        questions: Those whose search was reranked count.
        kinds: Of items; what is not there has left the library.
        collections: Of items that are in some.
        k: As ``metrics.measured``.
    """
    members: dict[tuple[str, str], set[ItemId]] = {}
    for item, kind in kinds.items():
        members.setdefault(("kind", kind), set()).add(item)
    for item, names in collections.items():
        for name in names:
            members.setdefault(("collection", name), set()).add(item)
    found = [_part(questions, "all", "", None, k)]
    found += [_part(questions, *named, members[named], k) for named in sorted(members)]
    return [part for part in found if part is not None]


def _part(
    questions: Sequence[JudgedQuestion],
    group: str,
    name: str,
    members: Collection[ItemId] | None,
    k: int,
) -> Part | None:
    inside = [one if members is None else _inside(one, members) for one in questions]
    counted = {one.asked: one for one in inside if one.has_right and Stage.RERANK in one.ranked}
    if not counted:
        return None
    grades = {asked: one.grades for asked, one in counted.items()}
    before, after = (
        measured({asked: one.ranked[stage] for asked, one in counted.items()}, grades, k)
        for stage in Stage
    )
    both = [asked for asked in counted if asked in before and asked in after]
    if not both:
        return None
    gained = difference(
        [before[asked][Metric.NDCG] for asked in both],
        [after[asked][Metric.NDCG] for asked in both],
    )
    return Part(group=group, name=name, difference=gained, verdict=verdict(gained))


def _inside(question: JudgedQuestion, members: Collection[ItemId]) -> JudgedQuestion:
    return JudgedQuestion(
        asked=question.asked,
        ranked=within(question.ranked, members),
        grades={item: grade for item, grade in question.grades.items() if item in members},
        relevances=question.relevances,
    )
