"""From ranked ids to hits: near copies stand behind the best of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import islice

from qwen3vl_app.search.ranking import over_quota
from qwen3vl_app.store.protocols import Store
from qwen3vl_app.store.rows import Collapsed
from qwen3vl_app.types import MOST_RESULTS, Hit, ItemId, Query, Space

MOST_FETCHED = 16
"""Times the number of hits asked for that are fetched at most where near copies fill the top."""

ALWAYS_FETCHED = 1_000
"""Fetched before giving up, however few hits are asked for; 0.2 s."""

Fetch = Callable[[int], tuple[list[ItemId], bool]]
"""The best so many ids, and whether these are all there are."""


def shown(
    library: Store, space: Space | None, query: Query, fetch: Fetch
) -> tuple[Collapsed, bool]:
    """As many hits as are wanted, near copies not counted, or as are among those fetched.

    Vectors of ``space`` tell which are near copies; without one, none are.

    Returns:
        The hits, and whether there are no others. False also where there may be others, because
        not all candidates were fetched: all that are left may be near copies of those shown.
    """
    wanted = max(query.top_k, query.depth) if query.rerank else query.top_k
    most = max(MOST_FETCHED * wanted, ALWAYS_FETCHED)
    if not query.collapse:
        space = None
    k = wanted
    while True:
        ids, is_all = fetch(k)
        found = library.collapsed(space, ids, len(ids) if query.quota else wanted)
        heads, is_full = _candidates(found, query, wanted)
        if is_all or is_full or k >= most:
            exhausted = is_all and len(found.heads) <= len(heads)
            return replace(found, heads=heads), exhausted
        k *= 2


def _candidates(found: Collapsed, query: Query, wanted: int) -> tuple[tuple[ItemId, ...], bool]:
    """The first ``wanted``, and behind them what fills the final list within the quota.

    Returns:
        The candidates, where there is a quota up to ``MOST_RESULTS``, and whether they suffice.
    """
    first = found.heads[:wanted]
    if not query.quota:
        return first, len(first) >= wanted
    kinds = {head: found.items[head].kind for head in found.heads if head in found.items}
    known = [head for head in found.heads if head in kinds]
    flags = dict(zip(known, over_quota(map(kinds.__getitem__, known), query.quota), strict=True))
    lacking = query.top_k - sum(not flags.get(head, False) for head in first)
    below = (head for head in found.heads[wanted:] if not flags.get(head, True))
    further = [*islice(below, max(0, lacking))]
    is_full = len(first) >= wanted and len(further) >= lacking
    return (*first, *further)[:MOST_RESULTS], is_full


def as_hits(
    listed: Collapsed,
    similarities: Mapping[ItemId, float],
    word_ranks: Mapping[ItemId, int],
    rankings: Sequence[Mapping[ItemId, int]],
) -> tuple[Hit, ...]:
    """The hits themselves, less those that have been forgotten meanwhile.

    Args:
        listed: What is shown.
        similarities: Of the items that have one.
        word_ranks: Of the items that contain exact words.
        rankings: The rank of every item for each query that was asked.
    """
    items = listed.items
    present = (head for head in listed.heads if head in items)
    return tuple(
        Hit(
            item=items[head],
            recall_rank=rank,
            similarity=similarities.get(head),
            words_rank=word_ranks.get(head),
            found_by=tuple(own.get(head) for own in rankings) if len(rankings) > 1 else (),
            copies=tuple(items[n] for n in listed.copies.get(head, ()) if n in items),
        )
        for rank, head in enumerate(present, start=1)
    )


def ranks(found: Sequence[ItemId]) -> dict[ItemId, int]:
    """From 1, best first."""
    return {item: rank for rank, item in enumerate(found, start=1)}


def best_ranks(rankings: Sequence[Mapping[ItemId, int]]) -> dict[ItemId, int]:
    """The better rank where several rankings have an item."""
    best: dict[ItemId, int] = {}
    for ranking in rankings:
        best |= {item: min(rank, best.get(item, rank)) for item, rank in ranking.items()}
    return best
