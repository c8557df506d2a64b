"""Measures by the names that people write (``ndcg@10``), of rankings of documents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from qwen3vl_app.errors import UsageError
from qwen3vl_app.evaluation.metrics import Metric
from qwen3vl_app.messages import Message

_CUT = frozenset({Metric.NDCG, Metric.PRECISION, Metric.RECALL})
"""Measures that need a number of hits to look at."""

DEEPEST = 1000


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure, of the first ``k`` hits, or of all."""

    metric: Metric
    k: int | None = None

    @classmethod
    def read(cls, said: str) -> Self:
        """From its name.

        Raises:
            UsageError: There is no such measure.
        """
        name, at, cut = said.strip().lower().partition("@")
        number = int(cut) if cut.isascii() and cut.isdigit() else 0
        known = name in {*Metric}
        if not known or (at and not 0 < number <= DEEPEST) or (not at and Metric(name) in _CUT):
            names = ", ".join(f"{one}@10" if one in _CUT else one for one in Metric)
            raise UsageError(Message.of("evaluate.measure", said=said[:40], names=names))
        return cls(Metric(name), number or None)

    def __str__(self) -> str:
        return self.metric.value if self.k is None else f"{self.metric.value}@{self.k}"


@dataclass(frozen=True, slots=True)
class Least:
    """What a measure must reach at least."""

    measure: Measure
    value: float

    @classmethod
    def read(cls, said: str) -> Self:
        """From ``ndcg@10=0.8``.

        Raises:
            UsageError: It is none.
        """
        name, _, value = said.partition("=")
        try:
            least = float(value)
        except ValueError:
            least = -1.0
        if not 0 <= least <= 1:
            raise UsageError(Message.of("evaluate.least", said=said[:40]))
        return cls(Measure.read(name), least)


def usual(k: int) -> tuple[Measure, ...]:
    """What is measured unless more is asked for."""
    return tuple(Measure(one, k if one in _CUT else None) for one in Metric)


def values(
    ranked: Mapping[str, Sequence[str]],
    graded: Mapping[str, Mapping[str, int]],
    measures: Iterable[Measure],
    *,
    right: int,
) -> dict[str, dict[Measure, float]]:
    """By question, as ``trec_eval`` computes them; of a question without a ranking all are 0.

    Args:
        ranked: Documents by question, the best first.
        graded: By question; what is not graded is not relevant.
        measures: Which.
        right: From which grade on a document is right; nDCG goes by the grade itself.
    """
    import ir_measures  # noqa: PLC0415  # with what it needs, 0.3 s

    wanted = {_of_the_field(one, right): one for one in measures}
    found = {asked: dict.fromkeys(wanted.values(), 0.0) for asked in graded}
    runs = {
        # Ranks as scores: trec_eval orders what ties by name.
        asked: {document: float(-n) for n, document in enumerate(ranked[asked])}
        for asked in graded
        if ranked.get(asked)
    }
    grades = {asked: dict(graded[asked]) for asked in runs}
    if runs:
        for one in ir_measures.iter_calc([*wanted], grades, runs):
            found[one.query_id][wanted[one.measure]] = float(one.value)
    return found


def _of_the_field(measure: Measure, right: int) -> Any:  # noqa: ANN401  # ir_measures has no types
    from ir_measures import AP, RR, P, R, nDCG  # noqa: PLC0415

    base = {
        Metric.NDCG: nDCG,
        Metric.MRR: RR(rel=right),
        Metric.PRECISION: P(rel=right),
        Metric.RECALL: R(rel=right),
        Metric.AP: AP(rel=right),
    }[measure.metric]
    return base if measure.k is None else base @ measure.k
