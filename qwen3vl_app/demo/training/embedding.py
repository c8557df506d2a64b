"""Train the embedding checkpoint.

The loss is contrastive within the batch, at 64, 128 and all dimensions, plus a learned prototype
per thing, colour, shape, count, chart and motion: softmax of documents and of queries over the
prototypes of each group. The prototypes are what makes it learn within minutes. Pages known by
their heading have letters as targets instead (`spelling`).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from tokenizers import Tokenizer
from torch import Tensor

from qwen3vl_app.demo.training import inputs
from qwen3vl_app.demo.training.batches import EARLY_STEPS, PairBatch, ahead, pair_batch
from qwen3vl_app.demo.training.course import Course, Plan, half_precision
from qwen3vl_app.demo.training.network import (
    WIDTH,
    Model,
    Rows,
    build_model,
    encode_rows,
    look,
    segment_ends,
    vision_places,
)
from qwen3vl_app.demo.training.places import MIDDLE, own_places, places_loss
from qwen3vl_app.demo.training.start import start_from
from qwen3vl_app.demo.world.motions import moves_of
from qwen3vl_app.demo.world.names import load_things
from qwen3vl_app.demo.world.scenes import Scene, prototype_names, prototypes
from qwen3vl_app.demo.world.spelling import (
    ALPHABET,
    gram_places,
    letter_loss,
    spelling_loss,
    spotting_loss,
)

PROTOTYPE_SCALE = 16.0
GRAM_BIAS = -2.0
"""Most letters and pairs of letters are absent from a word."""

LOCATED, GATHERED, COMPARED = 1, 2, 3
"""Text layers behind which a vision token has to tell where it lies, the token after a vision
segment what the segment shows (which letters, or where the thing is), and what has changed since
the one before. The layers above pass it on."""

CONTINUED_RATE = 0.6
"""Share of the learning rates for a checkpoint that has learned before."""

CUTS = (64, 128, WIDTH)
"""Leading dimensions that must work on their own (Matryoshka)."""


@dataclass(slots=True)
class Trace:
    """What the model went through on its way to the vectors.

    looks: vision tokens (tokens of all rows, H). tapped: as for `encode_rows`. rows: the prompts.
    """

    rows: Rows
    looks: Tensor
    tapped: list[Tensor]

    def behind(self, layer: int) -> Tensor:
        """States (segments of all rows, H) of the tokens after the vision segments."""
        return normed(self.tapped[layer][segment_ends(self.rows)])


def embed_texts(
    model: Model, tokenizer: Tokenizer, instruction: str, texts: Sequence[str]
) -> Tensor:
    """Normalised vectors (N, H) of user turns that hold no vision."""
    rows = inputs.rows_of(tokenizer, [inputs.embed_prompt(text, instruction) for text in texts])
    return F.normalize(encode_rows(model, rows).float(), dim=-1)


def embed_words(model: Model, tokenizer: Tokenizer, words: Sequence[str]) -> Tensor:
    """Normalised vectors (N, H) of any number of words as queries, without gradients."""
    with torch.no_grad():
        parts = [
            embed_texts(model, tokenizer, inputs.RETRIEVE, words[at : at + 100])
            for at in range(0, len(words), 100)
        ]
    return torch.cat(parts)


def embed_documents(
    model: Model, tokenizer: Tokenizer, batch: PairBatch, traces: list[Trace] | None = None
) -> Tensor:
    """Normalised vectors (N, H) of the batch's pictures, clips or notes.

    `traces` receives one entry where there is vision.
    """
    if batch.shown is None:
        return embed_texts(model, tokenizer, batch.instructions[0], batch.documents)
    return embed_seen(
        model, tokenizer, batch.instructions[0], batch.documents, batch.shown, batch.grid, traces
    )


def embed_seen(  # noqa: PLR0917 - what a prompt is made of
    model: Model,
    tokenizer: Tokenizer,
    instruction: str,
    contents: Sequence[str],
    shown: np.ndarray,
    grid: inputs.Grid | None,
    traces: list[Trace] | None = None,
) -> Tensor:
    """Normalised vectors (N, H) of user turns that hold pictures or clips of one grid."""
    prompts = [inputs.embed_prompt(content, instruction) for content in contents]
    rows = inputs.rows_of(tokenizer, prompts, grid)
    seen = look(model, inputs.patches_of(shown))
    tapped: list[Tensor] = []
    vectors = F.normalize(encode_rows(model, rows, seen, tapped).float(), dim=-1)
    if traces is not None:
        traces.append(Trace(rows, seen.tokens, tapped))
    return vectors


def embed_queries(model: Model, tokenizer: Tokenizer, batch: PairBatch) -> Tensor:
    """Normalised vectors (N, H) of the batch's queries."""
    if batch.asking is None:
        return embed_texts(model, tokenizer, batch.instructions[1], batch.queries)
    return embed_seen(
        model, tokenizer, batch.instructions[1], batch.queries, batch.asking, batch.grid
    )


