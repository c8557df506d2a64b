"""Fine-tune the embedder into the reranker: "yes" or "no" at the prompt's last token.

Its layers are asked on the way what they have noticed (`grounding`).
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
from qwen3vl_app.demo.grounding import (
    CHANNELS,
    WAYS,
    Naming,
    choice_loss,
    pointing_loss,
)
from qwen3vl_app.demo.judgements import QUERIES, Judgements, judgements
from qwen3vl_app.demo.names import Thing, load_things
from qwen3vl_app.demo.network import (
    WIDTH,
    Model,
    Rows,
    Seen,
    encode_rows,
    look,
    row_ends,
    vision_places,
)
from qwen3vl_app.demo.places import MIDDLE, middles_of, own_places, places_loss
from qwen3vl_app.demo.render import draw
from qwen3vl_app.demo.scenes import Alike, Scene
from qwen3vl_app.demo.sizes import Frame
from qwen3vl_app.demo.tokenizer import append_end
from qwen3vl_app.demo.training import embed_documents, embed_words

RATE = 0.75
"""Share of the embedder's learning rates."""

ALIKE = 12
"""So many things count as easily taken for a thing."""

KNOWN, POINTED, COMPARED = 2, 3, 4
"""Text layers behind which tokens have to tell what they mean; what was asked for and where they
lie; and the end of the prompt where that is, what is claimed and what is so. The last layer is
left to compare."""

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

    return Seen(spread(seen.tokens), [spread(part) for part in seen.deepstack], seen.patches)


def prompts_of(batch: Judgements) -> list[str]:
    """The prompts of all queries with their documents."""
    documents = [text for text in batch.documents for _ in range(QUERIES)]
    return [
        inputs.judge_prompt(query, document)
        for query, document in zip(batch.queries, documents, strict=True)
    ]


def name_ends(
    tokenizer: Tokenizer, named: Sequence[Naming], prompts: Sequence[str], rows: Rows
) -> tuple[Tensor, np.ndarray]:
    """Where the last token of each name lies among the flat tokens, and what thing it means."""
    places, things = [], []
    for row, end, thing in named:
        start = prompts[row].index("<Query>:") + len("<Query>:")
        token = tokenizer.encode(prompts[row]).char_to_token(start + end - 1)
        if token is not None:
            places.append(row * rows.ids.shape[1] + token)  # the prompt's length is in the token
            things.append(thing)
    return torch.tensor(places, dtype=torch.long), np.array(things, dtype=np.int64)


def logits_of(
    model: Model,
    tokenizer: Tokenizer,
    batch: Judgements,
    rows: Rows,
    tapped: list[Tensor] | None = None,
) -> Tensor:
    """(N, QUERIES) logits of "yes" over "no"; `tapped` as for `encode_rows`."""
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
        things = load_things(plan.things)
        self.alike = look_alikes(model, tokenizer, things)
        names = [thing.name() for thing in things]
        self.anchors = torch.nn.Parameter(embed_words(model, append_end(tokenizer), names))
        self.pointer = torch.nn.Parameter(torch.randn(CHANNELS, WIDTH) * 0.05)
        self.ways = torch.nn.Parameter(torch.randn(2 * len(WAYS), WIDTH) * 0.05)
        self.locator = torch.nn.Parameter(torch.randn(2, WIDTH) * 0.02)
        self.finder = torch.nn.Parameter(torch.randn(2 * CHANNELS, WIDTH) * 0.02)
        extra = {
            "pointer": self.pointer,
            "anchors": self.anchors,
            "ways": self.ways,
            "locator": self.locator,
            "finder": self.finder,
        }
        super().__init__(plan, "reranker.pt", model, extra, rate=RATE)

    def batches(self) -> Iterator[Judgements]:
        """From the step on where the saved run stopped."""
        base = self.plan.seed * 1_000_000 + 500_000
        make = partial(
            judgements,
            base=base,
            size=self.plan.batch * 2 // 5,
            limit=self.plan.things,
            alike=self.alike,
        )
        return ahead(make, self.step, base)

    def losses(self, batch: Judgements) -> dict[str, Tensor]:
        """The parts of the loss."""
        prompts = prompts_of(batch)
        rows = inputs.rows_of(self.tokenizer, prompts, batch.grid)
        with half_precision(enabled=self.plan.half):
            tapped: list[Tensor] = []
            logits = logits_of(self.model, self.tokenizer, batch, rows, tapped)
        losses = loss_of(logits)
        if batch.grounds is None or batch.grid is None:
            return losses
        states = [F.layer_norm(x.float(), (WIDTH,)) for x in tapped]
        vision, anchors = vision_places(rows), F.normalize(self.anchors, dim=-1)
        ends, things = name_ends(self.tokenizer, batch.grounds.named, prompts, rows)
        pointing, judging = states[POINTED][vision], states[COMPARED][row_ends(rows)]
        claimed, so = (judging @ self.ways.T).chunk(2, dim=1)
        grounds, ways = batch.grounds.grounds, batch.grounds.ways
        return losses | {
            "shown": choice_loss(states[KNOWN][vision] @ anchors.T, batch.grounds.shown),
            "named": choice_loss(states[KNOWN][ends] @ anchors.T, things),
            "names": self.names_loss(batch, anchors),
            "pointing": pointing_loss(pointing @ self.pointer.T, grounds),
            "located": places_loss(
                pointing @ self.locator.T + MIDDLE, own_places(len(pointing), batch.grid)
            ),
            "found": places_loss(
                judging @ self.finder.T + MIDDLE, middles_of(grounds, batch.grid)
            ),
            "claimed": choice_loss(claimed, ways[:, 0]),
            "so": choice_loss(so, ways[:, 1]),
        }

    def names_loss(self, batch: Judgements, anchors: Tensor) -> Tensor:
        """Cross entropy of what further names mean, asked without a document."""
        prompts = [inputs.judge_prompt(name, "") for name in batch.names]
        rows = inputs.rows_of(self.tokenizer, prompts)
        tapped: list[Tensor] = []
        with half_precision(enabled=self.plan.half):
            encode_rows(self.model, rows, None, tapped)
        ends, things = name_ends(self.tokenizer, batch.meant, prompts, rows)
        states = F.layer_norm(tapped[KNOWN][ends].float(), (WIDTH,))
        return choice_loss(states @ anchors.T, things)
