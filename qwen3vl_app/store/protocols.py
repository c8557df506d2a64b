"""What a search asks of a store, wherever that keeps its items and vectors.

``Library`` is the one that there is: SQLite with an index derived from it. What any store must do
is asked of every one in ``tests/contracts/test_store.py``; that of vector indexes is
``store.index.VectorIndex``.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Protocol

from qwen3vl_app.store.rows import LibraryCounts, SampleScores, WordMatches
from qwen3vl_app.types import (
    EVERYTHING,
    Candidate,
    ContentHash,
    ExactWords,
    Item,
    ItemFilter,
    ItemId,
    Kind,
    Space,
    Vectors,
)


class Store(Protocol):
    """Items with their vectors in one or more spaces. Thread-safe.

    Only items of files that are still there are ever found; what was committed is found by the
    next call.
    """

    def use_space(self, space: Space) -> None:
        """Search in this space from now on; vectors of others are not seen. Free to repeat."""

    # ------------------------------------------------------------ by vector

    def search(
        self,
        vector: Vectors,
        k: int,
        where: ItemFilter = EVERYTHING,
        *,
        without: Collection[int] = (),
    ) -> list[Candidate]:
        """The ``k`` items nearest to ``vector`` (D,), best first, none of those ``without``.

        As many as pass the filter where these are fewer; none while no space is in use.
        """

    def similarities(self, vector: Vectors, chosen: Collection[ItemId]) -> dict[ItemId, float]:
        """How near these items are to ``vector`` (D,); those without a vector are not there."""

    def sample(self, vector: Vectors) -> SampleScores:
        """How near a random sample of the items is to ``vector`` (D,)."""

    def vector_of(self, item: ItemId) -> Vectors | None:
        """The vector of an item in the space in use, shape (D,); None if it has none."""

    def copies_among(self, chosen: Sequence[ItemId]) -> dict[ItemId, list[ItemId]]:
        """Pictures of ``chosen`` to those behind them that they nearly equal, if any."""

    # ------------------------------------------------------------ by what is known of them

    def find_words(self, wanted: ExactWords, where: ItemFilter = EVERYTHING) -> WordMatches:
        """The items that contain exact words, best first; needs no space. No text is an error."""

    def passing(self, chosen: Collection[ItemId], where: ItemFilter) -> set[ItemId]:
        """Those of these items that pass a filter."""

    def kinds_of(self, chosen: Collection[ItemId]) -> dict[int, Kind]:
        """The kinds of these items."""

    def item(self, item: ItemId) -> Item | None:
        """One item, or None when no file has it any more."""

    def items(self, ids: Sequence[ItemId]) -> dict[ItemId, Item]:
        """These items in this order, less those that no file has any more."""

    def paths_of(self, content: ContentHash) -> list[Path]:
        """Every file with these bytes, the first known first."""

    def counts(self) -> LibraryCounts:
        """How many files and items there are."""
