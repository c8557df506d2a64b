"""One question under two settings: what both show, what moved, and how much that is.

The difference is 1 − RBO, rank-biased overlap (Webber, Moffat and Zobel, ACM TOIS 28, 2010): the
first ranks count most, lists may hold different items, and no length has to be chosen, which
overlap@k and rank correlations lack. It is extrapolated from what is shown (their equation 32).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from qwen3vl_app.search.engine import Cancelled, SearchEngine, never
from qwen3vl_app.search.otherwise import USUAL, Otherwise
from qwen3vl_app.types import ItemId, Query, SearchStage, SearchUpdate
from qwen3vl_app.types.question import NAMES, Question
from qwen3vl_app.types.reading import FILTERS

PERSISTENCE = 0.9
"""How likely a reader goes on to the next rank: the first ten then have 86 % of the weight."""

SETTINGS = NAMES - {"text", "files", "also", "like", "not_like", "unlike", "crops", *FILTERS}
"""What of a question a side may have otherwise: how to look, never what for or where."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mover:
    """An item that stands elsewhere on the other side; None where it does not stand at all."""

    item: ItemId
    left: int | None
    right: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What two lists have of each other."""

    k: int
    """How many first ranks are compared."""

    overlap: float
    """Share of the items among the first ``k`` that both have, 0 to 1; the order does not
    matter."""

    difference: float
    """0 for the same list, 1 for lists without a common item."""

    movers: tuple[Mover, ...]
    """In the order of the right side, what it lacks last."""


def compared(left: Sequence[ItemId], right: Sequence[ItemId], k: int) -> Comparison:
    """Two lists of items, best first, by their first ``k``."""
    left, right = left[:k], right[:k]
    ranks = {item: n for n, item in enumerate(left, start=1)}
    others = {item: n for n, item in enumerate(right, start=1)}
    every = [*right, *(item for item in left if item not in others)]
    movers = [
        Mover(item=item, left=ranks.get(item), right=others.get(item))
        for item in every
        if ranks.get(item) != others.get(item)
    ]
    longest = max(len(left), len(right))
    return Comparison(
        k=k,
        overlap=len(ranks.keys() & others.keys()) / longest if longest else 1.0,
        difference=1 - rank_biased_overlap(left, right) if longest else 0.0,
        movers=tuple(movers),
    )


def rank_biased_overlap(
    one: Sequence[ItemId], other: Sequence[ItemId], p: float = PERSISTENCE
) -> float:
    """1 for the same order, 0 where nothing is common. At least one list is not empty."""
    longest = max(len(one), len(other))
    total, agreement = 0.0, 0.0
    for depth in range(1, longest + 1):
        agreement = len({*one[:depth]} & {*other[:depth]}) / depth
        total += agreement * p**depth
    return agreement * p**longest + (1 - p) / p * total


def shown(update: SearchUpdate, top: int) -> tuple[ItemId, ...]:
    """The items of a search as its last stage orders them, less those beyond the shown ones."""
    reranked = [hit.item.id for hit in update.by_relevance]
    known = {*reranked}
    rest = sorted(update.hits, key=lambda hit: hit.recall_rank)
    return (*reranked, *(hit.item.id for hit in rest if hit.item.id not in known))[:top]


def with_settings(question: Question, changes: Mapping[str, Any]) -> Question:
    """The question under other settings.

    Raises:
        UsageError: A value means nothing.
    """
    known = {name: value for name, value in changes.items() if name in SETTINGS}
    return Question.read({**question.written(), **known})


def alternately(
    engine: SearchEngine,
    queries: Sequence[Query],
    *,
    otherwise: Sequence[Otherwise] = (),
    cancelled: Cancelled = never,
) -> Iterator[tuple[int, SearchUpdate]]:
    """The updates of several searches with the number of each, one step of each in turn.

    So all have recalled before the first one is reranked. Ends where ``cancelled`` turns true.

    Args:
        engine: Asked in one thread.
        queries: Any number.
        otherwise: Of each query what answers it; none at all for what usually does.
        cancelled: Asked after every step.
    """
    each = zip_longest(queries, otherwise[: len(queries)])
    searches = [
        engine.search(query, otherwise=how or USUAL, cancelled=cancelled) for query, how in each
    ]
    waiting = deque(enumerate(searches))
    try:
        while waiting and not cancelled():
            n, search = waiting.popleft()
            for update in search:
                yield n, update
                if update.stage in (SearchStage.RECALL, SearchStage.RERANK):
                    waiting.append((n, search))
                break
    finally:
        for search in searches:
            if isinstance(search, Generator):
                search.close()
