"""``bench scale``: how much faster several workers on Ray embed than one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from qwen3vl_app.bench.measures import Measure, interleaved, machine, timed
from qwen3vl_app.errors import BenchError
from qwen3vl_app.scale.crew import Crew
from qwen3vl_app.scale.ray_workers import RayWorkers
from qwen3vl_app.types import DOCUMENT_INSTRUCTION, ModelInput, Picture

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from qwen3vl_app.scale.crew import Worker
    from qwen3vl_app.scale.tools import Tools
    from qwen3vl_app.settings import Settings

WORKERS = 2
TURNS = 5
BATCHES = 12
PER_BATCH = 4
SIDE = 1024
"""Pixels of a page: some thousand tokens."""

GOAL_SHARE = 0.9
"""Of the times that there are workers: two are to be 1.8 times as fast as one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleReport:
    """What ``bench scale`` prints."""

    model: str
    machine: dict[str, str]
    measures: tuple[Measure, ...]


@dataclass(frozen=True, slots=True)
class EmbedPages:
    """Work: pages that the worker draws the first time, and embeds each time."""

    seed: int

    def __call__(self, tools: Tools) -> int:
        """How many have a vector."""
        return len(tools.embed(_pages(self.seed), DOCUMENT_INSTRUCTION).kept)


@cache
def _pages(seed: int) -> tuple[ModelInput, ...]:
    chance = np.random.default_rng(seed)
    drawn = (
        Image.fromarray(chance.integers(0, 256, (SIDE // 32, SIDE // 32, 3), np.uint8))
        for _ in range(PER_BATCH)
    )
    return tuple(
        ModelInput(pictures=(Picture(image.resize((SIDE, SIDE), Image.Resampling.NEAREST)),))
        for image in drawn
    )


def measure_scale(settings: Settings, workers: int = WORKERS, turns: int = TURNS) -> ScaleReport:
    """Embed the same pages by one worker and by all, in turns.

    Workers take one thread each unless ``settings`` say otherwise. Each draws its pages itself, so
    what is measured is the embedding and the handing out, not this computer's reading.

    Raises:
        BenchError: There are fewer than two workers, or a page got no vector.
        ModelError: The workers cannot be had.
    """
    if workers < 2:
        raise BenchError("There is nothing to compare: --workers takes 2 or more.")
    settings = replace(settings, ray=settings.ray or "auto", workers=workers, reranker="none")
    ray = RayWorkers(settings)
    ray.connect()
    with closing(ray):
        hired = [ray.hire() for _ in range(workers)]
        all_, one = _crew(hired), _crew(hired[:1])
        with closing(all_):
            started, facts = timed(all_.start)
            one.start()
            crews = {"one": one, "all": all_}
            for crew in crews.values():
                _embed(crew)  # until every worker has drawn most pages
            seconds = interleaved({name: _turn_of(crew) for name, crew in crews.items()}, turns)
    pages = BATCHES * PER_BATCH
    times = seconds["one"] / seconds["all"]
    measures = (
        Measure(name="workers hired and loaded after", value=round(started, 1), unit="s"),
        Measure(name="pages a second: one worker", value=_rate(pages, seconds["one"]), unit="/s"),
        Measure(
            name=f"pages a second: {workers} workers",
            value=_rate(pages, seconds["all"]),
            unit="/s",
        ),
        Measure(
            name=f"{workers} workers over one",
            value=round(times, 2),
            unit="x",
            goal=round(GOAL_SHARE * workers, 2),
        ),
    )
    return ScaleReport(model=facts.space.model, machine=machine(), measures=measures)


def _turn_of(crew: Crew) -> Callable[[int], None]:
    return lambda _turn: _embed(crew)


def _crew(hired: Sequence[Worker]) -> Crew:
    return Crew(iter(hired).__next__, len(hired))


def _embed(crew: Crew) -> None:
    with ThreadPoolExecutor(crew.room) as pool:
        kept = sum(pool.map(crew.do, [EmbedPages(seed) for seed in range(BATCHES)]))
    if kept != BATCHES * PER_BATCH:
        raise BenchError(f"{kept} of {BATCHES * PER_BATCH} pages were embedded.")


def _rate(pages: int, seconds: float) -> float:
    return round(pages / seconds, 2)
