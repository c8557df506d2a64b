"""``bench scale --simulate``: everything that is simulated, in one run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np
import psutil

from qwen3vl_app.bench.measures import machine
from qwen3vl_app.bench.simulate.losses import Indexing, Losses, expected, simulate_losses
from qwen3vl_app.bench.simulate.plan import Terms, search_seconds
from qwen3vl_app.bench.simulate.queueing import Latency, Searches, Service, Wait, simulate_load
from qwen3vl_app.bench.simulate.rates import STORE, Known
from qwen3vl_app.bench.simulate.recalls import QUERIES, Recall, measure_recalls
from qwen3vl_app.bench.simulate.sampled import Sample, sample_library, sample_samples
from qwen3vl_app.bench.simulate.spectrum import Spectrum
from qwen3vl_app.bench.simulate.tables import lasting, many, table
from qwen3vl_app.errors import BenchError
from qwen3vl_app.index.formats import VectorFormat
from qwen3vl_app.types import Vectors

if TYPE_CHECKING:
    from qwen3vl_app.settings import Settings

SIZES, LARGE = (10_000, 100_000), 1_000_000
LOADS = (0.5, 0.8, 0.9)
SERVERS = (1, 4)
DEPTH = 40
"""Candidates that are reranked, the program's default."""

SPREAD = 0.2
"""Of the time of a step, assumed: passes of one size take about as long."""

LOST_AFTER = {"an hour": 3600.0, "a day": 86_400.0, "30 days": 30 * 86_400.0}
BACK_AFTER = 180.0
"""Seconds, assumed: another machine, and 4 to 17 GB of weights."""

PER_BATCH = 32

