"""Where items lie that came in after a map was laid out: among their neighbours on it."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from qwen3vl_app.index.protocol import Ids
from qwen3vl_app.inspection.map_file import ItemMap
from qwen3vl_app.inspection.map_layout import Places
from qwen3vl_app.types import ItemId, Space, Vectors

if TYPE_CHECKING:
    from qwen3vl_app.store.library import Library

NEAREST = 5
"""Neighbours by which a newer item is placed."""

MOST_AT_ONCE = 100
"""Newer items that are placed in one go, a second's work; the rest follow with the next look."""


class NewerItems:
    """Remembers where newer items of the last map were put. Thread-safe."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._lock = Lock()
        self._of: ItemMap | None = None
        self._found: dict[int, tuple[float, float, int]] = {}

    def placed(
        self, space: Space, made: ItemMap, new: Ids
    ) -> tuple[Ids, Places, NDArray[np.uint8]]:
        """Those of these items that have a vector, with places and clusters, by id."""
        with self._lock:
            if self._of is not made:
                self._of, self._found = made, {}
            unknown = [one for one in new.tolist() if one not in self._found][:MOST_AT_ONCE]
            found = self._library.fetch(space, [ItemId(one) for one in unknown]) if unknown else {}
            for item, vector in found.items():
                place = self._place(space, made, vector)
                if place is not None:
                    self._found[item] = place
            known = sorted(set(new.tolist()) & self._found.keys())
            rows = [self._found[one] for one in known]
        places = np.array([row[:2] for row in rows], np.float32).reshape(-1, 2)
        of_each = np.array([row[2] for row in rows], np.uint8)
        return np.array(known, np.int64), places, of_each

    def _place(
        self, space: Space, made: ItemMap, vector: Vectors
    ) -> tuple[float, float, int] | None:
        """The mean of those neighbours that lie in the cluster of the nearest one."""
        near = self._library.search(space, vector, NEAREST, among=made.ids.tolist())
        if not near:
            return None
        at = np.searchsorted(made.ids, [one.item_id for one in near])
        cluster = int(made.of_each[at[0]])
        same = at[made.of_each[at] == cluster]
        x, y = made.places[same].mean(axis=0).tolist()
        return x, y, cluster
