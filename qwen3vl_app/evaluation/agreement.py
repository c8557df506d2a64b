"""How far judges agree beyond chance: Krippendorff's α for ordered grades.

After K. Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), sections C and D: any
number of judges, not every one of whom has graded every item.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from qwen3vl_app.evaluation.judgements import Unit

Counts: TypeAlias = NDArray[np.float64]


def units(said: Mapping[str, Mapping[Unit, int]]) -> list[list[int]]:
    """The grades of every item that two or more judges have graded."""
    together: dict[Unit, list[int]] = {}
    for grades in said.values():
        for unit, grade in grades.items():
            together.setdefault(unit, []).append(grade)
    return [grades for grades in together.values() if len(grades) > 1]


def alpha(graded: Iterable[Sequence[int]]) -> float | None:
    """Krippendorff's α with the ordinal metric: 1 for full agreement, 0 for that of chance.

    Args:
        graded: The grades of each item by two or more judges.

    Returns:
        None where no item has two grades, or all grades are the same: then there is nothing to
        agree about.
    """
    pairable = [grades for grades in graded if len(grades) > 1]
    values = sorted({grade for grades in pairable for grade in grades})
    if len(values) < 2:
        return None
    place = {value: n for n, value in enumerate(values)}
    coincidences = np.zeros((len(values), len(values)))
    for grades in pairable:
        for one, first in enumerate(grades):
            for other, second in enumerate(grades):
                if one != other:
                    coincidences[place[first], place[second]] += 1 / (len(grades) - 1)
    counts = coincidences.sum(axis=1)  # n_c
    apart = _ordinal(counts)
    expected = (np.outer(counts, counts) * apart).sum()
    return float(1 - (counts.sum() - 1) * (coincidences * apart).sum() / expected)


def _ordinal(counts: Counts) -> Counts:
    """Squared distances of grades: by how many grades were given between them, both ends half."""
    before = np.concatenate(([0.0], np.cumsum(counts)))
    middle = before[:-1] + counts / 2
    return np.asarray((middle[:, None] - middle[None, :]) ** 2)
