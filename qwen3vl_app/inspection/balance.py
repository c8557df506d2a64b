"""How kinds compete in a run: texts are nearer to a text than pictures are, whatever they say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from qwen3vl_app.types import ItemId, Kind
from qwen3vl_app.types.run import Ranked, Run

Quartiles: TypeAlias = tuple[float, float, float, float, float]
"""Lowest, first quartile, median, third quartile, highest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KindScores:
    """The candidates of one kind."""

    kind: Kind
    count: int
    shown: int
    """How many are in the final list."""

    similarity: Quartiles | None
    relevance: Quartiles | None
    """None where no candidate of the kind has a score of that stage."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A hit of the final order."""

    item: ItemId
    kind: Kind
    rank: int
    within: int
    """Its rank among those of its kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """All kinds of a run."""

    kinds: tuple[KindScores, ...]
    """Those that are among the candidates, most first."""

    hits: tuple[Placed, ...]
    """The final order, best first, before any quota."""


def balance(run: Run, kinds: Mapping[ItemId, Kind]) -> Balance:
    """Of a run whose items are of these ``kinds``; what has gone from the library is left out."""
    order = run.judged or sorted(run.hits, key=lambda one: one.recall_rank)
    known = [one for one in order if one.item in kinds]
    placed = _placed(known, kinds)
    quota, top = run.question.quota, run.question.top
    final = [one for one in placed if one.within <= quota.get(one.kind, one.within)][:top]
    shown = Counter(one.kind for one in final)
    every = [one for one in run.hits if one.item in kinds]
    counts = Counter(kinds[one.item] for one in every)
    return Balance(
        kinds=tuple(
            KindScores(
                kind=kind,
                count=count,
                shown=shown[kind],
                similarity=quartiles([one.similarity for one in every if kinds[one.item] is kind]),
                relevance=quartiles([one.relevance for one in every if kinds[one.item] is kind]),
            )
            for kind, count in counts.most_common()
        ),
        hits=placed,
    )


def _placed(hits: Sequence[Ranked], kinds: Mapping[ItemId, Kind]) -> tuple[Placed, ...]:
    seen: Counter[Kind] = Counter()
    found = []
    for rank, one in enumerate(hits, start=1):
        kind = kinds[one.item]
        seen[kind] += 1
        found.append(Placed(item=one.item, kind=kind, rank=rank, within=seen[kind]))
    return tuple(found)


def quartiles(scores: Iterable[float | None]) -> Quartiles | None:
    """Of the scores that are known; None where none is."""
    known = [score for score in scores if score is not None]
    if not known:
        return None
    low, first, median, third, high = map(float, np.quantile(known, (0, 0.25, 0.5, 0.75, 1)))
    return low, first, median, third, high
