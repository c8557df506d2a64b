"""Queries that are asked at once: each has a ranking of its own, and the rankings become one."""

from __future__ import annotations

from collections.abc import Sequence

from qwen3vl_app.search.collapse import as_hits, best_ranks, ranks, shown
from qwen3vl_app.search.dense_recall import DenseRecall
from qwen3vl_app.search.fusion import fused
from qwen3vl_app.store.protocols import Store
from qwen3vl_app.types import Hit, ItemId, LeftOut, Query, Space


class MultiQuery:
    """One search by the vectors of one query or several."""

    def __init__(
        self, library: Store, space: Space, query: Query, each: Sequence[DenseRecall]
    ) -> None:
        self._library = library
        self._space = space
        self._query = query
        self._each = each
        self._rankings: list[list[ItemId]] = []
        self.exhausted = False
        """Whether ``hits`` gave all that there is."""

    @property
    def space_is_empty(self) -> bool:
        """Whether the library holds no vector at all in this space."""
        return all(one.space_is_empty for one in self._each)

    def hits(self) -> tuple[Hit, ...]:
        """Best first."""
        listed, self.exhausted = shown(self._library, self._space, self._query, self._fetch)
        rankings = [ranks(found) for found in self._rankings]
        best = {head: _best(rankings, head) for head in listed.heads}
        near: dict[ItemId, float] = {}
        for at, one in enumerate(self._each):
            near |= one.similarities([head for head in listed.heads if best[head] == at])
        hits = as_hits(
            listed,
            near,
            best_ranks([one.word_ranks for one in self._each]),
            rankings,
        )
        return tuple(self._each[best[hit.item.id]].placed(hit) for hit in hits)

    def left_out(self, hits: Sequence[Hit]) -> LeftOut | None:
        """What was not shown; None where the library is too small to tell."""
        found = [left for one in self._each if (left := one.left_out()) is not None]
        if not found:
            return None
        above = {item for left in found for item in left.above}
        above |= {hit.item.id for hit in hits if hit.stands_out}
        hidden = {item for left in found for item in left.hidden}
        return LeftOut(
            shown=len(hits),
            above=len(above),
            hidden=len(hidden - above),
            collapsed=sum(len(hit.copies) for hit in hits),
            level=min(left.level for left in found),
            more=any(left.more for left in found),
            uniform=any(left.uniform for left in found),
        )

    def _fetch(self, k: int) -> tuple[list[ItemId], bool]:
        found = [one.fetch(k) for one in self._each]
        self._rankings = [ids for ids, _ in found]
        return fused(*self._rankings), all(is_all for _, is_all in found)


def _best(rankings: Sequence[dict[ItemId, int]], item: ItemId) -> int:
    """Which of the rankings has the item highest."""
    return min(range(len(rankings)), key=lambda at: rankings[at].get(item, len(rankings[at]) + 1))
