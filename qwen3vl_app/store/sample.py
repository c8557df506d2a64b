"""A random sample of what can be found: the scale on which a query's scores are read."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

import numpy as np

from qwen3vl_app.index.protocol import Ids
from qwen3vl_app.store.rows import SampleScores
from qwen3vl_app.store.tables.items import count_by_kind, kinds_of
from qwen3vl_app.store.tables.vectors import found_stamp, has_others
from qwen3vl_app.store.views import SearchedSpace
from qwen3vl_app.types import Kind, Vectors

SAMPLE_SIZE = 1000
"""A percentile of it is good to 1 point at the top and 3 in the middle (binomial, 95 %), and
scoring it costs a few milliseconds."""

_SEED = 20260101
"""The same library gives the same sample, so a search repeated shows the same percentiles."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Drawn:
    """What was drawn in one space."""

    ids: Ids
    kinds: dict[int, Kind]
    drawn_from: int


class Samples:
    """One for each space, drawn once, and again when the library has doubled or halved.

    Callers must hold the library's lock.
    """

    def __init__(self) -> None:
        self._drawn: dict[str, _Drawn] = {}
        """By fingerprint."""

        self._living: tuple[int, int] | None = None
        """The stamp of what can be found, and how many items there were at it."""

    def scores(
        self, conn: sqlite3.Connection, index: SearchedSpace, vector: Vectors
    ) -> SampleScores:
        """How near the sampled items of a space are to ``vector`` (D,)."""
        every = index.ids()
        drawn = self._draw(conn, index.space.fingerprint, every)
        ids, similarities = index.search(vector, len(drawn.ids), drawn.ids)
        by_kind: dict[Kind, list[float]] = {}
        for item, similarity in zip(ids.tolist(), similarities.tolist(), strict=True):
            by_kind.setdefault(drawn.kinds[item], []).append(similarity)
        return SampleScores(
            by_kind={kind: np.array(found, np.float32) for kind, found in by_kind.items()},
            items=len(every),
            elsewhere=self._count(conn) - len(every) if has_others(conn, index.space) else 0,
        )

    def _count(self, conn: sqlite3.Connection) -> int:
        """Items of the library; counted anew when it has changed: 30 ms for 100,000."""
        stamp = found_stamp(conn)
        if self._living is None or self._living[0] != stamp:
            self._living = stamp, sum(count_by_kind(conn).values())
        return self._living[1]

    def _draw(self, conn: sqlite3.Connection, fingerprint: str, ids: Ids) -> _Drawn:
        before = self._drawn.get(fingerprint)
        if before is not None and before.drawn_from < 2 * len(ids) < 4 * before.drawn_from:
            return before
        chance = np.random.default_rng(_SEED)
        chosen = np.sort(chance.choice(ids, min(SAMPLE_SIZE, len(ids)), replace=False))
        drawn = _Drawn(ids=chosen, kinds=kinds_of(conn, chosen.tolist()), drawn_from=len(ids))
        self._drawn[fingerprint] = drawn
        return drawn
