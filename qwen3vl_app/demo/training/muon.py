"""Muon: momentum whose update is orthogonalised, for the matrices of the blocks.

Keller Jordan's optimizer. Orthogonalisation stays in float32: in bfloat16, as torch's own does it,
it is ruinously slow on processors without native bfloat16.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor

NEWTON_SCHULZ = (3.4445, -4.775, 2.0315)
"""Coefficients of the quintic iteration (Jordan 2024)."""

STEPS = 5


def orthogonalise(stack: Tensor) -> Tensor:
    """Nearest semi-orthogonal matrices of `stack` (N, R, C), R <= C: singular values near 1."""
    a, b, c = NEWTON_SCHULZ
    x: Tensor = stack / (stack.norm(dim=(1, 2), keepdim=True) + 1e-7)
    for _ in range(STEPS):
        gram = x @ x.mT
        x = a * x + (b * gram + c * gram @ gram) @ x
    return x


class Muon(torch.optim.Optimizer):
    """Muon over two-dimensional parameters; equal shapes are handled in one stack."""

    def __init__(
        self,
        params: Iterable[Tensor] | Iterable[dict[str, Any]],
        lr: float = 0.02,
        momentum: float = 0.95,
    ) -> None:
        super().__init__(params, {"lr": lr, "momentum": momentum})

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> None:  # type: ignore[override]  # noqa: ARG002 - torch's signature
        """One update of every parameter that has a gradient."""
        for group in self.param_groups:
            shapes: dict[tuple[int, ...], list[Tensor]] = {}
            for parameter in group["params"]:
                if parameter.grad is not None:
                    shapes.setdefault(tuple(sorted(parameter.shape)), []).append(parameter)
            for parameters in shapes.values():
                self._update(parameters, group)

    def _update(self, parameters: list[Tensor], group: dict[str, Any]) -> None:
        keep = group["momentum"]
        directions = []
        for parameter in parameters:
            state = self.state[parameter]
            average = state.setdefault("average", torch.zeros_like(parameter))
            gradient = parameter.grad
            if gradient is None:
                continue
            average.lerp_(gradient, 1 - keep)
            ahead = gradient.lerp(average, keep)
            directions.append(ahead if ahead.shape[0] <= ahead.shape[1] else ahead.T)
        for parameter, found in zip(
            parameters, orthogonalise(torch.stack(directions)), strict=True
        ):
            update = found if parameter.shape[0] <= parameter.shape[1] else found.T
            scale = max(1.0, parameter.shape[0] / parameter.shape[1]) ** 0.5
            parameter.mul_(1 - group["lr"] * 0.01).add_(update, alpha=-group["lr"] * scale)
