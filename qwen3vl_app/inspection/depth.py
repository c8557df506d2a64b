"""What every depth up to that of a run would have shown, and what it would have cost.

Reranking judges every candidate by itself. So what a smaller depth shows is known without asking
a model again: the first candidates of recall, in the order of their scores.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from qwen3vl_app.search.ranking import over_quota
from qwen3vl_app.types import ItemId, Kind
from qwen3vl_app.types.run import Ranked, Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Depth:
    """A run, had the reranker judged only so many."""

    depth: int
    milliseconds: float
    """For the query, recall, and judging so many."""

    top: tuple[ItemId, ...]
    """The final list."""

    entered: tuple[ItemId, ...]
    """What would enter the final list from below the cut, at the depth of the run; best first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Depths:
    """All depths of a run, from the number of hits shown on: it is never less."""

    depths: tuple[Depth, ...]
    """Ascending by one; none where nothing was reranked."""

    measured: bool
    """Whether each candidate's time is known; if not, time is shared out among them evenly."""


def depths(run: Run, kinds: Mapping[ItemId, Kind]) -> Depths:
    """Of a run whose items are of these ``kinds``; what has gone is under no quota."""
    if not run.judged:
        return Depths(depths=(), measured=False)
    hits = sorted(run.hits, key=lambda one: one.recall_rank)
    places = {one.item: place for place, one in enumerate(hits, start=1)}
    spent, measured = _spent(run, hits)
    deepest = _final(run, hits, kinds)
    found = (
        Depth(
            depth=depth,
            milliseconds=spent[depth - 1],
            top=_final(run, hits[:depth], kinds),
            entered=tuple(item for item in deepest if places[item] > depth),
        )
        for depth in range(min(run.question.top, len(hits)), len(hits) + 1)
    )
    return Depths(depths=tuple(found), measured=measured)


def _final(run: Run, hits: Sequence[Ranked], kinds: Mapping[ItemId, Kind]) -> tuple[ItemId, ...]:
    """The final list of these candidates: scored ones, then the others as recall has them."""
    order = sorted(
        hits,
        key=lambda one: (one.logit is None, -(one.logit or 0.0), one.recall_rank),
    )
    quota = run.question.quota
    if quota:
        known = [one for one in order if one.item in kinds]
        flags = over_quota([kinds[one.item] for one in known], quota)
        over = {one.item for one, is_over in zip(known, flags, strict=True) if is_over}
        order = [one for one in order if one.item not in over]
    return tuple(one.item for one in order[: run.question.top])


def _spent(run: Run, hits: Sequence[Ranked]) -> tuple[list[float], bool]:
    """Milliseconds up to each candidate, and whether they were measured one by one."""
    begun = run.timings.embed + run.timings.recall
    judged = [one for one in hits if one.logit is not None]
    measured = all(one.seconds is not None for one in judged)
    share = run.timings.rerank / len(judged)
    each = [
        0.0 if one.logit is None else 1000 * (one.seconds or 0.0) if measured else share
        for one in hits
    ]
    return [round(begun + sum_, 1) for sum_ in accumulate(each)], measured
