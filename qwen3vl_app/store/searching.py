"""The side of a library that finds: by vector, by exact words, by tag.

Thread-safe throughout, as ``Library``, which every instance is.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np

from qwen3vl_app.errors import UsageError
from qwen3vl_app.messages import Message
from qwen3vl_app.store.belongings import THUMBNAILS
from qwen3vl_app.store.connection import Connection
from qwen3vl_app.store.duplicates import Duplicates
from qwen3vl_app.store.index_sync import SyncedIndex
from qwen3vl_app.store.rows import SampleScores, WordMatches
from qwen3vl_app.store.sample import Sample
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
        self._index = SyncedIndex(connection)
        self._sample = Sample(self._index)
        thumbnails = Thumbnails(connection.directory / THUMBNAILS)
        self._duplicates = Duplicates(connection.reading, thumbnails)
        self._names = KnownNames() if hides_folders else None
        self.storage = LibraryStorage(connection, self._index)

    # ------------------------------------------------------------ by vector

    def use_space(self, space: Space) -> None:
        """Search in this space from now on.

        The first call opens its index: 0.1 s for 100,000 vectors that are on disk already, else
        about 5 s to read them; repeating it is free.
        """
        with self._connection.lock:
            self._index.use(space)

    @property
    def space(self) -> Space | None:
        """The space in use."""
        return self._index.space

    def search(
        self,
        vector: Vectors,
        k: int,
        where: ItemFilter = EVERYTHING,
        *,
        without: Collection[int] = (),
    ) -> list[Candidate]:
        """The ``k`` items nearest to ``vector`` (D,) that pass the filter, best first.

        As many as there are when there are fewer, none while no space is in use. Exact up to
        50,000 items, 20 ms for as many of 2048 dimensions; beyond, see ``TwoStageIndex``.

        Args:
            vector: Of length 1.
            k: How many.
            where: Which items may be found.
            without: Ids of items that may not.
        """
        self._check(where)
        with self._searching() as conn:
            among = None
            if where != EVERYTHING or without:
                among = filters.living_ids(conn, where)
                among = among[~np.isin(among, np.fromiter(without, np.int64))]
            ids, similarities = self._index.search(vector, k, among)
        return [
            Candidate(item_id=ItemId(item), similarity=similarity)
            for item, similarity in zip(ids.tolist(), similarities.tolist(), strict=True)
        ]

    def similarities(self, vector: Vectors, chosen: Collection[ItemId]) -> dict[ItemId, float]:
        """How near these items are to ``vector`` (D,); those without a vector are not there."""
        wanted = np.unique(np.fromiter(chosen, np.int64))
        with self._searching():
            ids, near = self._index.search(vector, len(wanted), wanted)
        return {
            ItemId(item): value for item, value in zip(ids.tolist(), near.tolist(), strict=True)
        }

    def sample(self, vector: Vectors) -> SampleScores:
        """How near a random sample of at most 1000 items is to ``vector`` (D,)."""
        with self._searching() as conn:
            return self._sample.scores(conn, vector)

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

    def vector_of(self, item: ItemId) -> Vectors | None:
        """The vector of an item in the space in use, shape (D,); None if it has none."""
        with self._connection.reading() as conn:
            row = None if self.space is None else vectors.space_id(conn, self.space)
            return None if row is None else vectors.read_vector(conn, item, row)

    # ------------------------------------------------------------ near-duplicates

    def duplicates(self, *, after: int = 0, limit: int = 100) -> list[DuplicateGroup]:
        """Groups of nearly equal pictures, most copies first; ``after`` groups are passed over.

        In the space in use; none without. Costs about 3 s for 100,000 pictures whenever the
        library has changed, during which searches go on. Nothing is changed or deleted.
        """
        space = self.space
        found = [] if space is None else self._duplicates.groups(space, after, limit)
        return [
            replace(
                group,
                keeper=self._told(group.keeper),
                copies=tuple(map(self._told, group.copies)),
            )
            for group in found
        ]

    def copies_among(self, chosen: Sequence[ItemId]) -> dict[ItemId, list[ItemId]]:
        """Pictures of ``chosen`` to those behind them that they nearly equal, if any."""
        space = self.space
        return {} if space is None else self._duplicates.among(space, chosen)

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
            raise UsageError(Message.of("folder.hidden"))

    @contextmanager
    def _searching(self) -> Iterator[sqlite3.Connection]:
        with self._connection.reading() as conn:
            if not self._connection.writable:
                self._index.refresh()
            yield conn
