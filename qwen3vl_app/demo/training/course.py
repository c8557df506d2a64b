"""Timed training: steps until the minutes are used up, saved and resumed whole.

Both checkpoints are trained this way; what differs is the batches and the loss.
"""

from __future__ import annotations

import math
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Generic, TypeVar

import torch
from torch import Tensor

from qwen3vl_app.demo.training.muon import Muon
from qwen3vl_app.demo.training.network import Model, moved
from qwen3vl_app.models.checkpoint.load import place

NOT_MUON = ("embed", "lm_head")
"""Parameters whose matrices AdamW updates."""

WIDE = ("merger.linear_fc1", "merger_list.0.linear_fc1")
"""The mergers' square matrices: in Muon they would cost a third of a step, so AdamW has them, at a
rate that moves them about as much as Muon would."""

WIDE_SHARE = 0.35

MUON_RATE = 0.02
ADAM_RATE = 2e-3

WARM_UP = 30
"""Steps until the full rate."""

SIZE = 80
"""Of a batch of the embedder, in pictures."""

Batch = TypeVar("Batch")


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and on what to train. `minutes` is time spent in steps, pauses not counted."""

    minutes: float
    work: Path
    things: int | None = None
    batch: int = SIZE
    parts: int = 1
    """Batches in each step: their gradients are added up."""

    drawers: int = 1
    """Processes that draw and word batches."""

    device: str = "cpu"
    seed: int = 7
    half: bool = True
    start: Path | None = None
    """Folder of a pair to begin from instead of random numbers."""

    shared: bool = False
    """Whether to count processor time, not the clock's: for a machine that others keep busy, where
    the rates would fall long before anything is learned."""

    def clock(self) -> float:
        """Seconds, of which only differences mean something."""
        return time.thread_time() if self.shared else time.monotonic()


@dataclass(frozen=True, slots=True)
class Gentle:
    """Parameters that learn at `share` of the rates of the others: what is known already."""

    share: float
    parts: tuple[str, ...]
    """A parameter is meant where its name has one of these in it."""

    def means(self, name: str) -> bool:
        return any(part in name for part in self.parts)


SAVE_EVERY = 180.0
"""Seconds between two saves by the clock; short runs save more often."""

REPORT_EVERY = 1.0
"""Seconds between two reports: to read a loss is to wait for the device."""

Report = Callable[[int, float, dict[str, float]], None]
"""Called every second with the step, the share of the time used, and the losses of that step."""


def half_precision(device: torch.device, *, enabled: bool) -> torch.autocast:
    """bfloat16 for the matrix products where it is enabled and pays; all else stays float32."""
    pays = enabled and _halves(device.type)
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=pays)


@cache
def _halves(device: str) -> bool:
    """Whether bfloat16 pays there: a processor without hardware for it takes six times as long."""
    return place(device, large=True).dtype == torch.bfloat16


class Course(ABC, Generic[Batch]):
    """A model with its optimizers and its place in time.

    Args:
        plan: How long, where the state is kept, and on what.
        file_name: Of the state, in the work folder; continued if it is there.
        model: Trained in place.
        extra: Further parameters that are trained and saved, by name.
        rate: Share of the usual learning rates.
        gentle: Which parameters learn at a further share of them.
    """

    def __init__(
        self,
        plan: Plan,
        file_name: str,
        model: Model,
        extra: Mapping[str, torch.nn.Parameter] | None = None,
        *,
        rate: float = 1.0,
        gentle: Gentle | None = None,
    ) -> None:
        self.plan = plan
        self.device = torch.device(plan.device)
        self.model = model.to(self.device)
        self.file = plan.work / file_name
        self._extra = dict(extra or {})
        for parameter in self._extra.values():
            parameter.data = parameter.data.to(self.device)
        self._rate = rate
        self._optimizers = optimizers_for(model, list(self._extra.values()), gentle)
        self.step = 0
        self.spent = 0.0
        """Seconds in steps, pauses not counted."""

        if self.file.exists():
            self._load()

    @abstractmethod
    def batches(self) -> Iterator[Batch]:
        """What to train on, from step ``self.step`` on, without end."""

    @abstractmethod
    def losses(self, batch: Batch) -> dict[str, Tensor]:
        """The parts of the loss, by name; their sum is made smaller."""

    def _load(self) -> None:
        state = torch.load(self.file, weights_only=True, map_location=self.device)
        self.model.load_state_dict(state["model"])
        for name, parameter in self._extra.items():
            parameter.data = state[name]
        for optimizer, saved in zip(self._optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(saved)
        self.step, self.spent = state["step"], state["spent"]

    def save(self) -> None:
        """Write the state beside the old one, then replace it."""
        state = {
            "model": self.model.state_dict(),
            **{name: parameter.data for name, parameter in self._extra.items()},
            "optimizers": [optimizer.state_dict() for optimizer in self._optimizers],
            "step": self.step,
            "spent": self.spent,
        }
        draft = self.file.with_suffix(".part")
        torch.save(state, draft)
        draft.replace(self.file)

    @property
    def share(self) -> float:
        """Of the time that is used up."""
        return min(1.0, self.spent / (self.plan.minutes * 60))

    def advance(self, batches: Sequence[Batch]) -> dict[str, Tensor]:
        """One optimisation step; cosine decay over the time, after a short warm-up.

        Returns the parts of the loss, each the mean over the batches that have it.
        """
        warm = min(1.0, (self.step + 1) / WARM_UP)
        decay = 0.5 * (1 + math.cos(math.pi * self.share)) + 0.02
        set_rates(self._optimizers, self._rate * warm * decay)
        for optimizer in self._optimizers:
            optimizer.zero_grad()
        found: dict[str, list[Tensor]] = {}
        for batch in batches:
            losses = self.losses(moved(batch, self.device))
            total = torch.stack(list(losses.values())).sum() / len(batches)
            total.backward()  # type: ignore[no-untyped-call]
            for name, loss in losses.items():
                found.setdefault(name, []).append(loss.detach())
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        for optimizer in self._optimizers:
            optimizer.step()
        self.step += 1
        return {name: torch.stack(each).mean() for name, each in found.items()}

    def run(self, report: Report) -> None:
        """Train until the time is used up, saving every ``SAVE_EVERY`` seconds and at the end."""
        limit = self.plan.minutes * 60
        saved, pause = time.monotonic(), min(SAVE_EVERY, limit / 8)
        reported = -math.inf
        batches = self.batches()
        while self.spent < limit:
            several = list(islice(batches, self.plan.parts))
            began = self.plan.clock()
            losses = self.advance(several)
            self.spent += self.plan.clock() - began
            if time.monotonic() - saved > pause:
                self.save()
                saved = time.monotonic()
            if time.monotonic() - reported > REPORT_EVERY:
                values = {name: loss.item() for name, loss in losses.items()}
                report(self.step, self.share, values)
                reported = time.monotonic()
        self.save()


def set_rates(optimizers: Sequence[torch.optim.Optimizer], scale: float) -> None:
    """Scale the learning rates of (Muon, AdamW)."""
    for optimizer, rate in zip(optimizers, (MUON_RATE, ADAM_RATE), strict=True):
        for group in optimizer.param_groups:
            group["lr"] = rate * scale * group.get("share", 1.0)


def optimizers_for(
    model: Model, extra: Sequence[Tensor], gentle: Gentle | None = None
) -> list[torch.optim.Optimizer]:
    """Muon for the matrices of the blocks, AdamW for all else."""
    matrices: dict[float, list[Tensor]] = {}
    others: dict[tuple[float, float], list[Tensor]] = {(1.0, 0.0): list(extra)}
    for name, parameter in model.named_parameters():
        share = gentle.share if gentle is not None and gentle.means(name) else 1.0
        if parameter.ndim == 2 and any(part in name for part in WIDE):
            others.setdefault((share * WIDE_SHARE, 0.01), []).append(parameter)
        elif parameter.ndim == 2 and not any(part in name for part in NOT_MUON):
            matrices.setdefault(share, []).append(parameter)
        else:
            decay = 0.01 if parameter.ndim > 1 else 0.0
            others.setdefault((share, decay), []).append(parameter)
    rows = [
        {"params": found, "share": share, "weight_decay": decay}
        for (share, decay), found in others.items()
    ]
    return [
        Muon([{"params": found, "share": share} for share, found in matrices.items()], MUON_RATE),
        torch.optim.AdamW(rows, lr=ADAM_RATE, betas=(0.9, 0.98)),
    ]
