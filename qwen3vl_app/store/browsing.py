"""What somebody who looks through a library is shown, and does to several items at once."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from qwen3vl_app.store.connection import Connection
from qwen3vl_app.store.tables import (
    collected,
    collections,
    files,
    items,
    listings,
    map_columns,
    tags,
)
from qwen3vl_app.store.tables.full_text_names import KnownNames, Names
from qwen3vl_app.types import Item, ItemFilter, ItemId, Kind
from qwen3vl_app.types.listing import Cursor, Listed, Listing, MapRow

MOST_CHOSEN = 10_000
"""Items that are changed at once: one transaction, a tenth of a second for a tag, and some eight
seconds to remove as many files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """An item with what a person has said of it."""

    item: Item
    paths: tuple[Path, ...]
    """Every file that has it, the first known first."""

    tags: tuple[str, ...]
    collections: tuple[str, ...]


class LibraryListings:
    """Made by ``Library``; thread-safe like it.

    Args:
        connection: Of the library.
        names: Where folders are hidden: what is looked at instead of paths.
        told: An item as it may be shown.
        check: Raises where a filter may not be asked.
    """

    def __init__(
        self,
        connection: Connection,
        names: KnownNames | None,
        told: Callable[[Item], Item],
        check: Callable[[ItemFilter], None],
    ) -> None:
        self._connection = connection
        self._names = names
        self._told = told
        self._check = check

    def page(self, asked: Listing, *, after: Cursor | None = None, limit: int) -> list[Listed]:
        """A page of a listing, beginning behind ``after``.

        Under 10 ms whichever page it is; where it is narrowed or grouped, up to 0.2 s for 100,000
        items.
        """
        self._check(asked.where)
        with self._connection.reading() as conn:
            found = listings.read_page(conn, asked, after, limit, self._now(conn))
        return [replace(one, item=self._told(one.item)) for one in found]

    def counts(self, asked: Listing) -> dict[Kind, int]:
        """How many items are listed, of every kind that has some; groups count for one."""
        self._check(asked.where)
        with self._connection.reading() as conn:
            return listings.count_listed(conn, asked, self._now(conn))

    def ids(self, asked: Listing, *, limit: int = MOST_CHOSEN) -> list[ItemId]:
        """The ids of what is listed, the newest first."""
        self._check(asked.where)
        with self._connection.reading() as conn:
            return listings.read_ids(conn, asked, limit, self._now(conn))

    def members(self, asked: Listing, item: ItemId, *, limit: int) -> list[Item]:
        """Of the file of an item: what passes, in its order in the file."""
        self._check(asked.where)
        with self._connection.reading() as conn:
            ids = listings.read_members(conn, asked, item, limit, self._now(conn))
            found = items.read_items(conn, ids)
        return [self._told(item) for item in found.values()]

    def map_rows(self, where: ItemFilter) -> list[MapRow]:
        """What a map is coloured by, of every item that passes, by id; 0.3 s for 100,000."""
        self._check(where)
        with self._connection.reading() as conn:
            return map_columns.read_map_rows(conn, where)

    # ------------------------------------------------------------ several at once

    def of_their_files(self, chosen: Collection[ItemId]) -> list[ItemId]:
        """All items of the files of these items."""
        with self._connection.reading() as conn:
            return items.ids_of_their_files(conn, chosen)

    def paths(self, chosen: Collection[ItemId]) -> list[Path]:
        """Every file that has one of these items."""
        with self._connection.reading() as conn:
            return files.paths_of_items(conn, chosen)

    def described(self, chosen: Sequence[ItemId]) -> list[Described]:
        """These items in this order with all that is known of them, less those that are gone."""
        with self._connection.reading() as conn:
            found = items.read_items(conn, chosen)
            contents = {item.content_hash for item in found.values()}
            tagged = tags.tags_of(conn, found)
            inside = collected.collections_of(conn, found)
            paths = files.paths_of_contents(conn, contents)
        return [
            Described(
                item=item,
                paths=tuple(paths.get(item.content_hash, (item.path,))),
                tags=tagged.get(item.id, ()),
                collections=inside.get(item.id, ()),
            )
            for item in found.values()
        ]

    # ------------------------------------------------------------ collections

    def make_collection(self, name: str) -> None:
        """Make an empty collection.

        Raises:
            LibraryReadOnlyError: The library is open for reading only.
            UsageError: There is one of that name, or nothing can have it.
        """
        with self._connection.writing() as conn:
            collections.make_collection(conn, name)

    def rename_collection(self, name: str, new: str) -> None:
        """Give a collection another name.

        Raises:
            LibraryReadOnlyError: The library is open for reading only.
            UsageError: There is none of the one name, or one of the other.
        """
        with self._connection.writing() as conn:
            collections.rename_collection(conn, name, new)

    def delete_collection(self, name: str) -> None:
        """Delete a collection; its files stay.

        Raises:
            LibraryReadOnlyError: The library is open for reading only.
            UsageError: There is none of that name.
        """
        with self._connection.writing() as conn:
            collections.delete_collection(conn, name)

    def _now(self, conn: sqlite3.Connection) -> Names | None:
        return None if self._names is None else self._names.now(conn)
