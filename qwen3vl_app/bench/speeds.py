"""``bench models``: how fast a pair of models is at each kind of work, beside other ways."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

import numpy as np

from qwen3vl_app.bench.contenders import Contender
from qwen3vl_app.bench.works import Work

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """The same work done otherwise."""

    name: str
    seconds: float
    """Median of all items."""

    apart: float
    """How far both answers are: 1 − cosine, or the difference of relevances; the largest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """One kind of work."""

    name: str
    items: int
    seconds: float
    """Median of all items."""

    beside: Beside | None
    """The fastest of those who can do it; None where nobody can."""

    failed: str
    """What those said who failed at it; empty where nobody did."""

    operations: int
    """Of matrix products and attention that this program did for all items."""

    @property
    def rate(self) -> float:
        """Items a second."""
        return self.items / self.seconds

    @property
    def times(self) -> float | None:
        """As fast as the fastest beside it."""
        return self.beside.seconds / self.seconds if self.beside else None


def measure_speed(
    work: Work, program: Contender, others: Sequence[Contender], turns: int
) -> Speed | None:
    """All ways of one work, in turn; medians. The first turn warms up and is not counted.

    Args:
        work: What to do.
        program: This program.
        others: Of those who can do it, the fastest is reported.
        turns: Beside the first.

    Returns:
        None if the program itself cannot do it, for want of a reranker.
    """
    seconds: dict[str, list[float]] = {one.name: [] for one in (program, *others)}
    apart = dict.fromkeys(seconds, 0.0)
    failed: dict[str, str] = {}
    operations = 0
    for turn in range(turns + 1):
        task = work.task(turn)
        answer: NDArray[np.float32] | None = None
        for one in (program, *others):
            run = None if one.name in failed else one.ready(task)
            if run is None:
                continue
            if one is program and not turn:
                operations = _operations(run)
                run = one.ready(task) or run
            begun = time.perf_counter()
            try:
                given = run()
            except Exception as error:  # others may fail at what this program can do
                if one is program:
                    raise
                failed[one.name] = f"{one.name}: {error}"
                continue
            seconds[one.name].append(time.perf_counter() - begun)
            answer = given if answer is None else answer
            apart[one.name] = max(apart[one.name], _apart(answer, given))
        if answer is None:
            return None
    medians = {name: median(some[1:]) for name, some in seconds.items() if some[1:]}
    mine = medians.pop(program.name)
    return Speed(
        name=work.name,
        items=work.items,
        seconds=mine,
        beside=_fastest(medians, apart),
        failed=" ".join(failed.values()),
        operations=operations,
    )


def _fastest(medians: Mapping[str, float], apart: Mapping[str, float]) -> Beside | None:
    if not medians:
        return None
    name = min(medians, key=lambda one: medians[one])
    return Beside(name=name, seconds=medians[name], apart=apart[name])


def _apart(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    if one.ndim == 1:
        return float(np.abs(one - other).max())
    return float((1 - (one.astype(np.float64) * other).sum(1)).max())


# ---------------------------------------------------------------- the machine


def _operations(run: Callable[[], object]) -> int:
    """Of all matrix products and attention of a run, as torch counts them."""
    from torch.utils.flop_counter import FlopCounterMode

    with FlopCounterMode(display=False) as counter:
        run()
    return int(counter.get_total_flops())


def product_rate(device: str, dtype: str) -> float:
    """Operations a second of the best of five large matrix products; under a second."""
    import torch

    side = 8192 if device == "cuda" else 1024
    square = torch.randn(side, side).to(device, getattr(torch, dtype.removeprefix("torch.")))
    best = float("inf")
    for _ in range(5):
        wait_for(device)
        begun = time.perf_counter()
        square @ square
        wait_for(device)
        best = min(best, time.perf_counter() - begun)
    return 2 * side**3 / best


def wait_for(device: str) -> None:
    """Until a GPU has done what it was given."""
    import torch

    if device == "cuda":
        torch.cuda.synchronize()


def peak_bytes() -> int:
    """Most memory so far of this process, or on a GPU of that; models included."""
    import torch

    if torch.cuda.is_available():
        return int(torch.cuda.max_memory_allocated())
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
