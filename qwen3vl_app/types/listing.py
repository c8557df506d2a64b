"""What somebody who looks through a library asks for: which items, in which order."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from qwen3vl_app.types.disk import Kind
from qwen3vl_app.types.ids import ItemId
from qwen3vl_app.types.library import EVERYTHING, Item, ItemFilter

LONGEST_NAME_PART = 200
"""Characters of a part of a name that are looked for; few disks take a longer name."""

MOST_THESE = 1000
"""Items that a listing may be narrowed to by name: their numbers stand in an address."""


class Order(StrEnum):
    """By what a listing is sorted."""

    NEWEST = "newest"
    """What came into the library last is first."""

    NAME = "name"
    """By the file's name, numbers in it by their value."""

    DATE = "date"
    """What was taken last is first; where that is not known, what was changed last."""

    SIZE = "size"
    """The largest file first."""

    KIND = "kind"
    """Pictures, pages, passages, videos, moments; by name within each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """Where a page of a listing ends, so that the next one begins behind it.

    It holds the value that was sorted by, so it keeps its place when its item is removed.
    """

    item: ItemId
    value: str | int = ""
    """Empty for ``Order.NEWEST``, which the id says alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Which items are listed, and how."""

    where: ItemFilter = EVERYTHING
    name: str = ""
    """Words that all stand in the path of a file; compared as exact words are, folded."""

    these: frozenset[ItemId] = frozenset()
    """Only some of these; empty for any."""

    order: Order = Order.NEWEST
    reverse: bool = False
    grouped: bool = False
    """One item for each file: the first that passes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An item of a listing."""

    item: Item
    cursor: Cursor
    members: int
    """Items of its file that pass, this one included."""


class MapRow(NamedTuple):
    """What a map is coloured by, of one item; a tuple, because there may be 200,000."""

    item: ItemId
    kind: Kind
    day: str
    """When it was made, else when its file was changed: ``2026-07-31``; empty if unknown."""

    collection: str
    """The first one by name that its file is in; empty for none."""
