"""Train the reranker: "yes" or "no" at the prompt's last token.

It begins as the embedder with comparing layers on top (`comparing`). Its lower layers are held to
what the embedder knows, behind the query and at the end of the prompt; those above are asked what
they have noticed (`grounding`). The vision tower stays the embedder's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from tokenizers import Tokenizer
from torch import Tensor

from qwen3vl_app.demo import inputs
from qwen3vl_app.demo.batches import ahead
from qwen3vl_app.demo.comparing import comparing_model
from qwen3vl_app.demo.course import Course, Gentle, Plan, half_precision
from qwen3vl_app.demo.families import FAMILY
from qwen3vl_app.demo.grounding import (
    CHANNELS,
    WAYS,
    Naming,
    choice_loss,
    pointing_loss,
)
from qwen3vl_app.demo.lists import QUERIES, Families, families
from qwen3vl_app.demo.lookalikes import look_alikes, name_vectors, picture_vectors
from qwen3vl_app.demo.names import load_things
from qwen3vl_app.demo.network import (
    TEXT_LAYERS,
    WIDTH,
    Model,
    Rows,
    Seen,
    encode_rows,
    look,
    norm,
    row_ends,
    vision_places,
)
from qwen3vl_app.demo.places import MIDDLE, middles_of, own_places, places_loss
from qwen3vl_app.demo.tokenizer import END, append_end, id_of
from qwen3vl_app.demo.training import embed_words

RATE = 0.6
"""Share of the embedder's learning rates."""

LEARNED_SHARE = 0.5
"""Share of these at which the embedder's layers go on learning."""

KNOWN = TEXT_LAYERS - 1
POINTED, COMPARED = KNOWN + 1, KNOWN + 2
"""Text layers behind which tokens have to tell what they mean; what was asked for and where they
lie; and the end of the prompt where that is, what is claimed and what is so. The last layer is
left to compare."""

TRUE_WEIGHT = 2.0
"""Of a true query in the yes/no loss, of which there are fewest."""

CHOICE_WEIGHT = 0.5
"""Of each of the two choices: of a document for a query and of a query for a document."""

THING_SCALE = 14.0
"""Turns cosines into logits of things."""

KEPT_WEIGHT = 6.0
"""Of what the embedder knows: cosines, which are small differences."""

BEHIND_QUERY = "<Document"
"""The token that follows the query: where its meaning is gathered."""


def segments_of(seen: Seen, chosen: np.ndarray, segments: int) -> Seen:
    """Vision tokens of rows that look at the `chosen` (rows, per) of so many segments."""
    order = torch.from_numpy(chosen).flatten()

    def spread(features: Tensor) -> Tensor:
        return features.view(segments, -1, features.shape[-1])[order].flatten(0, 1)

    return Seen(spread(seen.tokens), [spread(part) for part in seen.deepstack], seen.patches)


def segments_by_row(batch: Families) -> np.ndarray | None:
    """(N · QUERIES, per) segments of every row: those of its query, then of its document."""
    parts = []
    if batch.asking is not None:
        parts.append(batch.asking[batch.asked.flatten()])
    if batch.seen is not None:
        parts.append(batch.seen.repeat(QUERIES, axis=0))
    return np.concatenate(parts, axis=1) if parts else None


