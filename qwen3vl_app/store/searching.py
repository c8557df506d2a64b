"""The side of a library that finds: by vector, by exact words, by tag.

Thread-safe throughout, as ``Library``, which every instance is.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator, Sequence
from copy import copy
from dataclasses import replace
from pathlib import Path
from typing import Self

import numpy as np

from qwen3vl_app.errors import UsageError
from qwen3vl_app.index.formats import StorageSetting
from qwen3vl_app.index.protocol import Ids
from qwen3vl_app.messages import Message
from qwen3vl_app.store.belongings import THUMBNAILS
from qwen3vl_app.store.browsing import LibraryListings
from qwen3vl_app.store.comparing import Comparisons
from qwen3vl_app.store.connection import Connection
from qwen3vl_app.store.duplicates import Duplicates
from qwen3vl_app.store.open_spaces import OpenSpaces
from qwen3vl_app.store.picture_texts import PictureTexts
from qwen3vl_app.store.rows import Collapsed, SampleScores, WordMatches
from qwen3vl_app.store.sample import Samples
from qwen3vl_app.store.served_space import ServedSpace
from qwen3vl_app.store.storage import LibraryStorage
from qwen3vl_app.store.tables import filters, full_text_search, items, tags, vectors
from qwen3vl_app.store.tables.full_text_names import KnownNames
from qwen3vl_app.store.thumbnails import Thumbnails
from qwen3vl_app.store.vector_places import VectorPlaces
from qwen3vl_app.store.views import SearchedSpaces, SpaceView, WithView
from qwen3vl_app.types import (
    EVERYTHING,
    Candidate,
    DuplicateGroup,
    ExactWords,
    Item,
    ItemFilter,
    ItemId,
    Space,
    Vectors,
)

_SCANNED = 2000
"""Vectors that are read in one turn of the library's lock."""