def same_meaning(scenes: Sequence[Scene], queries: Sequence[str]) -> Tensor:
    """(N, N), true off the diagonal where a query fits another row's document as well."""
    contents = [frozenset(prototypes(scene)) or scene.title for scene in scenes]
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


def group_slices(names: Sequence[str]) -> list[slice]:
    """Where each group of prototypes lies; names of a group stand together."""
    heads = [name.split(":", 1)[0] for name in names]
    starts = [at for at, head in enumerate(heads) if at == 0 or heads[at - 1] != head]
    return [slice(a, b) for a, b in zip(starts, [*starts[1:], len(names)], strict=True)]


def asked_words(query: str, title: str) -> str:
    """The words of the title that the query names."""
    asked = query.lower().split()
    return " ".join(word for word in title.lower().split() if word in asked)


class Trainer(Course[PairBatch]):
    """The model with its prototypes in training."""

    def __init__(self, plan: Plan, tokenizer: Tokenizer) -> None:
        self.plan, self.tokenizer = plan, tokenizer
        self.names = prototype_names(load_things(plan.things))
        self.index = {name: place for place, name in enumerate(self.names)}
        model = build_model(plan.seed)
        start_from(model, tokenizer, plan.start and plan.start / "embedder")
        self.anchors = torch.nn.Parameter(self.first_anchors(model))
        self.scale = torch.nn.Parameter(torch.tensor(math.log(14.0)))
        self.letters = torch.nn.Parameter(torch.randn(len(gram_places()), WIDTH) * 0.05)
        self.groups = group_slices(self.names)
        self.spotter = torch.nn.Parameter(torch.randn(len(ALPHABET), WIDTH) * 0.05)
        self.gatherer = torch.nn.Parameter(torch.randn(len(gram_places()), WIDTH) * 0.05)
        self.locator = torch.nn.Parameter(torch.randn(2, WIDTH) * 0.02)
        self.mover = torch.nn.Parameter(torch.randn(3, WIDTH) * 0.02)
        self.teller = torch.nn.Parameter(torch.randn(len(ALPHABET), WIDTH) * 0.05)
        self.placer = torch.nn.Parameter(torch.randn(3, WIDTH) * 0.02)
        extra = {
            "anchors": self.anchors,
            "scale": self.scale,
            "letters": self.letters,
            "spotter": self.spotter,
            "gatherer": self.gatherer,
            "placer": self.placer,
            "mover": self.mover,
            "locator": self.locator,
            "teller": self.teller,
        }
        rate = 1.0 if plan.start is None else CONTINUED_RATE
        super().__init__(plan, "embedder.pt", model, extra, rate=rate)

    def first_anchors(self, model: Model) -> Tensor:
        """(prototypes, H): what the checkpoint that training starts from makes of their names."""
        if self.plan.start is None:
            return torch.randn(len(self.names), WIDTH) * 0.05
        known = {thing.glyph: thing.name() for thing in load_things(self.plan.things)}
        plain = [name.split(":", 1)[1] for name in self.names]
        return embed_words(model, self.tokenizer, [known.get(name, name) for name in plain])

    def batches(self) -> Iterator[PairBatch]:
        """From the step on where the saved run stopped."""
        base = self.plan.seed * 1_000_000
        make = partial(
            pair_batch,
            base=base,
            size=self.plan.batch,
            limit=self.plan.things,
            easy=EARLY_STEPS if self.plan.start is None else 0,
        )
        return ahead(make, self.step, base)

    def prototype_loss(self, vectors: Tensor, targets: Tensor) -> Tensor:
        """Cross entropy of (N, H) against the shares (N, prototypes), group by group."""
        logits = PROTOTYPE_SCALE * vectors @ F.normalize(self.anchors, dim=-1).T
        parts = [
            -(targets[:, group] * F.log_softmax(logits[:, group], -1)).sum(1).mean()
            for group in self.groups
        ]
        return torch.stack(parts).sum()

    def embed_queries_for(self, batch: PairBatch, texts: Sequence[str]) -> Tensor:
        """Normalised vectors (N, H) of further queries."""
        with half_precision(self.device, enabled=self.plan.half):
            return embed_texts(self.model, self.tokenizer, batch.instructions[1], texts)

    def names_loss(self, batch: PairBatch) -> Tensor:
        """Cross entropy of the batch's further names against the prototypes of their things."""
        vectors = self.embed_queries_for(batch, [words for words, _ in batch.names])
        targets = torch.zeros(len(vectors), len(self.names))
        for row, (_, glyph) in enumerate(batch.names):
            targets[row, self.index[f"thing:{glyph}"]] = 1
        return self.prototype_loss(vectors, targets)

    def read_loss(self, vectors: Tensor, texts: Sequence[str]) -> Tensor:
        """How badly the vectors (N, H) tell the letters of the texts."""
        logits = PROTOTYPE_SCALE * vectors @ F.normalize(self.letters, dim=-1).T + GRAM_BIAS
        return spelling_loss(logits, texts)

    def reading_losses(
        self, batch: PairBatch, letters: np.ndarray, trace: Trace, towers: tuple[Tensor, Tensor]
    ) -> dict[str, Tensor]:
        """Of letters: in the vision tokens, behind them, in the vectors of both `towers`.

        letters: As `spelling.letters_at`. towers: Vectors of documents and of queries, (N, H).
        """
        documents, queries = towers
        titles = [scene.title for scene in batch.scenes]
        asked = [
            asked_words(query, title) for query, title in zip(batch.queries, titles, strict=True)
        ]
        words = self.embed_queries_for(batch, [query for query, _ in batch.words])
        return {
            "letters spotted": spotting_loss(normed(trace.looks) @ self.spotter.T, letters),
            "letters gathered": spelling_loss(
                trace.behind(GATHERED) @ self.gatherer.T + GRAM_BIAS, titles
            ),
            "letters seen": self.read_loss(documents, titles),
            "letters asked": self.read_loss(
                torch.cat([queries, words]), asked + [word for _, word in batch.words]
            ),
        }

    def located_loss(self, trace: Trace, grid: inputs.Grid) -> Tensor:
        """How badly the vision tokens tell where they lie."""
        states = normed(trace.tapped[LOCATED][vision_places(trace.rows)])
        return places_loss(states @ self.locator.T + MIDDLE, own_places(len(states), grid))

    def letters_loss(self, shown: np.ndarray, letters: np.ndarray) -> dict[str, Tensor]:
        """How badly the vision tower tells the letter of each patch."""
        with half_precision(self.device, enabled=self.plan.half):
            seen = look(self.model, inputs.patches_of(shown))
        return {"letters told": letter_loss(normed(seen.patches) @ self.teller.T, letters)}

    def losses(self, batch: PairBatch) -> dict[str, Tensor]:
        """The parts of the loss."""
        if batch.patch_letters is not None and batch.shown is not None:
            return self.letters_loss(batch.shown, batch.patch_letters)
        with half_precision(self.device, enabled=self.plan.half):
            traces: list[Trace] = []
            documents = embed_documents(self.model, self.tokenizer, batch, traces)
            queries = embed_queries(self.model, self.tokenizer, batch)
        ignored = same_meaning(batch.scenes, batch.queries)
        scale = self.scale.exp().clamp(max=100)
        pairs = {"pairs": contrastive(documents, queries, scale, ignored)}
        if traces and batch.grid is not None:
            pairs["located"] = self.located_loss(traces[0], batch.grid)
        if batch.letters is not None:
            return pairs | self.reading_losses(
                batch, batch.letters, traces[0], (documents, queries)
            )
        if batch.names:
            pairs["names"] = self.names_loss(batch)
        if batch.places is not None:
            places, moves = batch.places, moves_of(batch.places, len(batch.scenes))
            guesses = traces[0].behind(GATHERED) @ self.placer.T + MIDDLE
            pairs["places"] = places_loss(guesses, places)
            pairs["moves"] = places_loss(traces[0].behind(COMPARED) @ self.mover.T, moves)
        targets = torch.zeros(len(batch.scenes), len(self.names))
        for row, scene in enumerate(batch.scenes):
            for name, share in prototypes(scene).items():
                targets[row, self.index[name]] = share
        return pairs | {
            "documents": self.prototype_loss(documents, targets),
            "queries": self.prototype_loss(queries, targets),
        }


def normed(states: Tensor) -> Tensor:
    """Hidden states (N, H) at one scale, as the readers of targets want them."""
    return F.layer_norm(states.float(), (WIDTH,))
