"""How kinds compete over many searches, and a quota under which none is crowded out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from qwen3vl_app.inspection.balance import Quartiles, balance, quartiles
from qwen3vl_app.types import ItemId, Kind
from qwen3vl_app.types.run import Run

RELEVANT = 0.5
"""From here on the reranker says yes rather than no."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KindShare:
    """One kind over all searches."""

    kind: Kind
    searches: int
    """In which it is among the candidates."""

    candidates: int
    shown: int
    share: float
    """Of all hits that are shown, 0 to 1."""

    most: int
    """Shown in one search."""

    similarity: Quartiles | None
    relevance: Quartiles | None
    """Of the candidates of all searches; None where no stage has scored one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A quota that lets other kinds in."""

    kind: Kind
    most: int
    before: int
    """Searches in which every kind with a relevant hit is shown, without it."""

    after: int
    """The same with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Balances:
    """All kinds of all searches."""

    searches: int
    judged: int
    """Searches that were reranked: of the others no suggestion can be made."""

    kinds: tuple[KindShare, ...]
    """Most shown first."""

    suggestion: Suggestion | None
    """None where nothing is crowded out, or no quota of one kind would help."""


@dataclass(frozen=True, slots=True)
class _Placed:
    kind: Kind
    is_relevant: bool


def balances(runs: Sequence[Run], kinds: Mapping[ItemId, Kind]) -> Balances:
    """Of searches whose items are of these ``kinds``; what has left the library is left out."""
    each = [balance(run, kinds) for run in runs]
    every = [one for run in runs for one in run.hits if one.item in kinds]
    shown: Counter[Kind] = Counter()
    for found in each:
        shown.update({one.kind: one.shown for one in found.kinds})
    total = shown.total()
    of_kind = [
        KindShare(
            kind=kind,
            searches=sum(any(one.kind is kind for one in found.kinds) for found in each),
            candidates=sum(kinds[one.item] is kind for one in every),
            shown=shown[kind],
            share=shown[kind] / total if total else 0.0,
            most=max(one.shown for found in each for one in found.kinds if one.kind is kind),
            similarity=quartiles(one.similarity for one in every if kinds[one.item] is kind),
            relevance=quartiles(one.relevance for one in every if kinds[one.item] is kind),
        )
        for kind in sorted(shown, key=lambda kind: (-shown[kind], kind.value))
    ]
    judged = [run for run in runs if run.judged]
    return Balances(
        searches=len(runs),
        judged=len(judged),
        kinds=tuple(of_kind),
        suggestion=suggestion(judged, kinds),
    )


def suggestion(runs: Sequence[Run], kinds: Mapping[ItemId, Kind]) -> Suggestion | None:
    """The largest quota of one kind under which the most searches show all that is relevant.

    All kinds of it, that is: a search is whole where every kind that has a relevant candidate is
    among the shown hits. Quotas that a search has are left out of it.
    """
    orders = [(_order(run, kinds), run.question.top) for run in runs]
    before = sum(_is_whole(order, top, None) for order, top in orders)
    best: Suggestion | None = None
    for kind in sorted({one.kind for order, _ in orders for one in order}):
        largest = max(sum(one.kind is kind for one in order[:top]) for order, top in orders)
        for most in range(largest - 1, 0, -1):
            after = sum(_is_whole(order, top, (kind, most)) for order, top in orders)
            if after > (before if best is None else best.after):
                best = Suggestion(kind=kind, most=most, before=before, after=after)
    return best


def _order(run: Run, kinds: Mapping[ItemId, Kind]) -> list[_Placed]:
    return [
        _Placed(kinds[one.item], (one.relevance or 0.0) >= RELEVANT)
        for one in run.judged
        if one.item in kinds
    ]


def _is_whole(order: Sequence[_Placed], top: int, quota: tuple[Kind, int] | None) -> bool:
    wanted = {one.kind for one in order if one.is_relevant}
    return wanted <= {one.kind for one in _shown(order, top, quota)}


def _shown(
    order: Sequence[_Placed], top: int, quota: tuple[Kind, int] | None
) -> Iterable[_Placed]:
    left = quota[1] if quota else 0
    shown = []
    for one in order:
        if quota and one.kind is quota[0]:
            if not left:
                continue
            left -= 1
        shown.append(one)
    return shown[:top]
