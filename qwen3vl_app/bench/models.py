"""What the models take by themselves: importing, loading, embedding, reranking."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from importlib import import_module
from itertools import islice
from statistics import median
from typing import TYPE_CHECKING

from qwen3vl_app.bench.measures import Measure, timed
from qwen3vl_app.errors import BenchError
from qwen3vl_app.media.file_types import FileType, claimed
from qwen3vl_app.models.service.protocol import ModelState, Priority
from qwen3vl_app.settings import SAMPLES
from qwen3vl_app.types import (
    DOCUMENT_INSTRUCTION,
    QUERY_INSTRUCTION,
    Kind,
    ModelInput,
    Part,
    Picture,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qwen3vl_app.services import Services

PAIRS = 20
_PICTURES = 64


def measure_loading(services: Services) -> list[Measure]:
    """Import torch and transformers, which no model can be loaded before; then load both models.

    Raises:
        ModelLoadError: The embedder cannot be loaded.
    """
    imported, _ = timed(lambda: import_module("qwen3vl_app.models.service.building"))
    services.models.start()
    loaded, _ = timed(services.models.wait)
    services.models.space()
    return [
        Measure(name="importing torch and transformers", value=round(imported, 2), unit="s"),
        _at_most("loading the models", loaded, _demo_goal(services, 2)),
    ]


def measure_passes(services: Services, turns: int) -> list[Measure]:
    """Embed pictures of the sample collection, decoded before, and rerank ``PAIRS`` of them.

    The reranker sees each picture twice, for two queries, and no picture of the turn before.
    Medians; the first turn warms up and is not counted. Without a reranker, embedding only.
    """
    pictures = _pictures(services)
    size = services.settings.batch_items
    batches = [pictures[at : at + size] for at in range(0, len(pictures), size)]
    seconds = _median([timed(lambda: _embed(services, batches))[0] for _ in range(turns + 1)])
    measures = [
        Measure(
            name="embedding: pictures per second",
            value=round(len(pictures) / seconds, 1),
            unit="/s",
            goal=_demo_goal(services, 20),
        )
    ]
    if services.models.status()[1].state is ModelState.READY:
        measures += _reranking(services, pictures[:PAIRS], turns)
    return measures


def _reranking(services: Services, pairs: Sequence[ModelInput], turns: int) -> list[Measure]:
    """With pictures that the reranker has not seen, and by another query with the same ones."""
    first: list[float] = []
    again: list[float] = []
    for turn in range(turns + 1):
        unseen = [_marked(pair, turn) for pair in pairs]
        for seconds, query in ((first, "a red bicycle"), (again, "a green bicycle")):
            seconds.append(timed(partial(_score, services, unseen, f"{query} {turn}"))[0])
    name = f"reranking {len(pairs)} pairs of a text and a picture"
    return [
        _at_most(name, _median(first), _demo_goal(services, 2)),
        _at_most(f"{name}, by another query", _median(again), None),
    ]


def _marked(pair: ModelInput, turn: int) -> ModelInput:
    """The same input but for one pixel: nothing that was kept of it holds."""
    image = pair.pictures[0].image.copy()
    image.putpixel((0, 0), (turn % 256, 0, 0))
    return replace(pair, pictures=(Picture(image),))


def _embed(services: Services, batches: Sequence[Sequence[ModelInput]]) -> None:
    for batch in batches:
        services.models.embed(batch, instruction=DOCUMENT_INSTRUCTION, priority=Priority.INDEX)


def _score(services: Services, pairs: Sequence[ModelInput], text: str) -> None:
    query = ModelInput(texts=(text,))
    scored = services.models.score(query, pairs, instruction=QUERY_INSTRUCTION)
    if scored.rejected:
        raise BenchError(f"The reranker rejected {len(scored.rejected)} of {len(pairs)} pairs.")


def _pictures(services: Services) -> list[ModelInput]:
    reader, budget = services.reader, services.models.embedder_budget()
    paths = (p for p in sorted(SAMPLES.rglob("*")) if claimed(p) is FileType.PICTURE)
    part = Part(ordinal=0, kind=Kind.PICTURE)
    return [reader.read(p, [part], budget=budget)[0].model_input for p in islice(paths, _PICTURES)]


def _median(seconds: Sequence[float]) -> float:
    return median(seconds[1:])


def _at_most(name: str, seconds: float, goal: float | None) -> Measure:
    return Measure(name=name, value=round(seconds, 2), unit="s", goal=goal, at_least=False)


def _demo_goal(services: Services, goal: float) -> float | None:
    """Goals are those of the demo models on two cores; others are as large as they are."""
    return goal if services.models.status()[0].bundled else None
