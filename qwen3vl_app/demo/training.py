"""Train the embedding checkpoint.

The loss is contrastive within the batch, at 64, 128 and all dimensions, plus a learned prototype
per thing, colour and shape, count, chart and motion: softmax of documents and of queries over the
prototypes. The prototypes are what makes it learn within minutes.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from tokenizers import Tokenizer
from torch import Tensor

from qwen3vl_app.demo import inputs
from qwen3vl_app.demo.batches import PairBatch, ahead, pair_batch
from qwen3vl_app.demo.muon import Muon
from qwen3vl_app.demo.names import load_things
from qwen3vl_app.demo.network import WIDTH, Model, build_model, encode_rows, look
from qwen3vl_app.demo.scenes import Scene, prototype_names, prototypes

PROTOTYPE_SCALE = 16.0
CUTS = (64, 128, WIDTH)
"""Leading dimensions that must work on their own (Matryoshka)."""

NOT_MUON = ("embed", "lm_head")
"""Parameters whose matrices AdamW updates."""

WIDE = ("merger.linear_fc1", "merger_list.0.linear_fc1")
"""The mergers' square matrices: in Muon they would cost a third of a step, so AdamW has them, at a
rate that moves them about as much as Muon would."""

MUON_RATE = 0.02
ADAM_RATE = 2e-3


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and on what to train. `minutes` is time spent in steps, pauses not counted."""

    minutes: float
    work: Path
    things: int | None = None
    batch: int = 80
    seed: int = 7
    save_every: float = 180.0
    half: bool = True


Report = Callable[[int, float, dict[str, float]], None]
"""Called after each step with the step, the share of the time used, and the losses."""


def half_precision(*, enabled: bool) -> torch.autocast:
    """bfloat16 for the matrix products where it is enabled; everything else stays float32."""
    return torch.autocast("cpu", dtype=torch.bfloat16, enabled=enabled)


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


class Trainer:
    """The model with its prototypes, optimizers and place in time; saved and resumed whole."""

    def __init__(self, plan: Plan, tokenizer: Tokenizer) -> None:
        self.plan = plan
        self.tokenizer = tokenizer
        self.model = build_model(plan.seed)
        self.names = prototype_names(load_things(plan.things))
        self.index = {name: place for place, name in enumerate(self.names)}
        self.anchors = torch.nn.Parameter(torch.randn(len(self.names), WIDTH) * 0.05)
        self.scale = torch.nn.Parameter(torch.tensor(math.log(14.0)))
        self.optimizers = optimizers_for(self.model, [self.anchors, self.scale])
        self.step = 0
        self.spent = 0.0
        if self.file.exists():
            self.load()

    @property
    def file(self) -> Path:
        """Where the state is kept between runs."""
        return self.plan.work / "embedder.pt"

    def load(self) -> None:
        """Continue from the saved state."""
        state = torch.load(self.file, weights_only=True)
        self.model.load_state_dict(state["model"])
        self.anchors.data, self.scale.data = state["anchors"], state["scale"]
        for optimizer, saved in zip(self.optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(saved)
        self.step, self.spent = state["step"], state["spent"]

    def save(self) -> None:
        """Write the state beside the old one, then replace it."""
        state = {
            "model": self.model.state_dict(),
            "anchors": self.anchors.data,
            "scale": self.scale.data,
            "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
            "step": self.step,
            "spent": self.spent,
        }
        draft = self.file.with_suffix(".part")
        torch.save(state, draft)
        draft.replace(self.file)

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

    def advance(self, batch: PairBatch) -> dict[str, float]:
        """One optimisation step."""
        share = min(1.0, self.spent / (self.plan.minutes * 60))
        warm = min(1.0, (self.step + 1) / 30)
        set_rates(self.optimizers, warm * (0.5 * (1 + math.cos(math.pi * share)) + 0.02))
        losses = self.losses(batch)
        for optimizer in self.optimizers:
            optimizer.zero_grad()
        total = torch.stack(list(losses.values())).sum()
        total.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        for optimizer in self.optimizers:
            optimizer.step()
        self.step += 1
        return {name: loss.item() for name, loss in losses.items()}

    def run(self, report: Report) -> None:
        """Train until the time is used up, saving every `save_every` seconds and at the end."""
        limit = self.plan.minutes * 60
        base = self.plan.seed * 1_000_000
        make = partial(pair_batch, base=base, size=self.plan.batch, limit=self.plan.things)
        saved = self.spent
        for batch in ahead(make, self.step, base):
            if self.spent >= limit:
                break
            began = time.monotonic()
            losses = self.advance(batch)
            self.spent += time.monotonic() - began
            if self.spent - saved > self.plan.save_every:
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
