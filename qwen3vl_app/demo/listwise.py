"""Losses of the reranker over lists: of candidates for a query, of queries for a document."""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import Tensor

from qwen3vl_app.demo.families import FAMILY

TRUE_WEIGHT = 2.0
"""Of a true query in the yes/no loss, of which there are fewest."""

CHOICE_WEIGHT = 0.5
"""Of each of the two choices: of a document for a query and of a query for a document."""

KEPT_WEIGHT = 6.0
"""Of what the embedder knows: cosines, which are small differences."""


def choice(logits: Tensor, truth: Tensor) -> Tensor:
    """Cross entropy of lists (N, choices), each shared evenly among those that are right.

    Lists without anything right are passed over, and what is unclear (NaN) is not among the
    choices.
    """
    right = truth == 1
    kept = right.any(1)
    shares = F.log_softmax(logits.masked_fill(truth.isnan(), -1e4), 1)
    each = -(shares * right).sum(1) / right.sum(1).clamp(min=1)
    return (each * kept).sum() / kept.sum().clamp(min=1)


def loss_of(logits: Tensor, truth: Tensor) -> dict[str, Tensor]:
    """Yes/no loss of each row, the choice of a document for each query, and the reverse.

    logits, truth: (N, QUERIES) as in `Families`.
    """
    clear = ~truth.isnan()
    weights = torch.where(truth == 1, TRUE_WEIGHT, 1.0)[clear]
    own, answers = (x[:, :FAMILY].reshape(-1, FAMILY, FAMILY) for x in (logits, truth))
    lists = (own.transpose(1, 2).flatten(0, 1), answers.transpose(1, 2).flatten(0, 1))
    return {
        "yes or no": F.binary_cross_entropy_with_logits(logits[clear], truth[clear], weights),
        "document": CHOICE_WEIGHT * choice(*lists),
        "query": CHOICE_WEIGHT * choice(logits, truth),
    }


def kept_loss(found: Tensor, wanted: Tensor) -> Tensor:
    """How far the vectors (N, H) lie from the embedder's."""
    return KEPT_WEIGHT * (1 - (found * wanted).sum(1)).mean()
