"""Train the reranker: "yes" or "no" at the prompt's last token.

It begins as the embedder with comparing layers on top (`comparing`). Its lower layers are held to
what the embedder knows, behind the query and at the end of the prompt; those above are asked what
they have noticed (`grounding`). The vision tower stays the embedder's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from tokenizers import Tokenizer
from torch import Tensor

from qwen3vl_app.demo import inputs
from qwen3vl_app.demo.batches import ahead
from qwen3vl_app.demo.comparing import compare_by, comparing_model, linear_map
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
from qwen3vl_app.demo.listwise import kept_loss, loss_of
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

THING_SCALE = 14.0
"""Turns cosines into logits of things."""

BEHIND_QUERY, GATHERING = "<Document", ">:"
"""The tokens that follow the query; the second gathers its meaning."""

EXAMPLES = 60
"""Batches from which the first maps from states to vectors are computed."""


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
        parts.append(batch.seen.repeat(batch.asked.shape[1], axis=0))
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
    """Where the token that gathers each row's query lies among the flat tokens."""
    found = rows.ids.eq(id_of(tokenizer, BEHIND_QUERY))
    count, length = rows.ids.shape
    return torch.arange(count) * length + found.int().argmax(1) + 1 + rows.prompt.shape[0]


def logits_of(model: Model, tokenizer: Tokenizer, hidden: Tensor) -> Tensor:
    """(N, QUERIES) logits of "yes" over "no" from the final states of the rows."""
    words = model.model.language_model.embed_tokens.weight
    yes, no = (id_of(tokenizer, word) for word in ("yes", "no"))
    logits: Tensor = hidden.float() @ (words[yes] - words[no])
    return logits.view(-1, QUERIES)


ASKED, TOLD = 0, 1
"""Sides of a row: the query and the document."""


