"""What several judges say, as the one grade that a measure wants; and what they say each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from statistics import median_low
from typing import TypeAlias

from qwen3vl_app.types.ids import ItemId
from qwen3vl_app.types.judgement import Judgement

Grades: TypeAlias = Mapping[ItemId, int]

Unit: TypeAlias = tuple[str, ItemId]
"""An item for a question."""


def settled(judgements: Iterable[Judgement]) -> dict[str, dict[ItemId, int]]:
    """The grades by question and item; of several judges the median, the lower one of two.

    So it stays one of the four grades, and a single enthusiast makes nothing right.
    """
    said: dict[str, dict[ItemId, list[int]]] = {}
    for one in judgements:
        if one.item is not None:
            said.setdefault(one.asked, {}).setdefault(one.item, []).append(one.grade)
    return {
        asked: {item: median_low(grades) for item, grades in items.items()}
        for asked, items in said.items()
    }


def by_judge(judgements: Iterable[Judgement]) -> dict[str, dict[Unit, int]]:
    """Of every judge the grades that were given."""
    said: dict[str, dict[Unit, int]] = {}
    for one in judgements:
        if one.item is not None:
            said.setdefault(one.judge, {})[one.asked, one.item] = one.grade
    return said