class SearchableLibrary:
    """What ``Library`` offers to a search."""

    def __init__(self, connection: Connection, *, hides_folders: bool = False) -> None:
        self._connection = connection
        self._spaces = OpenSpaces(connection)
        self._searched: SearchedSpaces = self._spaces
        self._samples = Samples()
        self._kinds = items.KnownKinds()
        self._coverage: tuple[int, list[tuple[Space, int]]] | None = None
        """The stamp of what can be found, and what it was at that."""

        self._complete: dict[str, int] = {}
        """By fingerprint: the stamp at which a space was complete."""

        thumbnails = Thumbnails(connection.directory / THUMBNAILS)
        self.comparisons = Comparisons(connection)
        self.picture_texts = PictureTexts(connection)
        self._duplicates = Duplicates(connection.reading, thumbnails, self.comparisons)
        self._names = KnownNames() if hides_folders else None
        self.storage = LibraryStorage(connection, self._spaces)
        self.places = VectorPlaces(connection, self._spaces)
        self.listings = LibraryListings(connection, self._names, self._told, self._check)

    # ------------------------------------------------------------ by vector

    def search(
        self,
        space: Space,
        vector: Vectors,
        k: int,
        where: ItemFilter = EVERYTHING,
        *,
        without: Collection[int] = (),
        among: Collection[int] | None = None,
    ) -> list[Candidate]:
        """The ``k`` items nearest to ``vector`` (D,) that pass the filter, best first.

        As many as there are when there are fewer. Exact up to 50,000 items, 20 ms for as many of
        2048 dimensions; beyond, see ``TwoStageIndex``. The first call in a space opens its index:
        0.1 s for 100,000 vectors that are on disk already, else about 5 s to read them. On a
        server, see ``ServedSpace``; it may fail, which is a ``VectorServerError``.

        Args:
            space: Of the vector, and in which to search.
            vector: Of length 1.
            k: How many.
            where: Which items may be found.
            without: Ids of items that may not.
            among: Ids of the only ones that may; None for any.
        """
        self._check(where)
        with self._connection.reading() as conn:
            index = self._searched.of(space)
            if not isinstance(index, ServedSpace):
                allowed = None if among is None else np.unique(np.fromiter(among, np.int64))
                if where != EVERYTHING or (without and allowed is None):
                    passing = filters.living_ids(conn, where)
                    allowed = passing if allowed is None else np.intersect1d(allowed, passing)
                if allowed is not None:
                    allowed = allowed[~np.isin(allowed, np.fromiter(without, np.int64))]
                return self._candidates(conn, *index.search(vector, k, allowed))
        # asked without the lock: a server may be slow
        ids, similarities = index.find(vector, k, where, without=without, among=among)
        with self._connection.reading() as conn:
            return self._candidates(conn, ids, similarities)

    def _candidates(
        self, conn: sqlite3.Connection, ids: Ids, similarities: Vectors
    ) -> list[Candidate]:
        kinds = self._kinds.of(conn, ids.tolist())
        return [
            Candidate(item_id=ItemId(item), similarity=similarity, kind=kinds[item])
            for item, similarity in zip(ids.tolist(), similarities.tolist(), strict=True)
            if item in kinds  # else its row is damaged
        ]

    def fetch(self, space: Space, ids: Collection[ItemId]) -> dict[ItemId, Vectors]:
        """The vectors (D,) of items in a space, as they were stored; others are not there."""
        with self._connection.reading() as conn:
            row = vectors.space_id(conn, space)
            if row is None:
                return {}
            living = vectors.searchable_ids(conn, row, np.unique(np.fromiter(ids, np.int64)))
            return {
                ItemId(item): vector
                for piece, found in vectors.read_vectors(conn, row, living)
                for item, vector in zip(piece.tolist(), found, strict=True)
            }

    def scan(self, space: Space) -> Iterator[tuple[ItemId, Vectors]]:
        """Every item with its vector (D,) in a space, by id, as they were stored.

        What is deleted meanwhile is left out, and what is added may be. Searches go on meanwhile;
        16 MB in memory at 2048 dimensions.
        """
        with self._connection.reading() as conn:
            row = vectors.space_id(conn, space)
            living = [] if row is None else np.sort(vectors.searchable_ids(conn, row)).tolist()
        for begin in range(0, len(living), _SCANNED):
            found = self.fetch(space, living[begin : begin + _SCANNED])
            yield from sorted(found.items())

    def viewed(self, space: Space, setting: StorageSetting) -> Self:
        """This library for searches that see the vectors of a space as another setting keeps them.

        The view is built in memory of what is stored, a second for 20,000 vectors of 2048, and
        goes with what is returned; nothing of the library is changed, and nothing added later
        is found by its vector.

        Raises:
            UsageError: There are too many vectors; see ``views.VIEWED_BYTES``.
        """
        view = SpaceView(space, setting, self.scan(space))
        seen = copy(self)  # what both have in common is guarded by the lock of the connection
        seen._searched = WithView(self._spaces, view)  # noqa: SLF001  of its own class
        seen._samples = Samples()  # noqa: SLF001
        return seen

    def coverage(self) -> list[tuple[Space, int]]:
        """Every space with the number of items that are embedded in it, oldest first.

        60 ms for 100,000 items, and next to nothing until something changes.
        """
        with self._connection.reading() as conn:
            stamp = vectors.found_stamp(conn)
            if self._coverage is None or self._coverage[0] != stamp:
                self._coverage = stamp, vectors.coverage(conn)
            return list(self._coverage[1])

    def is_complete(self, space: Space) -> bool:
        """Whether no item waits to be embedded in this space.

        At once where there is no other space, or it was complete and nothing has changed; else
        up to 0.1 s for 100,000 files.
        """
        with self._connection.reading() as conn:
            stamp = vectors.found_stamp(conn)
            if self._complete.get(space.fingerprint) == stamp:
                return True
            # kept only where it is: a file whose parts are all refused ends without a new stamp
            if vectors.has_others(conn, space) and vectors.waits_to_be_embedded(conn, space):
                return False
            self._complete[space.fingerprint] = stamp
            return True

    def sample(self, space: Space, vector: Vectors) -> SampleScores:
        """How near a random sample of at most 1000 items of a space is to ``vector`` (D,)."""
        with self._connection.reading() as conn:
            return self._samples.scores(conn, self._searched.of(space), vector)

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

    def meet_pictures(self, space: Space, after: ItemId) -> None:
        """Find what is nearly equal to the pictures beyond an item, so that it can be compared.

        See ``comparisons``; searches go on meanwhile.
        """
        self._duplicates.meet(space, after)

    def collapsed(self, space: Space | None, ranked: Sequence[ItemId], wanted: int) -> Collapsed:
        """Ranked items with near copies behind the best of them, and the first ``wanted`` read.

        Vectors of ``space`` tell which are near copies; without one, none are.
        """
        copies = {} if space is None else self._duplicates.among(space, ranked)
        behind = {copy for group in copies.values() for copy in group}
        heads = tuple(item for item in ranked if item not in behind)
        first = heads[:wanted]
        with self._connection.reading() as conn:
            below = [copy for head in first for copy in copies.get(head, ())]
            found = items.read_items(conn, [*first, *below])
        told = {number: self._told(item) for number, item in found.items()}
        return Collapsed(heads=heads, copies=copies, items=told)

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