_COPIES = 16
"""Bytes a dimension: vectors, the same rotated, lists of them, room to grow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """The same search over vectors of a model and over as many made-up ones."""

    sampled: Recall
    made_up: Recall


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulationReport:
    """What ``bench scale --simulate`` prints."""

    machine: dict[str, str]
    sample: str
    vectors: int
    dimension: int
    made_up_dimension: int
    effective_dimensions: float
    """Of the made-up ones: equally strong ones that would be as many."""

    likeness: tuple[Likeness, ...]
    recalls: tuple[Recall, ...]
    latencies: tuple[Latency, ...]
    losses: tuple[Losses, ...]
    seconds: float

    def lines(self) -> list[str]:
        """All tables, as Markdown."""
        told = (
            f"{self.vectors:,} vectors of {self.dimension} dimensions (M): {self.sample}; made-up "
            f"ones have {self.made_up_dimension}, as many as {self.effective_dimensions:.0f} "
            f"equally strong ones; {self.seconds:.0f} s"
        )
        parts = ([told], _likeness(self.likeness), _recalls(self.recalls),
                 _latencies(self.latencies), _losses(self.losses))  # fmt: skip
        return [line for part in parts for line in (*part, "")][:-1]


def measure_simulation(
    settings: Settings,
    library: Path | None,
    *,
    large: bool = False,
    dimension: int | None = None,
    seed: int = 0,
    terms: Terms | None = None,
    searches: Sequence[Searches] = (),
) -> SimulationReport:
    """Everything, of a library or, without one, of the bundled samples.

    Under a minute on two cores for vectors of the bundled model.

    Args:
        settings: Which models embed the samples.
        library: Whose vectors are sampled.
        large: A million made-up vectors as well.
        dimension: Of the made-up vectors, if not that of the sampled ones.
        seed: Of all that is drawn.
        terms: Rates and prices.
        searches: Whose waiting is simulated, besides those that are known.

    Raises:
        BenchError: There is nothing to sample, or not enough memory.
    """
    begun, terms = perf_counter(), terms or Terms()
    sample = sample_samples(settings) if library is None else sample_library(library)
    spectrum = Spectrum.of(sample.vectors, seed)
    stretched = spectrum if dimension is None else spectrum.stretched(dimension)
    sizes = (*SIZES, LARGE) if large else SIZES
    check_memory(max(sizes), stretched.dimension)
    recalls = [row for items in sizes for row in _made_up(stretched, items, seed)]
    return SimulationReport(
        machine=machine(),
        sample=sample.of,
        vectors=len(sample.vectors),
        dimension=spectrum.dimension,
        made_up_dimension=stretched.dimension,
        effective_dimensions=stretched.effective_dimensions,
        likeness=tuple(_alike(sample, spectrum, seed)),
        recalls=tuple(recalls),
        latencies=tuple(_loads([*workloads(terms), *searches], seed)),
        losses=tuple(_lost(terms, seed)),
        seconds=perf_counter() - begun,
    )


def check_memory(items: int, dimension: int) -> None:
    """Refuse what does not fit, before any of it is taken.

    Raises:
        BenchError: It does not fit.
    """
    needed, free = items * dimension * _COPIES, int(psutil.virtual_memory().available)
    if needed > free:
        raise BenchError(
            f"{items:,} vectors of {dimension} dimensions take {needed / 1e9:.1f} GB of memory, "
            f"and {free / 1e9:.1f} GB are free; take fewer --dimensions, or no --large."
        )


def _made_up(spectrum: Spectrum, items: int, seed: int) -> list[Recall]:
    vectors = np.concatenate([*spectrum.items(items, seed)])
    return measure_recalls(vectors, _queries(spectrum, vectors, seed))


def _queries(spectrum: Spectrum, vectors: Vectors, seed: int) -> Vectors:
    chance = np.random.default_rng(seed)
    chosen = chance.choice(len(vectors), min(QUERIES, len(vectors)), replace=False)
    return spectrum.queries(vectors[chosen], seed)


def _alike(sample: Sample, spectrum: Spectrum, seed: int) -> Iterator[Likeness]:
    """Every way of searching the sampled vectors, beside as many made-up ones."""
    rows = measure_recalls(sample.vectors, _queries(spectrum, sample.vectors, seed))
    beside = _made_up(spectrum, len(sample.vectors), seed)
    for one, other in zip(rows, beside, strict=True):
        yield Likeness(sampled=one, made_up=other)


# ---------------------------------------------------------------- load and losses


def workloads(terms: Terms) -> list[Searches]:
    """The bundled pair as it was measured on two cores, and both published ones on a GPU."""
    bundled = Searches(
        name="bundled pair, two cores",
        recall=Service(seconds=0.036, spread=SPREAD),
        rerank=Service(seconds=0.969 / DEPTH, spread=SPREAD),
        steps=DEPTH,
    )
    return [bundled, *(_on_a_gpu(one) for one in terms.models)]


def _on_a_gpu(model: Known) -> Searches:
    items, steps = 1_000_000, 8
    index = search_seconds(items, model.dimension, VectorFormat.BINARY)
    return Searches(
        name=f"{model.name}, a GPU, {many(items)} items",
        recall=Service(seconds=model.query + index, spread=SPREAD),
        rerank=Service(seconds=DEPTH / model.pairs / steps, spread=SPREAD),
        steps=steps,
    )


def searches_of(recall_ms: float | None, rerank_ms: float | None) -> list[Searches]:
    """Searches that take as long as somebody has measured; none unless the recall is given."""
    if recall_ms is None:
        return []
    steps = 8 if rerank_ms else 0
    one = Searches(
        name="as given",
        recall=Service(seconds=recall_ms / 1000, spread=SPREAD),
        rerank=Service(seconds=(rerank_ms or 0) / 1000 / max(steps, 1), spread=SPREAD),
        steps=steps,
    )
    return [one]


def _loads(workloads: Sequence[Searches], seed: int) -> Iterator[Latency]:
    for one in workloads:
        for servers in SERVERS:
            for load in LOADS:
                yield simulate_load(one, servers, load, seed=seed)


def _lost(terms: Terms, seed: int) -> Iterator[Losses]:
    small, large = terms.models
    for model, workers in ((small, 4), (small, 16), (large, 8), (large, 32)):
        for lost_after in LOST_AFTER.values():
            indexing = Indexing(
                items=1e9,
                per_batch=PER_BATCH,
                workers=workers,
                rate=model.pictures,
                lost_after=lost_after,
                back_after=BACK_AFTER,
                writes=STORE.commits,
            )
            yield simulate_losses(indexing, seed)


# ---------------------------------------------------------------- tables


def _likeness(rows: tuple[Likeness, ...]) -> list[str]:
    heads = ("the sampled, as many made-up", "sampled: recall@10 (M)", "made-up: recall@10 (S)")
    return table(
        heads,
        [(_way(one.sampled), f"{one.sampled.recall:.3f}", f"{one.made_up.recall:.3f}")
         for one in rows],
    )  # fmt: skip


def _way(one: Recall) -> str:
    where = one.codes or "every vector"
    if one.probes is not None:
        where = f"{one.probes} of {one.lists:,} lists"
    return f"{one.form}, {where}" + (f", refined {one.refined} x" if one.refined > 1 else "")


def _recalls(rows: tuple[Recall, ...]) -> list[str]:
    heads = ("made-up vectors", "recall@10 (S)", "bytes each (C)", "ms a query (M)")
    return table(
        heads,
        [(f"{many(one.items)}, {_way(one)}", f"{one.recall:.3f}", str(one.bytes),
          f"{one.milliseconds:.2f}") for one in rows],
    )  # fmt: skip


def _latencies(rows: tuple[Latency, ...]) -> list[str]:
    heads = ("searches", "servers", "at most a second (C)", "load", "recall p50, 95, 99 (S)",
             "reranked p50, 95, 99 (S)")  # fmt: skip
    found = [
        (
            one.name,
            str(one.servers),
            f"{one.rate / one.load:.2f}",
            f"{one.load:.1f}",
            _waited(one.first),
            _waited(one.done),
        )
        for one in rows
    ]
    return table(heads, found)


def _waited(wait: Wait) -> str:
    return ", ".join(lasting(one) for one in (wait.p50, wait.p95, wait.p99))


def _losses(rows: tuple[Losses, ...]) -> list[str]:
    heads = ("workers, each lost after", "undisturbed (C)", "took (S)", "longer (S)",
             "by theory (C)", "lost (S)", "twice (S)")  # fmt: skip
    names = {seconds: name for name, seconds in LOST_AFTER.items()}
    found = []
    for one in rows:
        plan = one.indexing
        free = plan.workers * plan.rate <= plan.writes
        theory = f"{100 * (expected(plan) / plan.undisturbed - 1):.2f} %" if free else "writer"
        found.append(
            (
                f"{plan.workers} of {plan.rate:.3g}/s, {names[plan.lost_after]}",
                lasting(plan.undisturbed),
                lasting(one.seconds),
                f"{100 * max(one.longer, 0):.2f} %",
                theory,
                f"{one.lost:,}",
                many(one.twice),
            )
        )
    return table(heads, found)
