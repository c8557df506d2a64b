"""Places within a picture as training targets, as shares of its width and height.

Rotary positions only tell how far two tokens are apart, and nothing in the loss asks the vision
tower to say more: in a reranker that told one wrong thing of two in 0.97 of cases and sides by
chance, the best linear guess from its vision tokens explained nothing of where across they lie.
So every vision token has to tell its own place, and the end of the prompt the middle of what the
query names first and second; which of them is further left then is one comparison.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

WEIGHT = 20.0
"""Errors are shares of the frame: half a tenth is a good guess."""

MIDDLE = 0.5
"""What is guessed at first."""


def token_places(grid: tuple[int, int]) -> np.ndarray:
    """(vision tokens of one segment, 2): across and down, of their middles."""
    rows, columns = grid[0] // 2, grid[1] // 2
    down, across = np.mgrid[:rows, :columns]
    shares = np.stack([(across + 0.5) / columns, (down + 0.5) / rows], axis=-1)
    return shares.reshape(-1, 2).astype(np.float32)


def own_places(tokens: int, grid: tuple[int, int]) -> np.ndarray:
    """(tokens, 2): the places of the vision tokens of any number of segments."""
    one = token_places(grid)
    return np.tile(one, (tokens // len(one), 1))


def middles_of(grounds: np.ndarray, grid: tuple[int, int]) -> np.ndarray:
    """(rows, 2 · channels): across and down, the middle of what each channel points at.

    grounds: As in `Grounds`. NaN where nothing shows what is named.
    """
    places = own_places(grounds.shape[1], grid)
    flagged = grounds.astype(np.float32).transpose(0, 2, 1)
    counts = flagged.sum(axis=2, keepdims=True)
    sums: np.ndarray = flagged @ places
    middles: np.ndarray = np.full_like(sums, np.nan)
    np.divide(sums, counts, out=middles, where=counts > 0)
    return middles.reshape(len(grounds), -1)


def places_loss(guesses: Tensor, places: np.ndarray | Tensor) -> Tensor:
    """Square error of the (N, shares) guesses, summed over the shares, where they are known."""
    wanted = torch.as_tensor(places).to(guesses.device)
    known = ~wanted.isnan()
    misses = (guesses - wanted.nan_to_num()).square() * known
    return WEIGHT * wanted.shape[1] * misses.sum() / known.sum().clamp(min=1)
