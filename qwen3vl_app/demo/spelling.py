"""Letters as training targets: what makes the towers read headings instead of knowing them.

A text is described by the letters and pairs of letters in its words. Both towers have to predict
them from their vectors, so a word never drawn before still lands near the page that shows it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import Tensor

from qwen3vl_app.demo.names import heading_words

PAIRS = 320
"""The most frequent pairs of letters that are told apart, the word's edges counting as letters."""

EDGE = "^"


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


def spelling_loss(logits: Tensor, texts: Sequence[str]) -> Tensor:
    """How badly (N, grams) logits tell the grams of `texts`; rare ones weigh as much as absent."""
    targets = gram_targets(texts)
    weight = (1 - targets.mean()) / targets.mean().clamp(min=1e-3)
    weights = torch.where(targets > 0, weight.clamp(max=12), 1.0)
    return F.binary_cross_entropy_with_logits(logits, targets, weights)
