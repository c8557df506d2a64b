"""A random sample of what can be found: the scale on which a query's scores are read."""

from __future__ import annotations

import numpy as np

from qwen3vl_app.store.index import Ids
from qwen3vl_app.store.live import LiveIndex
from qwen3vl_app.types import Space, Vectors

SAMPLE_SIZE = 1000
"""A percentile of it is good to 1 point at the top and 3 in the middle (binomial, 95 %), and
scoring it costs a few milliseconds."""

_SEED = 20260101
"""The same library gives the same sample, so a search repeated shows the same percentiles."""


class Sample:
    """Drawn once per space, and again when the library has doubled. Wants the lock held."""

    def __init__(self, live: LiveIndex) -> None:
        self._live = live
        self._space: Space | None = None
        self._ids: Ids = np.empty(0, np.int64)
        self._drawn_from = 0

    def similarities(self, vector: Vectors) -> Vectors:
        """Similarities of the sampled items to ``vector`` (D,), descending.

        Shape (N,), N at most ``SAMPLE_SIZE`` and 0 while no space is in use.
        """
        self._draw()
        return self._live.search(vector, len(self._ids), self._ids)[1]

    def _draw(self) -> None:
        ids = self._live.ids()
        grown = len(ids) >= 2 * self._drawn_from or 2 * len(ids) <= self._drawn_from
        if self._space != self._live.space or grown:
            self._space, self._drawn_from = self._live.space, len(ids)
            chance = np.random.default_rng(_SEED)
            chosen = chance.choice(ids, min(SAMPLE_SIZE, len(ids)), replace=False)
            self._ids = np.sort(chosen)
