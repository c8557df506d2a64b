"""Which parts of an item a search has found it by: how much both stages lose without each.

Coarse parts first, then the parts of those that matter, level by level. Every version of an item
is another document of the same question, so what all documents share is computed once.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from qwen3vl_app.inspection.gauge import Gauge, Levels
from qwen3vl_app.inspection.occlusion import Occlusion, Region
from qwen3vl_app.search.engine import Cancelled, never, next_size

MOST_REFINED = 4
"""Coarse parts that are looked at closer."""

MATTERS = 0.5
"""Of the largest fall, what makes a part matter."""


class Stage(StrEnum):
    """How far it has come."""

    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Fall:
    """What both stages lose without a part; below 0 they gain by it."""

    region: Region
    level: int
    """0 for coarse parts, 1 for parts of these, and so on."""

    levels: Levels


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is known so far; each replaces the one before."""

    stage: Stage
    whole: Levels
    """Of the whole item."""

    falls: tuple[Fall, ...] = ()
    """Coarse parts in their order, then finer ones."""

    passes: int = 1
    """Versions of the item that each model has looked at."""

    most: int = 1
    """As many as these may become."""

    seconds: float = 0.0
    """That they took, waiting for other searches included."""

    kept: bool = False
    """Whether it was found before, and nothing was computed."""


def most_passes(parts: Occlusion) -> int:
    """Versions of an item that each model looks at, at most."""
    regions: Sequence[Region] = parts.coarse()
    passes = 1 + len(regions)
    while finer := [found for region in regions if (found := parts.parts(region))]:
        regions = [*dict.fromkeys(part for found in finer for part in found)]
        largest = sorted(map(len, finer), reverse=True)[:MOST_REFINED]
        passes += min(len(regions), sum(largest))  # those of parts that overlap are the same
    return passes


def find_evidence(
    gauge: Gauge, shown: Occlusion, judged: Occlusion, cancelled: Cancelled = never
) -> Iterator[Evidence]:
    """Yield what is known after each batch of versions, and the end.

    Args:
        gauge: The search.
        shown: The item as the embedder gets it.
        judged: The same for the reranker.
        cancelled: Asked between batches.

    Raises:
        UsageError: A model cannot take the item.
        ModelError: A model is not there.
    """
    begun = time.perf_counter()
    (whole,) = gauge.read([shown.whole], [judged.whole])
    seconds = time.perf_counter() - begun
    so_far = Evidence(stage=Stage.RUNNING, whole=whole, most=most_passes(shown), seconds=seconds)
    yield so_far
    waiting = deque((0, region) for region in shown.coarse())
    size, level = 1, 0
    while waiting:
        if cancelled():
            yield replace(so_far, stage=Stage.STOPPED)
            return
        batch = [waiting.popleft() for _ in range(min(size, len(waiting)))]
        before = time.perf_counter()
        versions = ([one.without(region) for _, region in batch] for one in (shown, judged))
        levels = gauge.read(*versions)
        taken = time.perf_counter() - before
        falls = [
            Fall(region, at, whole.without(without))
            for (at, region), without in zip(batch, levels, strict=True)
        ]
        so_far = replace(
            so_far,
            falls=(*so_far.falls, *falls),
            passes=so_far.passes + len(batch),
            seconds=so_far.seconds + taken,
        )
        yield so_far
        size = next_size(len(batch), taken)
        if not waiting:
            finer = refined([fall for fall in so_far.falls if fall.level == level], shown)
            level += 1
            waiting.extend((level, region) for region in finer)
    yield replace(so_far, stage=Stage.DONE)


READINGS: tuple[Callable[[Levels], float | None], ...] = (
    lambda levels: levels.similarity,
    lambda levels: levels.logit,
)
"""By what parts are compared. A probability near 0 or 1 hardly moves where its logit does."""


def refined(falls: Sequence[Fall], parts: Occlusion) -> list[Region]:
    """The parts of those parts whose fall is large in either stage, of a few at most.

    Args:
        falls: Of one level.
        parts: Of the same item.
    """
    strength = dict.fromkeys((fall.region for fall in falls), 0.0)
    for read in READINGS:
        known = {fall.region: read(fall.levels) or 0.0 for fall in falls}
        largest = max(known.values(), default=0.0)
        for region, lost in known.items():
            if largest > 0:
                strength[region] = max(strength[region], lost / largest)
    matter = [one for one in strength if strength[one] >= MATTERS]
    matter.sort(key=lambda one: -strength[one])
    return [*dict.fromkeys(part for one in matter[:MOST_REFINED] for part in parts.parts(one))]


def peak(evidence: Evidence, read: Callable[[Levels], float | None]) -> Region | None:
    """The part that costs most: the largest coarse fall, and within it the largest finer one."""
    inside: Sequence[Region] = [fall.region for fall in evidence.falls if fall.level == 0]
    found = None
    lost = {fall.region: read(fall.levels) or 0.0 for fall in evidence.falls}
    while measured := [region for region in inside if region in lost]:
        found = max(measured, key=lambda region: lost[region])
        inside = found.parts()
    return found