def prompts_of(batch: Families) -> list[str]:
    """The prompts of all documents, each with all its queries."""
    return [
        inputs.judge_prompt(batch.queries[at], document)
        for document, row in zip(batch.documents, batch.asked, strict=True)
        for at in row
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


def query_ends(tokenizer: Tokenizer, rows: Rows) -> Tensor:
    """Where the token behind each row's query lies among the flat tokens."""
    found = rows.ids.eq(id_of(tokenizer, BEHIND_QUERY))
    count, length = rows.ids.shape
    return torch.arange(count) * length + found.int().argmax(1) + rows.prompt.shape[0]


def logits_of(
    model: Model,
    tokenizer: Tokenizer,
    rows: Rows,
    seen: Seen | None,
    tapped: list[Tensor] | None = None,
) -> Tensor:
    """(N, QUERIES) logits of "yes" over "no"; `tapped` as for `encode_rows`."""
    hidden = encode_rows(model, rows, seen, tapped).float()
    words = model.model.language_model.embed_tokens.weight
    yes, no = (id_of(tokenizer, word) for word in ("yes", "no"))
    logits: Tensor = hidden @ (words[yes] - words[no])
    return logits.view(-1, QUERIES)


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


class RerankTrainer(Course[Families]):
    """The reranker in training.

    embedder: What it starts from and is held to; not trained.
    """

    def __init__(self, plan: Plan, tokenizer: Tokenizer, embedder: Model) -> None:
        self.tokenizer, self.ending = tokenizer, append_end(tokenizer)
        self.embedder = embedder.requires_grad_(requires_grad=False)
        things = load_things(plan.things)
        pictures = picture_vectors(embedder, tokenizer, things)
        names = name_vectors(embedder, tokenizer, things)
        self.alike = look_alikes(pictures, names, things)
        gathering = id_of(tokenizer, BEHIND_QUERY), id_of(tokenizer, END)
        vectors = torch.cat([pictures, names.flatten(0, 1)])
        model = comparing_model(embedder, vectors, plan.seed, gathering=gathering)
        model.model.visual.requires_grad_(requires_grad=False)
        self.anchors = torch.nn.Parameter(F.normalize(names.mean(0), dim=-1))
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
        learned = tuple(f"language_model.layers.{place}." for place in range(TEXT_LAYERS))
        gentle = Gentle(LEARNED_SHARE, ("embed_tokens", *learned))
        super().__init__(plan, "reranker.pt", model, extra, rate=RATE, gentle=gentle)

    def batches(self) -> Iterator[Families]:
        """From the step on where the saved run stopped."""
        base = self.plan.seed * 1_000_000 + 500_000
        make = partial(
            families,
            base=base,
            size=self.plan.batch * 3 // 10,
            limit=self.plan.things,
            alike=self.alike,
        )
        return ahead(make, self.step, base)

    def vision_of(self, batch: Families) -> Seen | None:
        """What the vision tower makes of the segments, once each; it is not trained."""
        if batch.shown is None:
            return None
        with torch.no_grad(), half_precision(enabled=self.plan.half):
            return look(self.model, inputs.patches_of(batch.shown))

    def known_vectors(self, batch: Families, seen: Seen | None) -> tuple[Tensor, Tensor]:
        """Normalised vectors (N, H) that the embedder has for the queries and the documents."""
        sides = (
            (batch.queries, inputs.RETRIEVE, batch.asking),
            (batch.documents, inputs.DOCUMENT, batch.seen),
        )
        found = []
        with torch.no_grad(), half_precision(enabled=self.plan.half):
            for contents, instruction, chosen in sides:
                prompts = [inputs.embed_prompt(content, instruction) for content in contents]
                rows = inputs.rows_of(self.ending, prompts, batch.grid)
                looked = None
                if chosen is not None and seen is not None and batch.shown is not None:
                    looked = segments_of(seen, chosen, len(batch.shown))
                found.append(F.normalize(encode_rows(self.embedder, rows, looked).float(), dim=-1))
        return found[0], found[1]

    def meanings(self, tapped: Sequence[Tensor], places: Tensor) -> Tensor:
        """Vectors (N, H) of the flat tokens at `places`, read as the embedder's are."""
        states = tapped[KNOWN][places]
        return F.normalize(norm(self.embedder.model.language_model.norm, states), dim=-1)

    def things_loss(self, vectors: Tensor, things: np.ndarray) -> Tensor:
        """Cross entropy of what the vectors (N, H) mean."""
        return choice_loss(THING_SCALE * vectors @ F.normalize(self.anchors, dim=-1).T, things)

    def losses(self, batch: Families) -> dict[str, Tensor]:
        """The parts of the loss."""
        if not batch.documents:
            return self.names_losses(batch)
        prompts = prompts_of(batch)
        rows = inputs.rows_of(self.tokenizer, prompts, batch.grid)
        looked, chosen = self.vision_of(batch), segments_by_row(batch)
        asking, telling = self.known_vectors(batch, looked)
        seen = None
        if looked is not None and chosen is not None and batch.shown is not None:
            seen = segments_of(looked, chosen, len(batch.shown))
        with half_precision(enabled=self.plan.half):
            tapped: list[Tensor] = []
            logits = logits_of(self.model, self.tokenizer, rows, seen, tapped)
        ends, judging = query_ends(self.tokenizer, rows), row_ends(rows)
        losses = loss_of(logits, torch.from_numpy(batch.truth)) | {
            "query kept": kept_loss(self.meanings(tapped, ends), asking[batch.asked.flatten()]),
            "document kept": kept_loss(
                self.meanings(tapped, judging), telling.repeat_interleave(QUERIES, 0)
            ),
        }
        if batch.names:
            losses |= self.names_losses(batch)
        if batch.grounds is not None and batch.grid is not None:
            losses |= self.grounded_losses(batch, rows, prompts, tapped)
        return losses

    def grounded_losses(
        self, batch: Families, rows: Rows, prompts: Sequence[str], tapped: Sequence[Tensor]
    ) -> dict[str, Tensor]:
        """What has to be noticed on the way to yes or no."""
        if batch.grounds is None or batch.grid is None:
            return {}
        vision = vision_places(rows)
        ends, things = name_ends(self.tokenizer, batch.grounds.named, prompts, rows)
        pointing, judging = (
            normed(tapped[POINTED][vision]),
            normed(tapped[COMPARED][row_ends(rows)]),
        )
        claimed, so = (judging @ self.ways.T).chunk(2, dim=1)
        grounds, ways = batch.grounds.grounds, batch.grounds.ways
        return {
            "shown": self.things_loss(self.meanings(tapped, vision), batch.grounds.shown),
            "named": self.things_loss(self.meanings(tapped, ends), things),
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

    def names_losses(self, batch: Families) -> dict[str, Tensor]:
        """What further names mean, asked without a document."""
        prompts = [inputs.judge_prompt(name, "") for name in batch.names]
        rows = inputs.rows_of(self.tokenizer, prompts)
        tapped: list[Tensor] = []
        with half_precision(enabled=self.plan.half):
            encode_rows(self.model, rows, None, tapped, depth=TEXT_LAYERS)
            wanted = embed_words(self.embedder, self.ending, batch.names)
        ends, things = name_ends(self.tokenizer, batch.meant, prompts, rows)
        behind = query_ends(self.tokenizer, rows)
        return {
            "names": self.things_loss(self.meanings(tapped, ends), things),
            "names kept": kept_loss(self.meanings(tapped, behind), wanted),
        }


def normed(states: Tensor) -> Tensor:
    """Hidden states (N, H) at one scale, as the readers of targets want them."""
    return F.layer_norm(states.float(), (WIDTH,))


def kept_loss(found: Tensor, wanted: Tensor) -> Tensor:
    """How far the vectors (N, H) lie from the embedder's."""
    return KEPT_WEIGHT * (1 - (found * wanted).sum(1)).mean()
