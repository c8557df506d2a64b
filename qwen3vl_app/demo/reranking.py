"""Fine-tune the embedder into the reranker: "yes" or "no" at the prompt's last token.

One bit for a whole picture teaches relations slowly: the model cannot know whether it missed a
thing, its side or the word. So the vision tokens have to point as well (`grounding`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from random import Random

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from tokenizers import Tokenizer
from torch import Tensor

from qwen3vl_app.demo import inputs
from qwen3vl_app.demo.batches import PairBatch, ahead
from qwen3vl_app.demo.course import Course, Plan, half_precision
from qwen3vl_app.demo.grounding import CHANNELS, pointing_loss
from qwen3vl_app.demo.judgements import QUERIES, Judgements, judgements
from qwen3vl_app.demo.names import Thing, load_things
from qwen3vl_app.demo.network import WIDTH, Model, Seen, encode_rows, look
from qwen3vl_app.demo.render import draw
from qwen3vl_app.demo.scenes import Alike, Scene
from qwen3vl_app.demo.sizes import Frame
from qwen3vl_app.demo.tokenizer import append_end
from qwen3vl_app.demo.training import embed_documents

RATE = 0.5
"""Share of the embedder's learning rates."""

ALIKE = 12
"""So many things count as easily taken for a thing."""

WEIGHTS = (1.8, 0.8, 0.8, 0.6)
"""Of the true, the two hard and the easy query in the yes/no loss."""


def look_at(model: Model, batch: Judgements) -> Seen | None:
    """Vision tokens of every row, from segments that are computed once each."""
    if batch.shown is None or batch.seen_by is None:
        return None
    seen = look(model, inputs.patches_of(batch.shown))
    order = torch.from_numpy(batch.seen_by).flatten()

    def spread(features: Tensor) -> Tensor:
        segments = features.view(len(batch.shown), -1, features.shape[-1])  # type: ignore[arg-type]
        return segments[order].flatten(0, 1)

    return Seen(spread(seen.tokens), [spread(part) for part in seen.deepstack])


def logits_of(
    model: Model, tokenizer: Tokenizer, batch: Judgements, tapped: list[Tensor] | None = None
) -> Tensor:
    """(N, QUERIES) logits of "yes" over "no"; `tapped` as for `encode_rows`."""
    documents = [text for text in batch.documents for _ in range(QUERIES)]
    prompts = [
        inputs.judge_prompt(query, document)
        for query, document in zip(batch.queries, documents, strict=True)
    ]
    rows = inputs.rows_of(tokenizer, prompts, batch.grid)
    hidden = encode_rows(model, rows, look_at(model, batch), tapped).float()
    words = model.model.language_model.embed_tokens.weight
    yes, no = (tokenizer.token_to_id(word) for word in ("yes", "no"))
    logits: Tensor = hidden @ (words[yes] - words[no])
    return logits.view(-1, QUERIES)


def loss_of(logits: Tensor) -> dict[str, Tensor]:
    """Yes/no loss of each row, and the choice of the true query among those of its document."""
    truth = torch.zeros_like(logits)
    truth[:, 0] = 1
    weights = torch.tensor(WEIGHTS).expand_as(logits)
    return {
        "yes or no": F.binary_cross_entropy_with_logits(logits, truth, weights),
        "choice": F.cross_entropy(logits, torch.zeros(len(logits), dtype=torch.long)),
    }


def look_alikes(model: Model, tokenizer: Tokenizer, things: Sequence[Thing]) -> Alike:
    """For each thing the others that the embedder finds nearest to its picture."""
    frame = Frame((240, 180), (160, 96))
    place, instruction = inputs.Shown(frame.grid).text(), inputs.DOCUMENT
    ending, rng, found = append_end(tokenizer), Random(1), []
    with torch.no_grad():
        for start in range(0, len(things), 50):
            scenes = tuple(Scene("thing", (thing,)) for thing in things[start : start + 50])
            drawn = [inputs.pixels(draw(rng, each, frame.canvas), frame.shown) for each in scenes]
            texts = (place,) * len(scenes)
            batch = PairBatch(
                scenes, np.stack(drawn)[:, None], frame.grid, texts, (), (instruction, "")
            )
            found.append(embed_documents(model, ending, batch))
    vectors = torch.cat(found)
    nearest = (vectors @ vectors.T - 2 * torch.eye(len(vectors))).topk(min(ALIKE, len(things) - 1))
    return dict(zip((t.glyph for t in things), nearest.indices.tolist(), strict=True))


class RerankTrainer(Course[Judgements]):
    """The reranker in training; starts from the embedder's weights."""

    def __init__(self, plan: Plan, tokenizer: Tokenizer, model: Model) -> None:
        self.tokenizer = tokenizer
        self.alike = look_alikes(model, tokenizer, load_things(plan.things))
        self.pointer = torch.nn.Parameter(torch.randn(CHANNELS, WIDTH) * 0.05)
        super().__init__(plan, "reranker.pt", model, {"pointer": self.pointer}, rate=RATE)

    def batches(self) -> Iterator[Judgements]:
        """From the step on where the saved run stopped."""
        base = self.plan.seed * 1_000_000 + 500_000
        make = partial(
            judgements,
            base=base,
            size=self.plan.batch * 2 // 5,
            limit=self.plan.things,
            alike=self.alike,
            rank=self.plan.team.rank,
        )
        return ahead(make, self.step, base)

    def losses(self, batch: Judgements) -> dict[str, Tensor]:
        """The parts of the loss."""
        with half_precision(enabled=self.plan.half):
            tapped: list[Tensor] = []
            logits = logits_of(self.model, self.tokenizer, batch, tapped)
        losses = loss_of(logits)
        if batch.grounds is not None:
            states = F.layer_norm(tapped[0].float(), (WIDTH,))
            losses["pointing"] = pointing_loss(states @ self.pointer.T, batch.grounds)
        return losses
