"""The pair of models that ``bench models`` measures, and who does the same work beside them."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from qwen3vl_app.bench.contenders import Contender, Program
from qwen3vl_app.bench.measures import machine
from qwen3vl_app.bench.reference import load_reference_embedder, load_reference_reranker
from qwen3vl_app.bench.speeds import Speed, measure_speed, peak_bytes, product_rate
from qwen3vl_app.bench.works import embedding_works, reranking_works
from qwen3vl_app.models.checkpoint.load import has_gpu, load_embedder, load_reranker
from qwen3vl_app.models.checkpoint.random_weights import (
    random_embedder,
    random_reranker,
    save_random,
)
from qwen3vl_app.models.checkpoint.resolve import Checkpoint, Role, resolve
from qwen3vl_app.models.forward.embedder import Qwen3VLEmbedder
from qwen3vl_app.models.forward.reranker import Qwen3VLReranker
from qwen3vl_app.models.forward.shortcuts import Shortcut
from qwen3vl_app.models.service.building import prepare_thread

if TYPE_CHECKING:
    from qwen3vl_app.models.checkpoint.load import Loaded
    from qwen3vl_app.settings import Settings

LONG_WAY = "one at a time"
"""One prompt a pass, nothing computed once for several."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Both models in memory; no reranker where it is off."""

    embedder: Loaded
    reranker: Loaded | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeedReport:
    """What ``bench models`` prints."""

    machine: dict[str, str]
    embedder: str
    reranker: str
    product: float
    """Operations a second of a large matrix product, on the same device in the same numbers: the
    best that was measured between the works."""

    speeds: tuple[Speed, ...]

    peak_bytes: int
    """Of the process, or on a GPU of its memory; all that were measured included."""

    def share(self, speed: Speed) -> float:
        """The rate of a work as a part of that of the matrix product."""
        return speed.operations / speed.seconds / self.product


@contextmanager
def pair_of(settings: Settings, shape: str | None, *, on_disk: bool) -> Iterator[Pair]:
    """Both models on the device of ``settings``, of checkpoints or with random weights.

    Args:
        settings: Which checkpoints, on which device.
        shape: Of random weights; None for the checkpoints.
        on_disk: Random weights are written to a temporary folder, for others to load as well.

    Raises:
        ModelLoadError: A checkpoint cannot be loaded.
    """
    prepare_thread(settings)
    wants_reranker = settings.reranker.strip().lower() != "none"
    device = settings.device
    if shape is not None and not on_disk:
        yield Pair(
            embedder=random_embedder(shape, device),
            reranker=random_reranker(shape, device) if wants_reranker else None,
        )
        return
    with TemporaryDirectory() as folder:
        if shape is not None:
            save_random(shape, device, Path(folder))

        def found(role: Role, wanted: str) -> Checkpoint:
            name = wanted if shape is None else folder
            return resolve(name, role, gpu=lambda: has_gpu(device))

        judge = None
        if wants_reranker:
            judge = found(Role.RERANKER, settings.reranker).with_adapter(settings.reranker_adapter)
        seen = found(Role.EMBEDDER, settings.model).with_adapter(settings.adapter)
        yield Pair(
            embedder=load_embedder(seen, device),
            reranker=load_reranker(judge, device) if judge else None,
        )


def measure_pair(
    pair: Pair,
    turns: int,
    count: int,
    reference: Path | None = None,
    step: Callable[[str], None] = lambda _: None,
) -> SpeedReport:
    """Every work of both models, beside the reference or, without it, beside the long way.

    Args:
        pair: Of any shape.
        turns: Of each work, beside the first, which is not counted.
        count: Texts and small pictures of one work; of large things fewer.
        reference: A checkout of the reference. Of its two models one is in memory at a time.
        step: Called with what is measured next.

    Raises:
        BenchError: The reference cannot be used.
    """
    embedder = Qwen3VLEmbedder(pair.embedder)
    reranker = None if pair.reranker is None else Qwen3VLReranker(pair.reranker)
    program = Program("this program", embedder, reranker)
    placement = pair.embedder.placement
    product = 0.0
    works = [
        (Role.EMBEDDER, embedding_works(count, embedder.budget.max_frames)),
        (Role.RERANKER, reranking_works(count) if reranker else []),
    ]

    def others(role: Role) -> list[Contender]:
        if reference is None:
            return [Program(LONG_WAY, embedder, reranker, off=tuple(Shortcut))]
        if role is Role.EMBEDDER:
            return [*load_reference_embedder(reference, pair.embedder)]
        return [load_reference_reranker(reference, pair.reranker)] if pair.reranker else []

    speeds: list[Speed] = []
    for role, some in works:
        beside = others(role) if some else []
        for work in some:
            step(work.name)
            product = max(product, product_rate(placement.device, str(placement.dtype)))
            speed = measure_speed(work, program, beside, turns)
            speeds += [] if speed is None else [speed]
        del beside
        gc.collect()
    return SpeedReport(
        machine=machine(),
        embedder=f"{embedder.space.model}: {embedder.detail}",
        reranker=f"{reranker.detail}" if reranker else "none",
        product=product,
        speeds=tuple(speeds),
        peak_bytes=peak_bytes(),
    )
