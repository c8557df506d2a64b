"""A random sample of what can be found: the scale on which a query's scores are read."""

from __future__ import annotations

import sqlite3

import numpy as np

from qwen3vl_app.index.protocol import Ids
from qwen3vl_app.store.index_sync import SyncedIndex
from qwen3vl_app.store.rows import SampleScores
from qwen3vl_app.store.tables.items import kinds_of
from qwen3vl_app.types import Kind, Space, Vectors

SAMPLE_SIZE = 1000
"""A percentile of it is good to 1 point at the top and 3 in the middle (binomial, 95 %), and
scoring it costs a few milliseconds."""

_SEED = 20260101
"""The same library gives the same sample, so a search repeated shows the same percentiles."""


class Sample:
    """Drawn once per space, and again when the library has doubled. Callers must hold the lock."""

    def __init__(self, index: SyncedIndex) -> None:
        self._index = index
        self._space: Space | None = None
        self._ids: Ids = np.empty(0, np.int64)
        self._kinds: dict[int, Kind] = {}
        self._drawn_from = 0

    def scores(self, conn: sqlite3.Connection, vector: Vectors) -> SampleScores:
        """How near the sampled items are to ``vector`` (D,); nothing while no space is in use."""
        items = self._draw(conn)
        ids, similarities = self._index.search(vector, len(self._ids), self._ids)
        by_kind: dict[Kind, list[float]] = {}
        for item, similarity in zip(ids.tolist(), similarities.tolist(), strict=True):
            by_kind.setdefault(self._kinds[item], []).append(similarity)
        return SampleScores(
            by_kind={kind: np.array(found, np.float32) for kind, found in by_kind.items()},
            items=items,
        )

    def _draw(self, conn: sqlite3.Connection) -> int:
        ids = self._index.ids()
        other_size = len(ids) >= 2 * self._drawn_from or 2 * len(ids) <= self._drawn_from
        if self._space != self._index.space or other_size:
            self._space, self._drawn_from = self._index.space, len(ids)
            chance = np.random.default_rng(_SEED)
            chosen = chance.choice(ids, min(SAMPLE_SIZE, len(ids)), replace=False)
            self._ids = np.sort(chosen)
            self._kinds = kinds_of(conn, self._ids.tolist())
        return len(ids)
