"""Pools, agreement, reliability, verdicts: what stands behind the report, checked by hand."""

from __future__ import annotations

from typing import Any

import pytest

from qwen3vl_app.evaluation.agreement import alpha, units
from qwen3vl_app.evaluation.intervals import difference
from qwen3vl_app.evaluation.judgements import by_judge, settled
from qwen3vl_app.evaluation.pool import Stage, pooled, rankings, within
from qwen3vl_app.evaluation.published import PUBLISHED, README, REPORT
from qwen3vl_app.evaluation.reliability import calibration_error, curve
from qwen3vl_app.evaluation.verdict import JudgedQuestion, Verdict, parts, verdict
from qwen3vl_app.types import ContentHash, ItemId, Timings
from qwen3vl_app.types.judgement import Judgement, asked_key, asked_text
from qwen3vl_app.types.question import Question
from qwen3vl_app.types.run import Ranked, Run


def run_of(recalled: list[int], ranks: dict[int, int]) -> Run:
    hits = tuple(
        Ranked(
            item=ItemId(item),
            recall_rank=n,
            similarity=1 / n,
            rank=ranks.get(item),
            relevance=1 / ranks[item] if item in ranks else None,
            logit=0.0 if item in ranks else None,
        )
        for n, item in enumerate(recalled, start=1)
    )
    return Run(
        question=Question(text="fox"), model="m", reranker="r" if ranks else "", space="s",
        version="1", hits=hits, timings=Timings(),
    )  # fmt: skip


def said(asked: str, item: int, judge: str, grade: int) -> Judgement:
    return Judgement(
        asked=asked, content=ContentHash("c"), ordinal=0, item=ItemId(item), judge=judge,
        grade=grade, note="", when="2026-01-01T00:00:00Z",
    )  # fmt: skip


def test_rankings__what_was_not_judged_stands_last_in_recall_order():
    found: Any = rankings(run_of([7, 8, 9, 10], {9: 1, 7: 2}))
    assert found == {Stage.RECALL: (7, 8, 9, 10), Stage.RERANK: (9, 7, 8, 10)}
    assert rankings(run_of([7, 8], {})) == {Stage.RECALL: (7, 8)}
    some: Any = [8, 9]
    assert within(found, some) == {Stage.RECALL: (8, 9), Stage.RERANK: (9, 8)}


def test_pooled__is_of_all_first_hits_in_an_order_that_is_drawn_once():
    both: Any = [tuple(range(100)), tuple(range(99, -1, -1))]
    draw: Any = pooled
    found = draw(both, 10, [3])
    assert sorted(found) == [*range(10), *range(90, 100)]
    assert found == draw(both, 10, [3])
    assert found != draw(both, 10, [4])
    assert [*found] != sorted(found)
    assert draw(both, 10, [5, 3]) == draw(both, 10, [3, 5])


def test_asked_key__is_the_same_under_other_settings():
    plain = asked_key(Question(text="fox"))
    assert plain == asked_key(Question(text="fox", instruction="x", depth=7, rerank=False, top=5))
    assert plain != asked_key(Question(text="fox", unlike="dog"))
    assert asked_text(plain) == "fox"


# Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), section C: four observers and
# twelve units; 0 for what an observer has not judged.
OBSERVERS = (
    (1, 2, 3, 3, 2, 1, 4, 1, 2, 0, 0, 0),
    (1, 2, 3, 3, 2, 2, 4, 1, 2, 5, 0, 3),
    (0, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, 0),
    (1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, 0),
)


def test_alpha__of_the_published_example():
    graded = [[value for value in unit if value] for unit in zip(*OBSERVERS, strict=True)]
    assert alpha(graded) == pytest.approx(0.815, abs=0.0005)


def test_alpha__extremes():
    assert alpha([[0, 0], [3, 3], [1, 1, 1]]) == pytest.approx(1.0)
    assert alpha([[0, 3], [3, 0]]) < 0
    assert alpha([[2, 2], [2, 2]]) is None
    assert alpha([[1], [3]]) is None
    assert alpha([]) is None


def test_settled__the_lower_median_of_several_judges():
    all_of_them = [
        said("a", 1, "Anna", 3), said("a", 1, "Bert", 0),
        said("a", 2, "Anna", 3), said("a", 2, "Bert", 2), said("a", 2, "Carl", 3),
        said("b", 1, "Anna", 1),
    ]  # fmt: skip
    assert settled(all_of_them) == {"a": {1: 0, 2: 3}, "b": {1: 1}}
    assert sorted(units(by_judge(all_of_them))) == [[3, 0], [3, 2, 3]]


def test_curve__tenths_with_their_share_of_right_ones():
    bins = curve([(0.05, 0), (0.31, 2), (0.39, 1), (1.0, 3)])
    assert [(one.low, one.n, one.right) for one in bins] == [
        (0.0, 1, 0.0),
        (0.3, 2, 0.5),
        (0.9, 1, 1.0),
    ]
    assert bins[1].relevance == pytest.approx(0.35)
    assert calibration_error(bins) == pytest.approx((0.05 + 2 * 0.15 + 0.0) / 4)
    assert calibration_error([]) is None


@pytest.mark.parametrize(
    ("gains", "expected"),
    [
        ([0.2, 0.3, 0.25, 0.2, 0.4], Verdict.HELPED),
        ([-0.2, -0.3, -0.25, -0.2, -0.4], Verdict.HURT),
        ([-0.2, 0.3, -0.25, 0.2, 0.0], Verdict.UNCLEAR),
        ([0.2, 0.3, 0.2, 0.2], Verdict.FEW),
        ([0.9], Verdict.FEW),
    ],
)
def test_verdict__goes_by_the_interval(gains, expected):
    assert verdict(difference([0.0] * len(gains), gains)) is expected


def test_parts__each_kind_and_collection_is_looked_at_alone():
    # pictures 1 and 2: reranking turns them right; pages 3 and 4: it turns them wrong
    ranked: Any = {Stage.RECALL: (1, 2, 3, 4), Stage.RERANK: (2, 1, 4, 3)}
    grades: Any = {2: 3, 1: 0, 3: 3, 4: 0}
    questions = [
        JudgedQuestion(asked=f"q {n}", ranked=ranked, grades=grades, relevances={})
        for n in range(5)
    ]
    mine: Any = {1: ["Mine"], 2: ["Mine"]}
    kinds: Any = {1: "picture", 2: "picture", 3: "page", 4: "page"}
    found = parts(questions, kinds, mine, 10)
    said = {(one.group, one.name): one.verdict for one in found}
    assert said[("kind", "picture")] is said[("collection", "Mine")] is Verdict.HELPED
    assert said[("kind", "page")] is Verdict.HURT
    assert found[0].group == "all"
    assert parts([], {}, {}, 10) == []


def test_published__the_two_tables_disagree():
    by = {(one.source, one.model, one.kind): one.difference for one in PUBLISHED}
    assert by[(README, "2B", "picture")] == -0.008
    assert by[(REPORT, "2B", "picture")] == -0.01
    assert by[(REPORT, "8B", "page")] == 0.071
