"""Recall by a vector, with exact words beside it, and what it leaves out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from qwen3vl_app.search.collapse import ranks
from qwen3vl_app.search.fusion import fused
from qwen3vl_app.search.score_calibration import ScoreCalibration, calibrate
from qwen3vl_app.store.protocols import Store
from qwen3vl_app.types import (
    EVERYTHING,
    Candidate,
    Hit,
    ItemId,
    Query,
    Space,
    Vectors,
    WordsMode,
)

COUNTED = 1000
"""Nearest items among which those that stand out are counted; a page says "1000+" beyond."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Left:
    """What one query might show, as ids."""

    above: Collection[ItemId]
    """Stand out or contain the words, and pass the filters."""

    hidden: Collection[ItemId]
    """Do so just as well, and do not pass."""

    level: float
    more: bool
    """Counting stopped."""

    uniform: bool


class DenseRecall:
    """One search by a vector, with exact words beside it if the query asks for them."""

    def __init__(self, library: Store, space: Space, query: Query, vector: Vectors) -> None:
        self._library = library
        self._space = space
        self._query = query
        self._vector = vector
        self._named = {*query.like, *query.not_like}
        words = query.words is not WordsMode.OFF
        self._words = library.find_words(query.exact_words, query.filter) if words else None
        self._unwanted = self._words.unwanted if self._words else frozenset()
        self._nearest = library.search(space, vector, COUNTED)
        self._similarities = {found.item_id: found.similarity for found in self._nearest}
        sample = library.sample(space, vector)
        self.embedded = sample.items
        """How many items can be found by their vectors."""

        self.elsewhere = sample.elsewhere
        """How many cannot, because only another model has embedded them."""

        self._calibration = calibrate(sample.by_kind, sample.items)

    @property
    def space_is_empty(self) -> bool:
        """Whether the library holds no vector at all in this space."""
        return not self._nearest

    @property
    def word_ranks(self) -> Mapping[ItemId, int]:
        """Of the items that contain the exact words."""
        return {} if self._words is None else ranks(self._words.found)

    def fetch(self, k: int) -> tuple[list[ItemId], bool]:
        """The best so many ids, and whether these are all there are."""
        found = [one.item_id for one in self._near(k + 1)]  # one more tells whether there are
        near = found[:k]
        if self._words is None:
            return near, len(found) <= k
        words = [item for item in self._words.found if item not in self._named]
        # The whole ranking of the words counts: what is near and contains them far down that
        # ranking must not sink below what is near only.
        fetched = {*near, *words[:k]}
        both = [item for item in fused(near, words) if item in fetched]
        return both, len(found) <= k and len(words) <= k

    def similarities(self, chosen: Collection[ItemId]) -> Mapping[ItemId, float]:
        """How near these items are; those without a vector are not there."""
        unknown = [item for item in chosen if item not in self._similarities]
        if unknown and len(self._nearest) == COUNTED:  # else every vector has been met
            found = self._library.search(self._space, self._vector, len(unknown), among=unknown)
            self._similarities |= {one.item_id: one.similarity for one in found}
        return {item: self._similarities[item] for item in chosen if item in self._similarities}

    def placed(self, hit: Hit) -> Hit:
        """With where its similarity stands among those of the sample."""
        if self._calibration is None or hit.similarity is None:
            return hit
        return replace(
            hit,
            percentile=self._calibration.percentile(hit.similarity),
            stands_out=self._calibration.stands_out(hit.item.kind, hit.similarity),
        )

    def left_out(self) -> Left | None:
        """What there was to show; None where the library is too small to tell."""
        if self._calibration is None:
            return None
        lowest = self._calibration.lowest
        high = [found for found in self._nearest if found.similarity >= lowest]
        standing_out = self._standing_out(high, self._calibration)
        passing = self._passing(standing_out) - self._unwanted
        containing = set() if self._words is None else {*self._words.found} - self._named
        without = self._words.hidden if self._words else frozenset()
        return Left(
            above=passing | containing,
            hidden=(standing_out - passing) | without,
            level=lowest,
            more=len(high) == COUNTED,
            uniform=self._calibration.uniform,
        )

    def _standing_out(self, high: Sequence[Candidate], scale: ScoreCalibration) -> set[ItemId]:
        return {
            found.item_id
            for found in high
            if found.item_id not in self._named and scale.stands_out(found.kind, found.similarity)
        }

    def _passing(self, chosen: set[ItemId]) -> set[ItemId]:
        where = self._query.filter
        return chosen if where == EVERYTHING else self._library.passing(chosen, where)

    def _near(self, k: int) -> Sequence[Candidate]:
        without = self._named | self._unwanted
        if self._query.filter == EVERYTHING and not without and k <= COUNTED:
            return self._nearest[:k]
        found = self._library.search(
            self._space, self._vector, k, self._query.filter, without=without
        )
        self._similarities |= {one.item_id: one.similarity for one in found}
        return found
