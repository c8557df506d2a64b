"""``bench map``: how long the map of a large library takes, and how good it is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np

from qwen3vl_app.bench.measures import Measure, machine, timed
from qwen3vl_app.bench.vectors import Likeness
from qwen3vl_app.index.neighbours import nearest_of_each
from qwen3vl_app.inspection.map_layout import Places, principal_places
from qwen3vl_app.inspection.map_work import DIMENSIONS, run
from qwen3vl_app.inspection.map_worker import PLACES, VECTORS
from qwen3vl_app.types import Vectors

ITEMS = 20_000
GOAL_SECONDS = 60
"""For 20,000 items on two cores; the map takes one of them."""

KEPT = 15
_LOOKED_AT = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class MapReport:
    """What ``bench map`` prints."""

    machine: dict[str, str]
    measures: tuple[Measure, ...]


def measure_map(items: int = ITEMS, folder: Path | None = None) -> MapReport:
    """Lay out so many made-up vectors in the process that does so for the page."""
    vectors = np.concatenate([*Likeness(DIMENSIONS).items(items)])
    steps: dict[str, float] = {}
    with TemporaryDirectory(dir=folder) as made:
        np.save(Path(made) / VECTORS, vectors)
        begun = perf_counter()

        def seen(done: float, _ids: object, places: Places | None) -> None:
            name = "first" if places is not None and not steps else str(done)
            steps.setdefault(name, perf_counter() - begun)

        total, _ = timed(lambda: run(Path(made), np.arange(items), seen, lambda: False))
        places = np.load(Path(made) / PLACES)
    goal = GOAL_SECONDS if items <= ITEMS else None
    size = f"{items:,} x {DIMENSIONS}"
    measures = (
        Measure(name=f"{size}: something to see after", value=_s(steps["first"]), unit="s"),
        Measure(name=f"{size}: clusters after", value=_s(steps["0.1"]), unit="s"),
        Measure(name=f"{size}: neighbours after", value=_s(steps["0.4"]), unit="s"),
        Measure(name=f"{size}: laid out after", value=_s(total), unit="s", goal=goal,
                at_least=False),
        Measure(name=f"{KEPT} nearest kept: principal components",
                value=_kept(vectors, principal_places(vectors)), unit="%"),
        Measure(name=f"{KEPT} nearest kept: the map", value=_kept(vectors, places), unit="%"),
    )  # fmt: skip
    return MapReport(machine=machine(), measures=measures)


def _s(seconds: float) -> float:
    return round(seconds, 2)


def _kept(vectors: Vectors, places: Places) -> float:
    """Of the nearest of some items in the space, the share that is nearest there, in percent."""
    some = np.random.default_rng(0).choice(len(vectors), min(_LOOKED_AT, len(vectors)), False)
    nearest, _ = nearest_of_each(vectors, KEPT)
    kept = 0
    for one in some.tolist():
        apart = ((places - places[one]) ** 2).sum(axis=1)
        near = np.argpartition(apart, KEPT)[: KEPT + 1]  # itself among them
        kept += len(np.intersect1d(near, nearest[one]))
    return round(100 * kept / (len(some) * KEPT), 1)
