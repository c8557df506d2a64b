"""Do the shortcuts give what the long way gives? Asked of every model once it is loaded.

A driver, a kernel or a version of a library can make one of them wrong without any error. What
disagrees is switched off, and said.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from qwen3vl_app.messages import Message
from qwen3vl_app.models.forward.shortcuts import Shortcut
from qwen3vl_app.types import ModelInput, Picture

if TYPE_CHECKING:
    from qwen3vl_app.models.forward.batching import Runner
    from qwen3vl_app.models.prompt.layout import Row

log = logging.getLogger(__name__)

EXACT = 1e-3
"""Largest distance of two states that count as equal in float32, as a share of their length: a
hundred times what the order of sums changes, a thousandth of what another row differs by."""

ROUGH = 0.1
"""The same in half precision, where the order of sums changes 0.01 to 0.02."""


@dataclass(frozen=True, slots=True)
class SelfTest:
    """What came out.

    distances: Of each shortcut that this model has, the largest of any row, NaN included.
    seconds: What it took.
    """

    distances: dict[Shortcut, float]
    failed: frozenset[Shortcut]
    seconds: float

    def noted(self, detail: Message) -> Message:
        """``detail``, and which shortcuts are switched off."""
        for shortcut in sorted(self.failed):
            off = Message.of(f"shortcut.{shortcut}")
            detail = Message.of("model.shortcut_off", where=detail, what=off)
        return detail


def examples() -> tuple[ModelInput, list[ModelInput]]:
    """A query with a picture, and documents of different length with and without one."""
    grey = Image.linear_gradient("L").resize((64, 64))
    plain = Image.new("L", grey.size)
    first, second, third = (
        Picture(Image.merge("RGB", bands))
        for bands in ((grey, grey, grey), (grey, grey, plain), (plain, grey, grey))
    )
    query = ModelInput(texts=("a fox",), pictures=(first,))
    return query, [
        ModelInput(texts=("An invoice, to be paid.",)),
        *(ModelInput(pictures=(picture,)) for picture in (second, third)),
    ]


def self_test(runner: Runner, rows: Sequence[Row], shortcuts: Sequence[Shortcut]) -> SelfTest:
    """Run ``rows`` the long way, then with all shortcuts and, if that is wrong, one after another.

    Shortcuts that disagree stay switched off in ``runner``.
    """
    begun = time.perf_counter()
    limit = EXACT if runner.dtype == torch.float32 else ROUGH
    with runner.undisturbed():
        runner.off = set(Shortcut)
        expected = _states(runner, rows)
        runner.off -= set(shortcuts)
        together = _tried(runner, rows, expected, kept=Shortcut.KEPT in shortcuts)
        distances = dict.fromkeys(shortcuts, together)
        if not together <= limit:  # NaN as well: which of them is it?
            runner.off = set(Shortcut)
            for shortcut in shortcuts:
                runner.off.remove(shortcut)
                kept = shortcut is Shortcut.KEPT
                distances[shortcut] = _tried(runner, rows, expected, kept=kept)
                if not distances[shortcut] <= limit:
                    runner.off.add(shortcut)
                    log.warning("%s is switched off: off by %g", shortcut, distances[shortcut])
    runner.forget()
    runner.off &= set(shortcuts)
    return SelfTest(distances, frozenset(runner.off), time.perf_counter() - begun)


def _tried(
    runner: Runner, rows: Sequence[Row], expected: Sequence[Tensor | None], *, kept: bool
) -> float:
    """How far rows are from what is expected of them; if ``kept``, the second time as well."""
    runner.forget()
    turns = 2 if kept else 1
    # numpy's, which keeps what is not a number
    return float(np.max([_distance(expected, _states(runner, rows)) for _ in range(turns)]))


def _states(runner: Runner, rows: Sequence[Row]) -> list[Tensor | None]:
    found = dict(runner.last_states(rows))
    states = (found[at] for at in range(len(rows)))
    return [state if isinstance(state, Tensor) else None for state in states]


def _distance(expected: Sequence[Tensor | None], found: Sequence[Tensor | None]) -> float:
    """The largest of any row; those that the device does not hold either way are equal."""
    worst = 0.0
    for one, other in zip(expected, found, strict=True):
        if one is None and other is None:
            continue
        if one is None or other is None:
            return float("nan")
        worst = max(worst, float((one - other).norm() / one.norm()))
    return worst
