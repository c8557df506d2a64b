"""The side of a library that finds: by vector, by exact words, by tag.

Thread-safe throughout, as ``Library``, which every instance is.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from qwen3vl_app.errors import UsageError
from qwen3vl_app.store.belongings import THUMBNAILS
from qwen3vl_app.store.connection import Connection
from qwen3vl_app.store.duplicates import Duplicates
from qwen3vl_app.store.open_spaces import OpenSpaces
from qwen3vl_app.store.rows import SampleScores, WordMatches
from qwen3vl_app.store.sample import Samples
from qwen3vl_app.store.storage import LibraryStorage
from qwen3vl_app.store.tables import filters, full_text_search, items, tags, vectors
from qwen3vl_app.store.tables.full_text_names import KnownNames
from qwen3vl_app.store.thumbnails import Thumbnails
from qwen3vl_app.types import (
    EVERYTHING,
    Candidate,
    DuplicateGroup,
    ExactWords,
    Item,
    ItemFilter,
    ItemId,
    Kind,
    Space,
    Vectors,
)


class SearchableLibrary:
    """What ``Library`` offers to a search."""

    def __init__(self, connection: Connection, *, hides_folders: bool = False) -> None:
        self._connection = connection
        self._spaces = OpenSpaces(connection)
        self._samples = Samples()
        thumbnails = Thumbnails(connection.directory / THUMBNAILS)
        self._duplicates = Duplicates(connection.reading, thumbnails)
        self._names = KnownNames() if hides_folders else None
        self.storage = LibraryStorage(connection, self._spaces)

    # ------------------------------------------------------------ by vector

    def search(
        self,
        space: Space,
        vector: Vectors,
        k: int,
        where: ItemFilter = EVERYTHING,
        *,
        without: Collection[int] = (),
    ) -> list[Candidate]:
        """The ``k`` items nearest to ``vector`` (D,) that pass the filter, best first.

        As many as there are when there are fewer. Exact up to 50,000 items, 20 ms for as many of
        2048 dimensions; beyond, see ``TwoStageIndex``. The first call in a space opens its index:
        0.1 s for 100,000 vectors that are on disk already, else about 5 s to read them.

        Args:
            space: Of the vector, and in which to search.
            vector: Of length 1.
            k: How many.
            where: Which items may be found.
            without: Ids of items that may not.
        """
        self._check(where)
        with self._connection.reading() as conn:
            among = None
            if where != EVERYTHING or without:
                among = filters.living_ids(conn, where)
                among = among[~np.isin(among, np.fromiter(without, np.int64))]
            ids, similarities = self._spaces.of(space).search(vector, k, among)
        return [
            Candidate(item_id=ItemId(item), similarity=similarity)
            for item, similarity in zip(ids.tolist(), similarities.tolist(), strict=True)
        ]

    def similarities(
        self, space: Space, vector: Vectors, chosen: Collection[ItemId]
    ) -> dict[ItemId, float]:
        """How near these items are to ``vector`` (D,); those without a vector are not there."""
        wanted = np.unique(np.fromiter(chosen, np.int64))
        with self._connection.lock:
            ids, near = self._spaces.of(space).search(vector, len(wanted), wanted)
        return {
            ItemId(item): value for item, value in zip(ids.tolist(), near.tolist(), strict=True)
        }

    def sample(self, space: Space, vector: Vectors) -> SampleScores:
        """How near a random sample of at most 1000 items of a space is to ``vector`` (D,)."""
        with self._connection.reading() as conn:
            return self._samples.scores(conn, self._spaces.of(space), vector)

    def kinds_of(self, chosen: Collection[ItemId]) -> dict[int, Kind]:
        """The kinds of these items."""
        with self._connection.reading() as conn:
            return items.kinds_of(conn, chosen)

    def find_words(self, wanted: ExactWords, where: ItemFilter = EVERYTHING) -> WordMatches:
        """The items that contain exact words, best first; needs no model and no space."""
        self._check(where)
        with self._connection.reading() as conn:
            names = None if self._names is None else self._names.now(conn)
            found = full_text_search.matching(conn, wanted, names)
            # only living items have words, so without a filter there is nothing to ask
            allowed = {*found} if where == EVERYTHING else filters.passing(conn, found, where)
            return WordMatches(
                found=tuple(item for item in found if item in allowed),
                hidden=frozenset(found) - allowed,
                unwanted=frozenset(
                    map(ItemId, full_text_search.containing(conn, wanted.unwanted, names))
                ),
            )

    def passing(self, chosen: Collection[ItemId], where: ItemFilter) -> set[ItemId]:
        """Those of these items that pass a filter."""
        self._check(where)
        with self._connection.reading() as conn:
            return filters.passing(conn, chosen, where)

    def vector_of(self, space: Space, item: ItemId) -> Vectors | None:
        """The vector of an item in a space, shape (D,); None if it has none."""
        with self._connection.reading() as conn:
            row = vectors.space_id(conn, space)
            return None if row is None else vectors.read_vector(conn, item, row)

    # ------------------------------------------------------------ near-duplicates

    def duplicates(
        self, space: Space, *, after: int = 0, limit: int = 100
    ) -> list[DuplicateGroup]:
        """Groups of nearly equal pictures, most copies first; ``after`` groups are passed over.

        Costs about 3 s for 100,000 pictures whenever the library or the space has changed, during
        which searches go on. Nothing is changed or deleted.
        """
        found = self._duplicates.groups(space, after, limit)
        return [
            replace(
                group,
                keeper=self._told(group.keeper),
                copies=tuple(map(self._told, group.copies)),
            )
            for group in found
        ]

    def copies_among(self, space: Space, chosen: Sequence[ItemId]) -> dict[ItemId, list[ItemId]]:
        """Pictures of ``chosen`` to those behind them that they nearly equal, if any."""
        return self._duplicates.among(space, chosen)

    # ------------------------------------------------------------ tags

    def tag(self, chosen: Collection[ItemId], name: str) -> int:
        """Give a tag to items; how many did not have it yet.

        Raises:
            LibraryReadOnlyError: The library is open for reading only.
            UsageError: The name is empty, too long, or not on one line.
        """
        with self._connection.writing() as conn:
            return tags.put_tag(conn, chosen, name)

    def untag(self, chosen: Collection[ItemId], name: str) -> int:
        """Take a tag from items; how many had it.

        Raises:
            LibraryReadOnlyError: The library is open for reading only.
        """
        with self._connection.writing() as conn:
            return tags.remove_tag(conn, chosen, name)

    def tags(self) -> list[tuple[str, int]]:
        """(name, number of items) in alphabetical order."""
        with self._connection.reading() as conn:
            return tags.list_tags(conn)

    def tags_of(self, chosen: Collection[ItemId]) -> dict[ItemId, tuple[str, ...]]:
        """The tags of items; an item without any is not there."""
        with self._connection.reading() as conn:
            return tags.tags_of(conn, chosen)

    def _told(self, item: Item) -> Item:
        """The item, with the mere name of its file where folders are hidden."""
        return item if self._names is None else replace(item, path=Path(item.path.name))

    def _check(self, where: ItemFilter) -> None:
        """Refuse to say what is in a folder where folders are hidden.

        Raises:
            UsageError: The filter names one.
        """
        if self._names is not None and where.folder is not None:
            raise UsageError(
                "This library does not tell in which folders its files are; search without one, "
                "or in a collection.",
                code="folder.hidden",
            )
