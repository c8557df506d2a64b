"""Losses of the reranker over lists: of candidates for a query, of queries for a document."""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import Tensor

from qwen3vl_app.demo.world.families import FAMILY, foreign_families

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


def by_query(found: Tensor) -> Tensor:
    """Turn (N, A) lists of a document's queries into (N, A) lists of a query's documents.

    As `pairing` pairs them: the query at q is asked of its family, and of the documents so many
    families before it. Strays, the last columns, are left out: they are asked of one document.
    """
    own = found[:, :FAMILY].reshape(-1, FAMILY, FAMILY).transpose(1, 2).flatten(0, 1)
    foreign = [
        found[:, FAMILY + at].roll((at + 1) * FAMILY)
        for at in range(min(found.shape[1] - FAMILY, foreign_families(len(found))))
    ]
    return torch.cat([own, torch.stack(foreign, dim=1)], dim=1) if foreign else own


def loss_of(logits: Tensor, truth: Tensor) -> dict[str, Tensor]:
    """Yes/no loss of each row, the choice of a document for each query, and the reverse.

    logits, truth: (N, A) as in `Families`. Unclear pairs count nothing.
    """
    clear = ~truth.isnan()
    weights = torch.where(truth == 1, TRUE_WEIGHT, 1.0) * clear
    each = F.binary_cross_entropy_with_logits(logits, truth.nan_to_num(), weights, reduction="sum")
    return {
        "yes or no": each / clear.sum(),
        "document": CHOICE_WEIGHT * choice(by_query(logits), by_query(truth)),
        "query": CHOICE_WEIGHT * choice(logits, truth),
    }


def kept_loss(found: Tensor, wanted: Tensor) -> Tensor:
    """How far the vectors (N, H) lie from the embedder's."""
    return KEPT_WEIGHT * (1 - (found * wanted).sum(1)).mean()
