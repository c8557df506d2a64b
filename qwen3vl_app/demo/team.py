"""Several processes that train one model together, each with one thread and its own drawings.

Two processes of one thread learn from nearly twice as many drawings an hour as one process of two
threads: the demo model's matrices are too small to share out well.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

import torch
import torch.distributed as dist
from torch import Tensor

PATIENCE = timedelta(minutes=10)
"""So long a process waits for the slowest before it gives up."""


class Team:
    """This process's place among those that train together; alone by default."""

    def __init__(self, rank: int = 0, size: int = 1, meeting: Path | None = None) -> None:
        """Meet the others at the file `meeting`, which must not exist before the first comes."""
        self.rank, self.size = rank, size
        if size > 1 and meeting is not None:
            dist.init_process_group("gloo", f"file://{meeting.absolute()}", PATIENCE, size, rank)

    def average(self, parameters: Iterable[Tensor], clock: float) -> float:
        """Replace every gradient by the mean of all processes'; the mean of their clocks.

        Those without a gradient must be the same everywhere, so all processes have to be given
        batches of one form.
        """
        if self.size == 1:
            return clock
        gradients = [each.grad for each in parameters if each.grad is not None]
        flat = torch.cat([*(each.flatten() for each in gradients), torch.tensor([clock])])
        dist.all_reduce(flat)
        flat /= self.size
        start = 0
        for each in gradients:
            each.copy_(flat[start : start + each.numel()].view_as(each))
            start += each.numel()
        return float(flat[-1])
