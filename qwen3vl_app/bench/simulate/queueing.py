"""How long people wait whose searches arrive at random at a few servers.

Each server has both models. As in the program, recall goes first, between two steps of others'
reranking, and those who are reranked take turns, step by step.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

SEARCHES = 10_000
_WARMING = 10
"""Of a hundred searches, which come before the queue is as it stays, and are not counted."""

Seconds: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """How long one step of work takes, by a gamma distribution."""

    seconds: float
    spread: float = 0.0
    """Standard deviation by mean: 0 always takes as long, 1 is exponential."""

    def draw(self, chance: np.random.Generator, number: int) -> Seconds:
        """So many times: (N,)."""
        if not self.spread:
            return np.full(number, self.seconds)
        shape = 1 / self.spread**2
        return chance.gamma(shape, self.seconds / shape, number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Searches:
    """What each search asks of a server."""

    name: str
    recall: Service
    """Embedding the query, the index, the first rows."""

    rerank: Service
    """One step, after which somebody's recall may go first."""

    steps: int
    """Of reranking; 0 without."""

    @property
    def seconds(self) -> float:
        """Of a server that a search takes in all."""
        return self.recall.seconds + self.steps * self.rerank.seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Seconds since the question, at the median and for 95 and 99 of 100."""

    p50: float
    p95: float
    p99: float

    @classmethod
    def of(cls, seconds: Seconds) -> Wait:
        """Of all that were waited."""
        p50, p95, p99 = np.percentile(seconds, (50, 95, 99)).tolist()
        return cls(p50=p50, p95=p95, p99=p99)


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """What people wait at one rate."""

    name: str
    servers: int
    rate: float
    """Searches a second, of all people."""

    load: float
    """Of what the servers can do, the share that is asked of them."""

    first: Wait
    """Until the recall."""

    done: Wait
    """Until the last score."""


def simulate_load(
    searches: Searches, servers: int, load: float, number: int = SEARCHES, seed: int = 0
) -> Latency:
    """Searches that arrive by a Poisson process; ``number`` of them, the first not counted."""
    rate = load * servers / searches.seconds
    first, done = waits(searches, servers, rate, number, seed)
    begun = number * _WARMING // 100
    return Latency(
        name=searches.name,
        servers=servers,
        rate=rate,
        load=load,
        first=Wait.of(first[begun:]),
        done=Wait.of(done[begun:]),
    )


def waits(
    searches: Searches, servers: int, rate: float, number: int, seed: int
) -> tuple[Seconds, Seconds]:
    """Seconds until the recall and until the last score of each search: (N,) and (N,)."""
    chance = np.random.default_rng(seed)
    arrivals = np.cumsum(chance.exponential(1 / rate, number))
    recalls = searches.recall.draw(chance, number).tolist()
    steps = searches.rerank.draw(chance, number * searches.steps).tolist()
    first, done = np.zeros(number), np.zeros(number)
    asked: deque[int] = deque()
    judged: deque[tuple[int, int]] = deque()  # a search and its next step
    events: list[tuple[float, int, int, int]] = []  # when, a tie, a search, the step that ends
    ties, free, at = count(), servers, 0
    while at < number or events:
        if at < number and (not events or arrivals[at] <= events[0][0]):
            now = float(arrivals[at])
            asked.append(at)
            at += 1
        else:
            now, _, search, step = heappop(events)
            free += 1
            if step == 0:
                first[search] = now
            if step == searches.steps:
                done[search] = now
            else:
                judged.append((search, step + 1))
        while free and (asked or judged):
            free -= 1
            search, step = (asked.popleft(), 0) if asked else judged.popleft()
            takes = steps[search * searches.steps + step - 1] if step else recalls[search]
            heappush(events, (now + takes, next(ties), search, step))
    return first - arrivals, done - arrivals
