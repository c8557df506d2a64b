"""A test set is asked, question by question, and what it says of both stages is told."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

from qwen3vl_app.errors import UsageError
from qwen3vl_app.evaluation.asking import Parts, ask, checked, question_of, ranked
from qwen3vl_app.evaluation.conditions import conditions
from qwen3vl_app.evaluation.formats.trec import RunRow
from qwen3vl_app.evaluation.intervals import Difference, Interval, difference, mean_interval
from qwen3vl_app.evaluation.measures import Measure, values
from qwen3vl_app.evaluation.pool import Stage
from qwen3vl_app.evaluation.resolving import resolved
from qwen3vl_app.evaluation.trec_runs import Scored, run_rows
from qwen3vl_app.messages import Message
from qwen3vl_app.search.engine import Cancelled, never
from qwen3vl_app.types import SearchUpdate
from qwen3vl_app.types.question import Question
from qwen3vl_app.types.test_set import TestSet

Json: TypeAlias = dict[str, Any]

Told = Callable[[int, int], None]
"""Is told how many questions have been asked, and of how many."""

Steps = Generator[tuple[int, int], None, "Evaluation"]
"""Yields the same before each question and at the end, and returns what the set says."""

Updates = Generator[SearchUpdate, None, None]

GIVEN = "given"
"""Stands for the stage where somebody else's run is measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """What a set says. Means and differences are over the questions that have grades."""

    test_set: TestSet
    measures: tuple[Measure, ...]
    by_question: Mapping[str, Mapping[str, Mapping[Measure, float]]]
    """Stage, question, measure."""

    runs: Mapping[str, tuple[RunRow, ...]]
    """By stage; no documents of which no item was found."""

    missing: tuple[str, ...]
    """Graded documents that the library does not have."""

    conditions: Mapping[str, Any]

    @property
    def last(self) -> str:
        """The stage that decides: the last one that was measured."""
        return [*self.by_question][-1]

    def mean(self, stage: str, measure: Measure) -> Interval:
        """With its interval."""
        return mean_interval([found[measure] for found in self.by_question[stage].values()])

    def differences(self) -> dict[Measure, Difference]:
        """Rerank less recall; empty where one of them was not measured."""
        both = [self.by_question.get(stage) for stage in Stage]
        before, after = both
        if before is None or after is None:
            return {}
        return {
            measure: difference(
                [before[asked][measure] for asked in before],
                [after[asked][measure] for asked in before],
            )
            for measure in self.measures
        }

    def written(self) -> Json:
        """As JSON, as it is printed and kept."""
        texts = {one.id: one.text for one in self.test_set.questions}
        return {
            "set": self.test_set.name,
            "n": len(next(iter(self.by_question.values()))),
            "stages": {
                stage: {str(one): asdict(self.mean(stage, one)) for one in self.measures}
                for stage in self.by_question
            },
            "differences": {
                str(measure): {
                    **asdict(found.interval),
                    **{name: getattr(found, name) for name in ("p", "wins", "ties", "losses")},
                }
                for measure, found in self.differences().items()
            },
            "questions": [
                {
                    "id": asked,
                    "text": texts[asked],
                    "values": {
                        stage: {str(one): value for one, value in found[asked].items()}
                        for stage, found in self.by_question.items()
                    },
                }
                for asked in next(iter(self.by_question.values()))
            ],
            "missing": list(self.missing),
            "conditions": dict(self.conditions),
        }


def evaluate(
    parts: Parts,
    test_set: TestSet,
    *,
    stages: Sequence[Stage],
    measures: Sequence[Measure],
    settings: Mapping[str, Any],
    told: Told = lambda _done, _of: None,
    at_once: int = 1,
) -> Evaluation:
    """Ask every question that has grades, and measure these stages.

    Raises:
        AppError: As ``evaluating``.
    """
    steps = evaluating(
        parts, test_set, stages=stages, measures=measures, settings=settings, at_once=at_once
    )
    while True:
        try:
            told(*next(steps))
        except StopIteration as end:
            found: Evaluation = end.value
            return found


