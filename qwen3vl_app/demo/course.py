"""Timed training: steps until the minutes are used up, saved and resumed whole.

Both checkpoints are trained this way; what differs is the batches and the loss.
"""

from __future__ import annotations

import math
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

import torch
from torch import Tensor

from qwen3vl_app.demo.muon import Muon
from qwen3vl_app.demo.network import Model

NOT_MUON = ("embed", "lm_head")
"""Parameters whose matrices AdamW updates."""

WIDE = ("merger.linear_fc1", "merger_list.0.linear_fc1")
"""The mergers' square matrices: in Muon they would cost a third of a step, so AdamW has them, at a
rate that moves them about as much as Muon would."""

MUON_RATE = 0.02
ADAM_RATE = 2e-3

WARM_UP = 30
"""Steps until the full rate."""

Batch = TypeVar("Batch")


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and on what to train. `minutes` is time spent in steps, pauses not counted."""

    minutes: float
    work: Path
    things: int | None = None
    batch: int = 80
    seed: int = 7
    half: bool = True
    start: Path | None = None
    """Folder of a pair to begin from instead of random numbers."""


SAVE_EVERY = 180.0
"""Seconds of steps between two saves; short runs save more often."""

Report = Callable[[int, float, dict[str, float]], None]
"""Called after each step with the step, the share of the time used, and the losses."""


def half_precision(*, enabled: bool) -> torch.autocast:
    """bfloat16 for the matrix products where it is enabled; everything else stays float32."""
    return torch.autocast("cpu", dtype=torch.bfloat16, enabled=enabled)


class Course(ABC, Generic[Batch]):
    """A model with its optimizers and its place in time.

    Args:
        plan: How long, where the state is kept, and on what.
        file_name: Of the state, in the work folder; continued if it is there.
        model: Trained in place.
        extra: Further parameters that are trained and saved, by name.
        rate: Share of the usual learning rates.
    """

    def __init__(
        self,
        plan: Plan,
        file_name: str,
        model: Model,
        extra: Mapping[str, torch.nn.Parameter] | None = None,
        *,
        rate: float = 1.0,
    ) -> None:
        self.plan = plan
        self.model = model
        self.file = plan.work / file_name
        self._extra = dict(extra or {})
        self._rate = rate
        self._optimizers = optimizers_for(model, list(self._extra.values()))
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
        state = torch.load(self.file, weights_only=True)
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

    def advance(self, batch: Batch) -> dict[str, float]:
        """One optimisation step; cosine decay over the time, after a short warm-up."""
        share = min(1.0, self.spent / (self.plan.minutes * 60))
        warm = min(1.0, (self.step + 1) / WARM_UP)
        decay = 0.5 * (1 + math.cos(math.pi * share)) + 0.02
        set_rates(self._optimizers, self._rate * warm * decay)
        losses = self.losses(batch)
        for optimizer in self._optimizers:
            optimizer.zero_grad()
        torch.stack(list(losses.values())).sum().backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        for optimizer in self._optimizers:
            optimizer.step()
        self.step += 1
        return {name: loss.item() for name, loss in losses.items()}

    def run(self, report: Report) -> None:
        """Train until the time is used up, saving every ``SAVE_EVERY`` seconds and at the end."""
        limit = self.plan.minutes * 60
        saved, pause = self.spent, min(SAVE_EVERY, limit / 8)
        for batch in self.batches():
            if self.spent >= limit:
                break
            began = time.monotonic()
            losses = self.advance(batch)
            self.spent += time.monotonic() - began
            if self.spent - saved > pause:
                self.save()
                saved = self.spent
            report(self.step, min(1.0, self.spent / limit), losses)
        self.save()


def set_rates(optimizers: Sequence[torch.optim.Optimizer], scale: float) -> None:
    """Scale the learning rates of (Muon, AdamW)."""
    for optimizer, rate in zip(optimizers, (MUON_RATE, ADAM_RATE), strict=True):
        for group in optimizer.param_groups:
            group["lr"] = rate * scale * group.get("share", 1.0)


def optimizers_for(model: Model, extra: Sequence[Tensor]) -> list[torch.optim.Optimizer]:
    """Muon for the matrices of the blocks, AdamW for all else."""
    matrices, others, wide = [], [], []
    for name, parameter in model.named_parameters():
        if parameter.ndim == 2 and any(part in name for part in WIDE):
            wide.append(parameter)
        elif parameter.ndim == 2 and not any(part in name for part in NOT_MUON):
            matrices.append(parameter)
        else:
            others.append(parameter)
    groups = [
        {"params": [p for p in others if p.ndim > 1], "weight_decay": 0.01},
        {"params": [*(p for p in others if p.ndim < 2), *extra], "weight_decay": 0.0},
        {"params": wide, "weight_decay": 0.01, "share": 0.35},
    ]
    return [Muon(matrices, MUON_RATE), torch.optim.AdamW(groups, lr=ADAM_RATE, betas=(0.9, 0.98))]
