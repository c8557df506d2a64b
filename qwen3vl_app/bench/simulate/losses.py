"""How much longer indexing takes where workers are lost, and what is embedded twice.

A worker that is lost takes its batch with it, which somebody embeds again; it is back after a
while with its models loaded. One writer commits all batches, so it bounds what workers achieve.
"""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from math import expm1

import numpy as np


@dataclass(frozen=True, slots=True, kw_only=True)
class Indexing:
    """A library that is embedded by several workers."""

    items: float
    per_batch: int
    workers: int
    rate: float
    """Items a second that one worker embeds."""

    lost_after: float
    """Seconds that a worker is up on average (exponential)."""

    back_after: float
    """Seconds until another is there in its place, its models loaded."""

    writes: float
    """Items a second that the writer commits."""

    @property
    def batch(self) -> float:
        """Seconds that a worker needs for a batch."""
        return self.per_batch / self.rate

    @property
    def undisturbed(self) -> float:
        """Seconds in all, if nobody is ever lost."""
        return self.items / min(self.workers * self.rate, self.writes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Losses:
    """How it went."""

    indexing: Indexing
    seconds: float
    lost: int
    """Workers."""

    twice: float
    """Items that were embedded in vain, as their worker was lost before their batch was done."""

    @property
    def longer(self) -> float:
        """Of the undisturbed time, what came on top."""
        return self.seconds / self.indexing.undisturbed - 1


def expected(indexing: Indexing) -> float:
    """Seconds by theory, where the writer does not bound them.

    A batch of b seconds by a worker that is lost at rate 1/m and back after r takes
    (m + r) (e^(b/m) - 1) seconds (Daly 2006, equation 13, without checkpoints in between).
    """
    mean, back = indexing.lost_after, indexing.back_after
    batches = indexing.items / indexing.per_batch
    return batches / indexing.workers * (mean + back) * expm1(indexing.batch / mean)


def simulate_losses(indexing: Indexing, seed: int = 0) -> Losses:
    """Workers that come and go at random until everything is committed.

    Between two such events all work evenly, as much as the writer takes; a batch is done after its
    time and lost if its worker goes before. So a year of a hundred workers takes a second.
    """
    chance = np.random.default_rng(seed)
    ends = chance.exponential(indexing.lost_after, indexing.workers).tolist()
    events: list[tuple[float, float | None]] = [(end, 0.0) for end in ends]
    heapify(events)  # when a worker goes, and since when it was there; None where one comes
    now, committed, twice, lost, alive = 0.0, 0.0, 0.0, 0, indexing.workers
    while True:
        at, since = events[0]
        able = alive * indexing.rate
        pace = min(able, indexing.writes)
        if committed + pace * (at - now) >= indexing.items:
            seconds = now + (indexing.items - committed) / pace
            return Losses(indexing=indexing, seconds=seconds, lost=lost, twice=twice)
        committed += pace * (at - now)
        now = at
        heappop(events)
        if since is None:
            alive += 1
            heappush(events, (now + float(chance.exponential(indexing.lost_after)), now))
            continue
        alive, lost = alive - 1, lost + 1
        vain = (now - since) % indexing.batch * indexing.rate
        twice += vain
        if able <= indexing.writes:  # else others' batches were waiting for the writer
            committed -= vain
        heappush(events, (now + indexing.back_after, None))