@dataclass(frozen=True, slots=True)
class Passed:
    """What rows became on their way through the model.

    tapped: as for `encode_rows`. states: as `RerankTrainer.states_of`. known: what the embedder
    says of each row's query and document. hidden: (rows, H) what `encode_rows` returns.
    """

    prompts: Sequence[str]
    rows: Rows
    tapped: Sequence[Tensor]
    states: Tensor
    known: tuple[Tensor, Tensor]
    hidden: Tensor


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
        self.means = names.flatten(0, 1).mean(0), pictures.mean(0)
        gathering = id_of(tokenizer, GATHERING), id_of(tokenizer, END)
        model = comparing_model(embedder, plan.seed, gathering=gathering)
        model.model.visual.requires_grad_(requires_grad=False)
        self.anchors = torch.nn.Parameter(self.centred(names.mean(0), ASKED))
        self.readers = torch.nn.Parameter(torch.zeros(2, WIDTH, WIDTH))
        self.pointer = torch.nn.Parameter(torch.randn(CHANNELS, WIDTH) * 0.05)
        self.ways = torch.nn.Parameter(torch.randn(2 * len(WAYS), WIDTH) * 0.05)
        self.locator = torch.nn.Parameter(torch.randn(2, WIDTH) * 0.02)
        self.finder = torch.nn.Parameter(torch.randn(2 * CHANNELS, WIDTH) * 0.02)
        extra = {
            "pointer": self.pointer,
            "anchors": self.anchors,
            "readers": self.readers,
            "ways": self.ways,
            "locator": self.locator,
            "finder": self.finder,
        }
        learned = tuple(f"language_model.layers.{place}." for place in range(TEXT_LAYERS))
        gentle = Gentle(LEARNED_SHARE, ("embed_tokens", *learned))
        super().__init__(plan, "reranker.pt", model, extra, rate=RATE, gentle=gentle)
        if not self.step:
            sides = [
                self.centred(names.flatten(0, 1), ASKED),
                self.centred(pictures, TOLD),
            ]
            self.begin(torch.cat(sides))

    def centred(self, vectors: Tensor, side: int) -> Tensor:
        """Vectors (N, H) of queries (`ASKED`) or documents (`TOLD`), without what all have."""
        return F.normalize(vectors - self.means[side], dim=-1)

    def begin(self, vectors: Tensor) -> None:
        """Compute the first maps from states to vectors; let the new layers compare by them."""
        base = self.plan.seed * 1_000_000 + 900_000
        states: tuple[list[Tensor], list[Tensor]] = ([], [])
        wanted: tuple[list[Tensor], list[Tensor]] = ([], [])
        with torch.no_grad():
            for seed in range(base, base + EXAMPLES):
                batch = families(seed, 0, FAMILY * 3, self.plan.things, self.alike)
                one = seed % QUERIES  # of its queries for each document: many documents tell more
                batch = replace(batch, asked=batch.asked[:, one : one + 1])
                found = self.forward(batch, TEXT_LAYERS)
                states[ASKED].append(found.states[query_ends(self.tokenizer, found.rows)])
                states[TOLD].append(found.states[row_ends(found.rows)])
                wanted[ASKED].append(found.known[ASKED])
                wanted[TOLD].append(found.known[TOLD])
                if batch.names:
                    names = self.named_states(batch)
                    states[ASKED].append(names.states[query_ends(self.tokenizer, names.rows)])
                    wanted[ASKED].append(names.known[ASKED])
            for side in (ASKED, TOLD):
                self.readers[side] = linear_map(torch.cat(states[side]), torch.cat(wanted[side]))
        compare_by(self.model, vectors, *self.readers.detach())

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
        """What the embedder says of the queries and the documents: (N, H), centred."""
        sides = (
            (batch.queries, inputs.RETRIEVE, batch.asking),
            (batch.documents, inputs.DOCUMENT, batch.seen),
        )
        found = []
        with torch.no_grad(), half_precision(enabled=self.plan.half):
            for side, (contents, instruction, chosen) in enumerate(sides):
                prompts = [inputs.embed_prompt(content, instruction) for content in contents]
                rows = inputs.rows_of(self.ending, prompts, batch.grid)
                looked = None
                if chosen is not None and seen is not None and batch.shown is not None:
                    looked = segments_of(seen, chosen, len(batch.shown))
                vectors = F.normalize(encode_rows(self.embedder, rows, looked).float(), dim=-1)
                found.append(self.centred(vectors, side))
        return found[ASKED], found[TOLD]

    def states_of(self, tapped: Sequence[Tensor]) -> Tensor:
        """States (flat tokens, H) behind the embedder's layers, normed as for its vectors."""
        return norm(self.embedder.model.language_model.norm, tapped[KNOWN])

    def forward(self, batch: Families, depth: int | None = None) -> Passed:
        """All rows of the batch through the model, or through so many layers of it."""
        prompts = prompts_of(batch)
        rows = inputs.rows_of(self.tokenizer, prompts, batch.grid)
        looked, chosen = self.vision_of(batch), segments_by_row(batch)
        asked, told = self.known_vectors(batch, looked)
        seen = None
        if looked is not None and chosen is not None and batch.shown is not None:
            seen = segments_of(looked, chosen, len(batch.shown))
        tapped: list[Tensor] = []
        with half_precision(enabled=self.plan.half):
            hidden = encode_rows(self.model, rows, seen, tapped, depth)
        known = asked[batch.asked.flatten()], told.repeat_interleave(batch.asked.shape[1], 0)
        return Passed(prompts, rows, tapped, self.states_of(tapped), known, hidden)

    def named_states(self, batch: Families) -> Passed:
        """The batch's further names through the layers of the embedder, without a document."""
        prompts = [inputs.judge_prompt(name, "") for name in batch.names]
        rows = inputs.rows_of(self.tokenizer, prompts)
        tapped: list[Tensor] = []
        with half_precision(enabled=self.plan.half):
            hidden = encode_rows(self.model, rows, None, tapped, TEXT_LAYERS)
            asked = self.centred(embed_words(self.embedder, self.ending, batch.names), ASKED)
        return Passed(prompts, rows, tapped, self.states_of(tapped), (asked, asked), hidden)

    def read(self, passed: Passed, places: Tensor, side: int) -> Tensor:
        """Vectors (N, H) that the flat tokens at `places` tell, as of queries or of documents."""
        return F.normalize(passed.states[places] @ self.readers[side].T, dim=-1)

    def things_loss(self, vectors: Tensor, things: np.ndarray) -> Tensor:
        """Cross entropy of what the vectors (N, H) mean."""
        return choice_loss(THING_SCALE * vectors @ F.normalize(self.anchors, dim=-1).T, things)

    def losses(self, batch: Families) -> dict[str, Tensor]:
        """The parts of the loss."""
        losses: dict[str, Tensor] = {}
        if batch.documents:
            passed = self.forward(batch)
            asked = self.read(passed, query_ends(self.tokenizer, passed.rows), ASKED)
            told = self.read(passed, row_ends(passed.rows), TOLD)
            with half_precision(enabled=self.plan.half):
                logits = logits_of(self.model, self.tokenizer, passed.hidden)
            losses |= loss_of(logits, torch.from_numpy(batch.truth))
            losses["query kept"] = kept_loss(asked, passed.known[ASKED])
            losses["document kept"] = kept_loss(told, passed.known[TOLD])
            losses |= self.grounded_losses(batch, passed)
        if batch.names:
            losses |= self.names_losses(batch)
        return losses

    def grounded_losses(self, batch: Families, passed: Passed) -> dict[str, Tensor]:
        """What has to be noticed on the way to yes or no."""
        if batch.grounds is None or batch.grid is None:
            return {}
        rows, tapped = passed.rows, passed.tapped
        vision = vision_places(rows)
        ends, things = name_ends(self.tokenizer, batch.grounds.named, passed.prompts, rows)
        pointing, judging = (
            normed(tapped[POINTED][vision]),
            normed(tapped[COMPARED][row_ends(rows)]),
        )
        claimed, so = (judging @ self.ways.T).chunk(2, dim=1)
        grounds, ways = batch.grounds.grounds, batch.grounds.ways
        return {
            "shown": self.things_loss(self.read(passed, vision, TOLD), batch.grounds.shown),
            "named": self.things_loss(self.read(passed, ends, ASKED), things),
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
        passed = self.named_states(batch)
        ends, things = name_ends(self.tokenizer, batch.meant, passed.prompts, passed.rows)
        behind = query_ends(self.tokenizer, passed.rows)
        return {
            "names": self.things_loss(self.read(passed, ends, ASKED), things),
            "names kept": kept_loss(self.read(passed, behind, ASKED), passed.known[ASKED]),
        }


def normed(states: Tensor) -> Tensor:
    """Hidden states (N, H) at one scale, as the readers of targets want them."""
    return F.layer_norm(states.float(), (WIDTH,))
