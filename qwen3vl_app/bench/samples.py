"""The models, indexing and search latency on the sample collection, in one run."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import orjson

from qwen3vl_app.bench.models import measure_loading, measure_passes
from qwen3vl_app.bench.pictures import measure_words
from qwen3vl_app.errors import BenchError
from qwen3vl_app.indexing.progress import IndexProgress, IndexState
from qwen3vl_app.services import build_services
from qwen3vl_app.settings import GUIDED_QUERIES, SAMPLES
from qwen3vl_app.types import Query, SearchStage

if TYPE_CHECKING:
    from qwen3vl_app.bench.measures import Measure
    from qwen3vl_app.services import Services
    from qwen3vl_app.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """Medians over all runs, in milliseconds."""

    runs: int
    embed: float
    recall: float
    first_result: float
    """From the question to the recall rows: embedding, index, metadata."""

    reranked: float
    """From the question to the last score."""

    depth: int

    @property
    def ratio(self) -> float:
        """How many times longer the reranked result takes than the recall rows."""
        return self.reranked / self.first_result


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleReport:
    """What ``bench`` prints."""

    model: str
    device: str
    models: tuple[Measure, ...]
    """Importing, loading, embedding and reranking, each by itself."""

    files: int
    items: int
    index_seconds: float
    search: Latency
    words: tuple[Measure, ...]
    """Reading the words of one picture, by its kind."""

    @property
    def items_per_second(self) -> float:
        """Indexing rate from files, decoding included, model already loaded."""
        return self.items / self.index_seconds


def measure(settings: Settings, *, repeats: int = 5, depth: int = 20) -> SampleReport:
    """Index the sample collection into a temporary library, then search it.

    Every text of the guided queries is asked ``repeats`` times, in turns, so that a slow moment
    of the machine touches all of them; the first turn warms up and is not counted. Takes about
    a minute on two cores with the demo model.
    """
    with TemporaryDirectory() as folder:
        services = build_services(replace(settings, library=Path(folder) / "library", ocr=False))
        try:
            loading = measure_loading(services)
            passes = measure_passes(services, repeats)
            progress = _index(services)
            latency = _search(services, repeats=repeats, depth=depth)
            return SampleReport(
                model=services.models.space().model,
                device=str(services.models.status()[0].detail),
                models=(*loading, *passes),
                files=progress.files,
                items=progress.items,
                index_seconds=progress.seconds,
                search=latency,
                words=measure_words(services.reader, repeats),
            )
        finally:
            services.close()


def _index(services: Services) -> IndexProgress:
    services.indexer.add([SAMPLES])
    services.indexer.start()
    progress = services.indexer.wait()
    if progress.state is IndexState.FAILED or not progress.items:
        raise BenchError(f"The sample collection could not be indexed: {progress.message}")
    return progress


def _texts() -> list[str]:
    rows = orjson.loads(GUIDED_QUERIES.read_bytes())
    return [row["text"] for row in rows if row.get("text") and not {"picture", "clip"} & set(row)]


def _search(services: Services, *, repeats: int, depth: int) -> Latency:
    runs = [
        _one(services, Query(text=text, top_k=min(depth, 100), depth=depth))
        for turn in range(repeats + 1)
        for text in _texts()
    ]
    counted = runs[len(_texts()) :]
    return Latency(
        runs=len(counted),
        embed=_median(run[0] for run in counted),
        recall=_median(run[1] for run in counted),
        first_result=_median(run[2] for run in counted),
        reranked=_median(run[3] for run in counted),
        depth=depth,
    )


def _one(services: Services, query: Query) -> tuple[float, float, float, float]:
    services.engine.forget_scores()
    begun = time.perf_counter()
    first = 0.0
    for update in services.engine.search(query):
        if update.stage is SearchStage.RECALL:
            first = time.perf_counter() - begun
    total = time.perf_counter() - begun
    return update.timings.embed, update.timings.recall, first * 1000, total * 1000


def _median(values: Iterable[float]) -> float:
    return round(median(values), 1)
