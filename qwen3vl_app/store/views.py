"""The vectors of a space as another setting would keep them: built in memory, to be compared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from qwen3vl_app.errors import UsageError
from qwen3vl_app.index.formats import StorageSetting, VectorFormat, cut, row_width
from qwen3vl_app.index.protocol import Ids
from qwen3vl_app.index.quantizers import OneBitCodes, one_bit_width
from qwen3vl_app.messages import Message
from qwen3vl_app.store.index_sync import codes_for
from qwen3vl_app.store.storage import built, settings_of
from qwen3vl_app.types import ItemId, Space, Vectors

VIEWED_BYTES = 160 * 2**20
"""Of the vectors of a view in float32, at most: 20,000 items of 2048 dimensions."""

READ_A_SECOND = 4e7
"""Numbers that are read from the database: 5 s for 100,000 vectors of 2048."""


class SearchedSpace(Protocol):
    """Vectors of one space that can be searched. Callers must hold the library's lock."""

    space: Space

    def search(self, vector: Vectors, k: int, among: Ids | None) -> tuple[Ids, Vectors]:
        """As ``VectorIndex.search``; ``vector`` has all dimensions of the space."""

    def ids(self) -> Ids:
        """What can be found, ascending."""


class SearchedSpaces(Protocol):
    """What a search finds the vectors of a space by."""

    def of(self, space: Space) -> SearchedSpace:
        """Those of a space."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewCost:
    """One way of seeing the vectors of a space."""

    setting: StorageSetting
    dimension: int
    item_bytes: int
    """What a search reads of each item."""


def view_costs(space: Space, items: int) -> Iterator[ViewCost]:
    """The views of a space with so many items that can be built here."""
    for setting in settings_of(space.dimension):
        dimension = setting.dimension_of(space.dimension)
        if fits(dimension, items):
            yield ViewCost(
                setting=setting,
                dimension=dimension,
                item_bytes=_item_bytes(setting, dimension, items),
            )


def seconds_to_read(space: Space, items: int) -> float:
    """About what building a view takes."""
    return items * space.dimension / READ_A_SECOND


def fits(dimension: int, items: int) -> bool:
    """Whether so many vectors may be held in memory for a comparison."""
    return items * row_width(dimension, VectorFormat.FLOAT32) <= VIEWED_BYTES


def _item_bytes(setting: StorageSetting, dimension: int, items: int) -> int:
    codes = codes_for(setting, items)
    if codes is None:
        return row_width(dimension, setting.format)
    return one_bit_width(dimension) if codes is OneBitCodes else dimension


class SpaceView:
    """Vectors of a space cut and rounded; see ``SearchedSpace``.

    It answers as the index of the library would with this setting, codes included, and stays as
    it was built.

    Args:
        space: Of the vectors.
        setting: How they are seen.
        vectors: All of them with their ids, ascending.

    Raises:
        UsageError: There are too many to be held in memory beside the index.
    """

    def __init__(
        self, space: Space, setting: StorageSetting, vectors: Iterable[tuple[ItemId, Vectors]]
    ) -> None:
        self.space = space
        self._dimension = setting.dimension_of(space.dimension)
        ids: list[int] = []
        short: list[Vectors] = []
        for item, vector in vectors:
            if not fits(self._dimension, len(ids) + 1):
                raise UsageError(Message.of("compare.view_large", most=_most(self._dimension)))
            ids.append(item)
            short.append(cut(vector[None], self._dimension)[0])
        rows = np.array(short, np.float32).reshape(len(short), self._dimension)
        short.clear()
        self._index = built(setting, np.array(ids, np.int64), rows, len(ids))

    def search(self, vector: Vectors, k: int, among: Ids | None) -> tuple[Ids, Vectors]:
        """See ``SearchedSpace``."""
        return self._index.search(cut(vector[None], self._dimension)[0], k, among)

    def ids(self) -> Ids:
        """See ``SearchedSpace``."""
        return self._index.ids()


class WithView:
    """The spaces of a library, of which one is seen in another view; see ``SearchedSpaces``."""

    def __init__(self, spaces: SearchedSpaces, view: SpaceView) -> None:
        self._spaces, self._view = spaces, view

    def of(self, space: Space) -> SearchedSpace:
        """See ``SearchedSpaces``."""
        same = space.fingerprint == self._view.space.fingerprint
        return self._view if same else self._spaces.of(space)


def _most(dimension: int) -> str:
    return f"{VIEWED_BYTES // row_width(dimension, VectorFormat.FLOAT32):,}"
