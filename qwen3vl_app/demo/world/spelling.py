"""Letters as training targets: what makes the towers read headings instead of knowing them.

A text is described by the letters and pairs of letters in its words. Both towers have to predict
them from their vectors, so a word never drawn before still lands near the page that shows it. One
bag of letters for a whole page taught nothing in 30,000 drawings, so every vision token has to
tell the letters that it covers as well, and on pages full of words every patch its letter.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import Tensor

from qwen3vl_app.budget import SIDE
from qwen3vl_app.demo.world.drawing import Placed
from qwen3vl_app.demo.world.names import heading_words

PAIRS = 320
"""The most frequent pairs of letters that are told apart, the word's edges counting as letters."""

EDGE = "^"

ALPHABET = "abcdefghijklmnopqrstuvwxyz"

LETTER_BIAS, LETTER_WEIGHT = -3.0, 5.0
"""Most letters are nowhere near a token."""


def grams(text: str) -> set[str]:
    """The letters and pairs of letters of every word."""
    found: set[str] = set()
    for word in text.lower().split():
        framed = EDGE + word + EDGE
        found |= set(word) | {framed[at : at + 2] for at in range(len(framed) - 1)}
    return found


@lru_cache(maxsize=1)
def gram_places() -> dict[str, int]:
    """Gram -> its place among the targets: all single letters, then the frequent pairs."""
    counts = Counter(gram for word in heading_words(unseen=False) for gram in grams(word))
    letters = sorted(gram for gram in counts if len(gram) == 1)
    pairs = [gram for gram, _ in counts.most_common() if len(gram) == 2][:PAIRS]
    return {gram: place for place, gram in enumerate([*letters, *pairs])}


def gram_targets(texts: Sequence[str]) -> Tensor:
    """(N, grams), 1 where the text has the gram."""
    places = gram_places()
    targets = torch.zeros(len(texts), len(places))
    for row, text in enumerate(texts):
        for gram in grams(text):
            if gram in places:
                targets[row, places[gram]] = 1
    return targets


def letters_at(
    titles: Sequence[str], spots: Sequence[Sequence[Sequence[Placed]]], grid: tuple[int, int]
) -> np.ndarray:
    """(vision tokens of all pictures, 26): which letters have their middle within the token.

    `spots` tells for the only frame of each picture where the letters of its title stand, in
    pixels of what the model sees.
    """
    rows, columns = grid[0] // 2, grid[1] // 2
    found = np.zeros((len(titles), rows, columns, len(ALPHABET)), dtype=np.uint8)
    for picture, (title, frames) in enumerate(zip(titles, spots, strict=True)):
        letters = [letter for letter in title.lower() if letter.isalpha()]
        for letter, (x, y, _) in zip(letters, frames[0], strict=True):
            row, column = min(rows - 1, int(y // SIDE)), min(columns - 1, int(x // SIDE))
            found[picture, row, column, ALPHABET.index(letter)] = 1
    return found.reshape(-1, len(ALPHABET))


def letters_by_patch(
    titles: Sequence[str], spots: Sequence[Sequence[Sequence[Placed]]], grid: tuple[int, int]
) -> np.ndarray:
    """(patches of all pictures,): the place of the letter that has its middle there, or -1.

    Patches come in the order of the vision tower: two by two. Titles may be longer than drawn.
    """
    rows, columns = grid
    found = np.full((len(titles), rows, columns), -1, dtype=np.int64)
    for picture, (title, frames) in enumerate(zip(titles, spots, strict=True)):
        letters = [letter for letter in title.lower() if letter.isalpha()]
        for letter, (x, y, _) in zip(letters, frames[0], strict=False):
            row, column = int(2 * y // SIDE), int(2 * x // SIDE)
            if 0 <= row < rows and 0 <= column < columns:
                found[picture, row, column] = ALPHABET.index(letter)
    blocks = found.reshape(len(titles), rows // 2, 2, columns // 2, 2)
    return blocks.transpose(0, 1, 3, 2, 4).reshape(-1)


def letter_loss(logits: Tensor, letters: np.ndarray) -> Tensor:
    """Cross entropy of (patches, 26) logits where a letter stands."""
    return F.cross_entropy(logits, torch.from_numpy(letters), ignore_index=-1)


def spotting_loss(logits: Tensor, letters: np.ndarray) -> Tensor:
    """How badly (vision tokens, 26) logits tell the letters within the tokens."""
    targets = torch.from_numpy(letters).float()
    return F.binary_cross_entropy_with_logits(
        logits + LETTER_BIAS, targets, pos_weight=torch.full((len(ALPHABET),), LETTER_WEIGHT)
    )


def spelling_loss(logits: Tensor, texts: Sequence[str]) -> Tensor:
    """How badly (N, grams) logits tell the grams of `texts`; rare ones weigh as much as absent."""
    targets = gram_targets(texts)
    weight = (1 - targets.mean()) / targets.mean().clamp(min=1e-3)
    weights = torch.where(targets > 0, weight.clamp(max=12), 1.0)
    return F.binary_cross_entropy_with_logits(logits, targets, weights)
