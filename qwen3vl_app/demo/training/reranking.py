"""Train the reranker: "yes" or "no" at the prompt's last token.

It begins as the embedder with comparing layers on top (`comparing`). Its lower layers are held to
what the embedder knows, behind the query and at the end of the prompt; those above are asked what
they have noticed (`grounding`).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from tokenizers import Tokenizer
from torch import Tensor

from qwen3vl_app.demo.training import inputs
from qwen3vl_app.demo.training.batches import ahead
from qwen3vl_app.demo.training.comparing import compare_by, comparing_model, linear_map
from qwen3vl_app.demo.training.course import Course, Gentle, Plan, half_precision
from qwen3vl_app.demo.training.grounding import CHANNELS, WAYS, choice_loss, pointing_loss
from qwen3vl_app.demo.training.lists import families
from qwen3vl_app.demo.training.listwise import kept_loss, loss_of
from qwen3vl_app.demo.training.lookalikes import look_alikes, name_vectors, picture_vectors
from qwen3vl_app.demo.training.network import (
    TEXT_LAYERS,
    WIDTH,
    Model,
    Rows,
    Seen,
    encode_rows,
    look,
    moved,
    norm,
    row_ends,
    vision_places,
)
from qwen3vl_app.demo.training.places import MIDDLE, own_places, places_loss
from qwen3vl_app.demo.training.preparing import (
    Pairs,
    Prepared,
    Preparer,
    Side,
    Targets,
    Words,
    gathering_tokens,
)
from qwen3vl_app.demo.training.tokenizer import id_of
from qwen3vl_app.demo.world.families import FAMILY
from qwen3vl_app.demo.world.names import load_things
from qwen3vl_app.demo.world.scenes import Alike

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

DECIDING = ("yes or no", "document", "query")
"""Parts of the loss that count in full to the end..."""

NOTICED_LEAST = 0.2
"""...and the share at which all others do so at last: they are a way there, not the goal."""

EXAMPLES, EXAMPLES_A_MINUTE = 60, 5
"""Batches from which the first maps from states to vectors are computed: so many, but fewer where
few minutes are trained for and they would take longer (a batch took 7.5 s of one EPYC core)."""


def segments_of(seen: Seen, order: Tensor, segments: int) -> Seen:
    """Vision tokens of rows that look at so many segments in this `order`, row by row."""

    def spread(features: Tensor) -> Tensor:
        return features.view(segments, -1, features.shape[-1])[order].flatten(0, 1)

    return Seen(spread(seen.tokens), [spread(part) for part in seen.deepstack], seen.patches)


def logits_of(model: Model, tokenizer: Tokenizer, hidden: Tensor) -> Tensor:
    """(rows,) logits of "yes" over "no" from the final states of the rows."""
    words = model.model.language_model.embed_tokens.weight
    yes, no = (id_of(tokenizer, word) for word in ("yes", "no"))
    logits: Tensor = hidden.float() @ (words[yes] - words[no])
    return logits


ASKED, TOLD = 0, 1
"""Sides of a row: the query and the document."""


@dataclass(frozen=True, slots=True)
class Passed:
    """What rows became on their way through the model.

    tapped: as for `encode_rows`. states: as `RerankTrainer.states_of`. known: what the embedder
    says of each row's query and document. hidden: (rows, H) what `encode_rows` returns.
    """

    tapped: Sequence[Tensor]
    states: Tensor
    known: tuple[Tensor, Tensor]
    hidden: Tensor


class RerankTrainer(Course[Prepared]):
    """The reranker in training.

    embedder: What it starts from and is held to; not trained.
    """

    def __init__(self, plan: Plan, tokenizer: Tokenizer, embedder: Model) -> None:
        self.tokenizer, self.preparer = tokenizer, Preparer(tokenizer)
        self.embedder = embedder.requires_grad_(requires_grad=False).to(plan.device)
        things = load_things(plan.things)
        pictures = picture_vectors(embedder, tokenizer, things)
        names = name_vectors(embedder, tokenizer, things)
        self.alike = look_alikes(pictures, names, things)
        self.means = names.flatten(0, 1).mean(0), pictures.mean(0)
        model = comparing_model(embedder, plan.seed, gathering=gathering_tokens(tokenizer))
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
        gentle = Gentle(LEARNED_SHARE, ("embed_tokens", "visual.", *learned))
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
        examples = min(EXAMPLES, math.ceil(self.plan.minutes * EXAMPLES_A_MINUTE))
        states: tuple[list[Tensor], list[Tensor]] = ([], [])
        wanted: tuple[list[Tensor], list[Tensor]] = ([], [])
        with torch.no_grad():
            for seed in range(base, base + examples):
                batch = families(seed, 0, FAMILY * 3, self.plan.things, self.alike)
                one = seed % FAMILY  # of its queries for each document: many documents tell more
                batch = replace(batch, asked=batch.asked[:, one : one + 1], grounds=None)
                prepared = moved(self.preparer.prepared(batch), self.device)
                pairs, words = prepared.pairs, prepared.words
                if pairs is not None:
                    found = self.forward(prepared, pairs, TEXT_LAYERS)
                    states[ASKED].append(found.states[pairs.behind])
                    states[TOLD].append(found.states[row_ends(pairs.rows.rows)])
                    wanted[ASKED].append(found.known[ASKED])
                    wanted[TOLD].append(found.known[TOLD])
                if words is not None:
                    names = self.named_states(words)
                    states[ASKED].append(names.states[words.behind])
                    wanted[ASKED].append(names.known[ASKED])
            for side in (ASKED, TOLD):
                self.readers[side] = linear_map(torch.cat(states[side]), torch.cat(wanted[side]))
        compare_by(self.model, vectors, *self.readers.detach())

    def batches(self) -> Iterator[Prepared]:
        """From the step on where the saved run stopped."""
        base = self.plan.seed * 1_000_000 + 500_000
        make = partial(
            prepared_families,
            preparer=self.preparer,
            base=base,
            size=self.plan.batch * 3 // 10,
            limit=self.plan.things,
            alike=self.alike,
        )
        return ahead(make, self.step * self.plan.parts, base, self.plan.drawers)

    def vision_of(self, model: Model, batch: Prepared) -> Seen | None:
        """What the model's vision tower makes of the segments, once each."""
        if batch.pixels is None:
            return None
        with half_precision(self.device, enabled=self.plan.half):
            return look(model, inputs.patches_of(batch.pixels))

    def looked_at(self, side: Side, seen: Seen | None, batch: Prepared) -> Seen | None:
        """What the rows of one side see."""
        if side.segments is None or seen is None or batch.pixels is None:
            return None
        return segments_of(seen, side.segments, len(batch.pixels))

    def known_vectors(self, batch: Prepared, pairs: Pairs) -> list[Tensor]:
        """What the embedder says of the queries and the documents: (N, H), centred."""
        found = []
        with torch.no_grad(), half_precision(self.device, enabled=self.plan.half):
            seen = self.vision_of(self.embedder, batch)
            for side, asked in enumerate((pairs.queries, pairs.documents)):
                looked = self.looked_at(asked, seen, batch)
                vectors = F.normalize(
                    encode_rows(self.embedder, asked.rows, looked).float(), dim=-1
                )
                found.append(self.centred(vectors, side))
        return found

    def states_of(self, tapped: Sequence[Tensor]) -> Tensor:
        """States (flat tokens, H) behind the embedder's layers, normed as for its vectors."""
        return norm(self.embedder.model.language_model.norm, tapped[KNOWN])

    def forward(self, batch: Prepared, pairs: Pairs, depth: int | None = None) -> Passed:
        """All rows of the batch through the model, or through so many layers of it."""
        asked, told = self.known_vectors(batch, pairs)
        seen = self.looked_at(pairs.rows, self.vision_of(self.model, batch), batch)
        tapped: list[Tensor] = []
        with half_precision(self.device, enabled=self.plan.half):
            hidden = encode_rows(self.model, pairs.rows.rows, seen, tapped, depth)
        known = asked[pairs.asked.flatten()], told.repeat_interleave(pairs.asked.shape[1], 0)
        return Passed(tapped, self.states_of(tapped), known, hidden)

    def named_states(self, words: Words) -> Passed:
        """Further names through the layers of the embedder, without a document."""
        tapped: list[Tensor] = []
        with half_precision(self.device, enabled=self.plan.half):
            hidden = encode_rows(self.model, words.rows, None, tapped, TEXT_LAYERS)
            with torch.no_grad():
                vectors = F.normalize(encode_rows(self.embedder, words.known).float(), dim=-1)
        asked = self.centred(vectors, ASKED)
        return Passed(tapped, self.states_of(tapped), (asked, asked), hidden)

    def read(self, passed: Passed, places: Tensor, side: int) -> Tensor:
        """Vectors (N, H) that the flat tokens at `places` tell, as of queries or of documents."""
        return F.normalize(passed.states[places] @ self.readers[side].T, dim=-1)

    def things_loss(self, vectors: Tensor, things: Tensor) -> Tensor:
        """Cross entropy of what the vectors (N, H) mean."""
        return choice_loss(THING_SCALE * vectors @ F.normalize(self.anchors, dim=-1).T, things)

    def losses(self, batch: Prepared) -> dict[str, Tensor]:
        """The parts of the loss."""
        losses: dict[str, Tensor] = {}
        if batch.pairs is not None:
            losses |= self.pairs_losses(batch, batch.pairs)
        if batch.words is not None:
            losses |= self.words_losses(batch.words)
        less = 1 - (1 - NOTICED_LEAST) * self.share
        return {name: loss * (1 if name in DECIDING else less) for name, loss in losses.items()}

    def pairs_losses(self, batch: Prepared, pairs: Pairs) -> dict[str, Tensor]:
        """Yes or no, and what the embedder knows."""
        passed = self.forward(batch, pairs)
        asked = self.read(passed, pairs.behind, ASKED)
        told = self.read(passed, row_ends(pairs.rows.rows), TOLD)
        with half_precision(self.device, enabled=self.plan.half):
            logits = logits_of(self.model, self.tokenizer, passed.hidden)
        losses = loss_of(logits.view(pairs.truth.shape), pairs.truth)
        losses["query kept"] = kept_loss(asked, passed.known[ASKED])
        losses["document kept"] = kept_loss(told, passed.known[TOLD])
        if pairs.targets is not None and batch.grid is not None:
            losses |= self.grounded_losses(pairs.rows.rows, pairs.targets, passed, batch.grid)
        return losses

    def grounded_losses(
        self, rows: Rows, targets: Targets, passed: Passed, grid: inputs.Grid
    ) -> dict[str, Tensor]:
        """What has to be noticed on the way to yes or no."""
        vision = vision_places(rows)
        pointing = normed(passed.tapped[POINTED][vision])
        judging = normed(passed.tapped[COMPARED][row_ends(rows)])
        claimed, so = (judging @ self.ways.T).chunk(2, dim=1)
        return {
            "shown": self.things_loss(self.read(passed, vision, TOLD), targets.shown),
            "named": self.things_loss(self.read(passed, targets.ends, ASKED), targets.named),
            "pointing": pointing_loss(pointing @ self.pointer.T, targets.grounds),
            "located": places_loss(
                pointing @ self.locator.T + MIDDLE, own_places(len(pointing), grid)
            ),
            "found": places_loss(judging @ self.finder.T + MIDDLE, targets.middles),
            "claimed": choice_loss(claimed, targets.ways[:, 0]),
            "so": choice_loss(so, targets.ways[:, 1]),
        }

    def words_losses(self, words: Words) -> dict[str, Tensor]:
        """What further names mean, asked without a document."""
        passed = self.named_states(words)
        return {
            "names": self.things_loss(self.read(passed, words.ends, ASKED), words.named),
            "names kept": kept_loss(self.read(passed, words.behind, ASKED), passed.known[ASKED]),
        }


def prepared_families(  # noqa: PLR0917 - those of `families`
    seed: int, preparer: Preparer, base: int, size: int, limit: int | None, alike: Alike | None
) -> Prepared:
    """`families` as tensors."""
    return preparer.prepared(families(seed, base, size, limit, alike))


def normed(states: Tensor) -> Tensor:
    """Hidden states (N, H) at one scale, as the readers of targets want them."""
    return F.layer_norm(states.float(), (WIDTH,))