def evaluating(
    parts: Parts,
    test_set: TestSet,
    *,
    stages: Sequence[Stage],
    measures: Sequence[Measure],
    settings: Mapping[str, Any],
    at_once: int = 1,
    cancelled: Cancelled = never,
) -> Steps:
    """The same question by question, for who may want no more of it.

    Args:
        parts: What searches.
        test_set: What is asked, and what is right.
        stages: What is measured.
        measures: By what.
        settings: How to look, the same for all questions.
        at_once: How many questions are in work at a time; what is found is the same.
        cancelled: Says that no more is wanted; the generator is then to be closed.

    Raises:
        AppError: A question cannot be asked, or is not reranked though that is measured.
        UsageError: Nothing is graded, or the library has none of the documents.
    """
    rerank = Stage.RERANK in stages
    said = {**checked(settings), "rerank": rerank}
    library = parts.library
    standing = library.standing(test_set.collection or None)
    documents = resolved(test_set, standing, library.uploads)
    asked = [one for one in test_set.questions if one.id in test_set.graded]
    if not asked:
        raise UsageError(Message.of("evaluate.no_grades", name=test_set.name))
    if len(documents.missing) == len(test_set.named):
        raise UsageError(Message.of("evaluate.no_documents", name=test_set.name))
    found: dict[Stage, dict[str, Scored]] = {stage: {} for stage in stages}
    questions = (question_of(entry, test_set, said) for entry in asked)
    with closing(asked_in_order(parts, questions, at_once, cancelled)) as updates:
        for n, entry in enumerate(asked):
            yield n, len(asked)
            by_stage = ranked(next(updates))
            for stage in stages:
                scores: dict[str, float] = {}
                for item, score in by_stage.get(stage, ()):
                    (name,) = documents.documents([item])
                    scores.setdefault(name, score)  # a document stands where its first item does
                found[stage][entry.id] = tuple(scores.items())
    yield len(asked), len(asked)
    gone = {*documents.missing}
    graded = dict.fromkeys(one.document for one in test_set.grades)
    return Evaluation(
        test_set=test_set,
        measures=tuple(measures),
        by_question={
            stage.value: _values(test_set, _order(scored), measures)
            for stage, scored in found.items()
        },
        runs={
            stage.value: tuple(run_rows(scored, stage.value)) for stage, scored in found.items()
        },
        missing=tuple(name for name in graded if name in gone),
        conditions=conditions(
            library, parts.models, said, rerank=rerank, questions=test_set.fingerprint
        ),
    )


def asked_in_order(
    parts: Parts,
    questions: Iterable[Question],
    at_once: int = 1,
    cancelled: Cancelled = never,
) -> Updates:
    """The last update of each search, in the order of the questions, some in work at a time.

    Raises:
        AppError: As ``ask``.
    """
    if at_once == 1:
        yield from (ask(parts, one, cancelled=cancelled) for one in questions)
        return
    pool = ThreadPoolExecutor(at_once, thread_name_prefix="asking")
    in_work: deque[Future[SearchUpdate]] = deque()
    try:
        for one in questions:
            if len(in_work) == at_once:
                yield in_work.popleft().result()
            in_work.append(pool.submit(ask, parts, one, cancelled=cancelled))
        while in_work:
            yield in_work.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def measure_run(
    test_set: TestSet, given: Mapping[str, Sequence[str]], measures: Sequence[Measure]
) -> Evaluation:
    """The same of a run that another system has written."""
    if not test_set.grades:
        raise UsageError(Message.of("evaluate.no_grades", name=test_set.name))
    return Evaluation(
        test_set=test_set,
        measures=tuple(measures),
        by_question={GIVEN: _values(test_set, given, measures)},
        runs={},
        missing=(),
        conditions={"questions": test_set.fingerprint},
    )


def _order(scored: Mapping[str, Scored]) -> dict[str, list[str]]:
    return {asked: [name for name, _ in found] for asked, found in scored.items()}


def _values(
    test_set: TestSet, ranked_: Mapping[str, Sequence[str]], measures: Sequence[Measure]
) -> dict[str, dict[Measure, float]]:
    return values(ranked_, test_set.graded, measures, right=test_set.right)
