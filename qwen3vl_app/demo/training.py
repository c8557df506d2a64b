"""Train the embedding checkpoint.

The loss is contrastive within the batch, at 64, 128 and all dimensions, plus a learned prototype
per thing, colour and shape, count, chart and motion: softmax of documents and of queries over the
prototypes. The prototypes are what makes it learn within minutes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import partial

import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from tokenizers import Tokenizer
from torch import Tensor

from qwen3vl_app.demo import inputs
from qwen3vl_app.demo.batches import PairBatch, ahead, pair_batch
from qwen3vl_app.demo.course import Course, Plan, half_precision
from qwen3vl_app.demo.names import load_things
from qwen3vl_app.demo.network import WIDTH, Model, build_model, encode_rows, look
from qwen3vl_app.demo.scenes import Scene, prototype_names, prototypes

PROTOTYPE_SCALE = 16.0
CUTS = (64, 128, WIDTH)
"""Leading dimensions that must work on their own (Matryoshka)."""


def embed_texts(
    model: Model, tokenizer: Tokenizer, instruction: str, texts: Sequence[str]
) -> Tensor:
    """Normalised vectors (N, H) of user turns that hold no vision."""
    rows = inputs.rows_of(tokenizer, [inputs.embed_prompt(text, instruction) for text in texts])
    return F.normalize(encode_rows(model, rows).float(), dim=-1)


def embed_documents(model: Model, tokenizer: Tokenizer, batch: PairBatch) -> Tensor:
    """Normalised vectors (N, H) of the batch's pictures, clips or notes."""
    if batch.shown is None:
        return embed_texts(model, tokenizer, batch.instructions[0], batch.documents)
    prompts = [inputs.embed_prompt(text, batch.instructions[0]) for text in batch.documents]
    rows = inputs.rows_of(tokenizer, prompts, batch.grid)
    seen = look(model, inputs.patches_of(batch.shown))
    return F.normalize(encode_rows(model, rows, seen).float(), dim=-1)


def same_meaning(scenes: Sequence[Scene], queries: Sequence[str]) -> Tensor:
    """(N, N), true off the diagonal where a query fits another row's document as well."""
    contents = [frozenset(prototypes(scene)) for scene in scenes]
    found = torch.tensor(
        [
            [a == b or p == q for b, q in zip(contents, queries, strict=True)]
            for a, p in zip(contents, queries, strict=True)
        ]
    )
    relational = torch.tensor([scene.kind == "pair" for scene in scenes])
    identical = torch.tensor([[a == b for b in scenes] for a in scenes])
    found = found & ~(relational[:, None] & ~identical)
    return found & ~torch.eye(len(scenes), dtype=torch.bool)


def contrastive(documents: Tensor, queries: Tensor, scale: Tensor, ignored: Tensor) -> Tensor:
    """Symmetric in-batch loss, averaged over `CUTS`."""
    places = torch.arange(len(documents))
    total = documents.new_zeros(())
    for cut in CUTS:
        a, b = F.normalize(documents[:, :cut], dim=-1), F.normalize(queries[:, :cut], dim=-1)
        logits = (scale * a @ b.T).masked_fill(ignored, -1e4)
        total = total + (F.cross_entropy(logits, places) + F.cross_entropy(logits.T, places)) / 2
    return total / len(CUTS)


class Trainer(Course[PairBatch]):
    """The model with its prototypes in training."""

    def __init__(self, plan: Plan, tokenizer: Tokenizer) -> None:
        self.tokenizer = tokenizer
        self.names = prototype_names(load_things(plan.things))
        self.index = {name: place for place, name in enumerate(self.names)}
        model = build_model(plan.seed)
        self.anchors = torch.nn.Parameter(torch.randn(len(self.names), WIDTH) * 0.05)
        self.scale = torch.nn.Parameter(torch.tensor(math.log(14.0)))
        extra = {"anchors": self.anchors, "scale": self.scale}
        super().__init__(plan, "embedder.pt", model, extra)

    def batches(self) -> Iterator[PairBatch]:
        """From the step on where the saved run stopped."""
        base = self.plan.seed * 1_000_000
        make = partial(pair_batch, base=base, size=self.plan.batch, limit=self.plan.things)
        return ahead(make, self.step, base)

    def prototype_loss(self, vectors: Tensor, targets: Tensor) -> Tensor:
        """Cross entropy of (N, H) against the shares (N, prototypes)."""
        logits = PROTOTYPE_SCALE * vectors @ F.normalize(self.anchors, dim=-1).T
        return -(targets * F.log_softmax(logits, -1)).sum(1).mean()

    def losses(self, batch: PairBatch) -> dict[str, Tensor]:
        """The parts of the loss."""
        with half_precision(enabled=self.plan.half):
            documents = embed_documents(self.model, self.tokenizer, batch)
            queries = embed_texts(self.model, self.tokenizer, batch.instructions[1], batch.queries)
        targets = torch.zeros(len(batch.scenes), len(self.names))
        for row, scene in enumerate(batch.scenes):
            for name, share in prototypes(scene).items():
                targets[row, self.index[name]] = share
        ignored = same_meaning(batch.scenes, batch.queries)
        return {
            "pairs": contrastive(documents, queries, self.scale.exp().clamp(max=100), ignored),
            "documents": self.prototype_loss(documents, targets),
            "queries": self.prototype_loss(queries, targets),
        }
