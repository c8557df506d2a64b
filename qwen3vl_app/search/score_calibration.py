"""How high a score is, for this query in this library: pure functions over a random sample.

The cosine of a good hit depends on the model, the kind of query and the kind of item, so no fixed
number tells hits from noise. The scores of a random sample do: most items have nothing to do with
a query, and what has stands out from them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from qwen3vl_app.types import Kind, Vectors

SMALLEST_SAMPLE = 30
"""With fewer scores nothing is said."""

SMALLEST_GROUP = 100
"""Items of a kind are compared with their own kind from here on: texts are nearer to a text than
pictures are, and with fewer scores the spread is known to no better than a tenth."""

DEVIATIONS = 3.2
"""How many standard deviations above the median an item stands out at least; from 170 items on,
`level` asks for more. Measured on the sample collection with the demo model: the best hits of 9
among 18 senseless queries stay below, and those of all 23 queries whose answer comes first do not.
Saying "nothing" where there is something is the worse mistake of the two."""

SAME = 0.95
"""A vector this near is of the same thing, however wide chance spreads: nearly equal pictures
keep 0.96 and more. Deviations above the median, without a bound, can be beyond 1."""

REACHED = 0.75
"""Where an item would have to be nearer than this to stand out, levels tell nothing: right hits
of the demo model lie between 0.30 and 0.84, of the 2B model at 0.72 (its published example). Asked
for "two blue stars", a library of 2,500 drawn shapes spreads so wide that the level would be 0.95,
above the right answers at 0.84. Measured with 20 queries that have an answer, among the 122 items
that the samples were then and in that library: none and one (a heading) were said to find nothing,
none and four to be in a uniform library. Of 50 senseless ones 30 and 27 were said to find nothing,
none uniform."""

_NORMAL = 1.4826
"""Median absolute deviation to standard deviation, of a normal distribution."""


@dataclass(frozen=True, slots=True, eq=False)
class ScoreCalibration:
    """The scale for the scores of one query."""

    sample: Vectors
    """Similarities of the sample, ascending."""

    levels: Mapping[Kind, float]
    """From which similarity an item of each kind stands out."""

    uniform: bool = False
    """The scores spread so wide that not even a right hit can be expected to stand out."""

    def percentile(self, similarity: float) -> float:
        """How much of the sample is less similar, 0 to 100."""
        below = int(np.searchsorted(self.sample, np.float32(similarity), "left"))
        return 100.0 * below / len(self.sample)

    def stands_out(self, kind: Kind, similarity: float) -> bool:
        """Whether chance hardly explains this similarity."""
        return similarity >= self.levels[kind]

    @property
    def lowest(self) -> float:
        """Below it nothing stands out, of whatever kind."""
        return min(self.levels.values())


def calibrate(scores: Mapping[Kind, Vectors], items: int) -> ScoreCalibration | None:
    """The scale that a sample gives, or None where it is too small or all of it is alike.

    Args:
        scores: Similarities of the sampled items by kind, (N,) each.
        items: How many the library has; the best of more noise is higher.
    """
    everything = np.concatenate([np.empty(0, np.float32), *scores.values()])
    if len(everything) < SMALLEST_SAMPLE:
        return None
    of_all = level(everything, items)
    if of_all is None:
        return None
    levels = dict.fromkeys(Kind, of_all)
    for kind, own in scores.items():
        found = level(own, items) if len(own) >= SMALLEST_GROUP else None
        levels[kind] = of_all if found is None else found
    uniform = min(levels.values()) > REACHED
    return ScoreCalibration(np.sort(everything), levels, uniform)


def level(scores: Vectors, items: int) -> float | None:
    """Median plus ``DEVIATIONS`` robust standard deviations, or more in a very large library.

    At most ``SAME``.

    The best of n scores of pure chance is expected at no more than sqrt(2 ln n) deviations
    (Boucheron, Lugosi, Massart, "Concentration Inequalities", theorem 2.5), 4.8 for 100,000.
    The median absolute deviation is not moved by the hits themselves, as long as most items are
    none. None where the scores do not differ.
    """
    middle = float(np.median(scores))
    spread = _NORMAL * float(np.median(np.abs(scores - middle)))
    if spread < 1e-6:
        return None
    deviations = max(DEVIATIONS, math.sqrt(2 * math.log(max(items, 1))))
    return min(middle + deviations * spread, SAME)
