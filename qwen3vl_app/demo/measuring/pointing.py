"""Whether evidence lies on what was asked for: two things are drawn, one of them is asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import cast

from PIL.Image import Image

from qwen3vl_app.demo.measuring.measures import CANVASES, POINTING, Measure, Step, text
from qwen3vl_app.demo.world.drawing import Placed, draw_pair
from qwen3vl_app.demo.world.names import Thing
from qwen3vl_app.demo.world.scenes import random_pair
from qwen3vl_app.inspection.evidence import Evidence, find_evidence, peak
from qwen3vl_app.inspection.gauge import Gauge, Levels
from qwen3vl_app.inspection.occlusion import Cell, CoveredPicture
from qwen3vl_app.models.service.protocol import Embedder, Priority, Reranker
from qwen3vl_app.types import (
    QUERY_INSTRUCTION,
    RERANK_INSTRUCTION,
    EmbeddingBatch,
    ModelInput,
    Picture,
    ScoreBatch,
    Space,
)


def print_nothing(_line: str) -> None:
    """Nobody watches."""


class Both:
    """Two models in memory, asked as a model service is."""

    def __init__(self, embedder: Embedder, reranker: Reranker) -> None:
        self._embedder = embedder
        self._reranker = reranker

    def embed(
        self,
        inputs: Sequence[ModelInput],
        *,
        instruction: str,
        priority: Priority,
        space: Space | None = None,
    ) -> EmbeddingBatch:
        """As ``ModelService.embed``."""
        del priority, space
        return self._embedder.embed(inputs, instruction)

    def score(
        self,
        query: ModelInput,
        documents: Sequence[ModelInput],
        *,
        instruction: str,
        priority: Priority = Priority.RERANK,
        reranker: str | None = None,
    ) -> ScoreBatch:
        """As ``ModelService.score``."""
        del priority, reranker
        return self._reranker.score(query, documents, instruction)


class Pointing:
    """Draws pairs, asks for one of each, and sees where the evidence has its peak.

    Args:
        embedder: The demo pair's, as ``reranker``.
        reranker: Likewise.
        things: What is drawn.
        seed: Of the drawings.
    """

    def __init__(
        self, embedder: Embedder, reranker: Reranker, things: Sequence[Thing], seed: int
    ) -> None:
        self._embedder = embedder
        self._reranker = reranker
        self._models = Both(embedder, reranker)
        self._things = things
        self._rng = Random(seed)

    def run(self, cases: int, step: Step = print_nothing) -> list[Measure]:
        """The share of cases whose peak lies on the thing, by each stage."""
        step(POINTING)
        found = [self.case() for _ in range(cases)]
        return [
            Measure(POINTING, name, cases, sum(case[at] for case in found) / cases)
            for at, name in enumerate(("similarity", "relevance"))
        ]

    def case(self) -> tuple[bool, bool]:
        """Whether the peak of similarity, and that of relevance, lies on the thing asked for."""
        rng, placed = self._rng, list[Placed]()
        pair = random_pair(rng, self._things)
        size = rng.choice(CANVASES)
        first, second = (one.glyph for one in pair)
        drawn = draw_pair(rng, first, second, size, stacked=rng.random() < 0.4, placed=placed)
        asked = rng.randrange(2)
        evidence = self.evidence(pair[asked].name(), drawn_input(drawn))
        return (
            lies_on(evidence, lambda levels: levels.similarity, placed[asked], size),
            lies_on(evidence, lambda levels: levels.logit, placed[asked], size),
        )

    def evidence(self, words: str, document: ModelInput) -> Evidence:
        """What the pair finds of some words in a picture."""
        query = text(words)
        vectors = self._embedder.embed([query], QUERY_INSTRUCTION).vectors
        gauge = Gauge(
            models=self._models,
            space=self._embedder.space,
            vectors=tuple(vectors),
            reranker=self._reranker.fingerprint,
            asked=(query,),
            instruction=RERANK_INSTRUCTION,
        )
        shown, judged = (
            CoveredPicture(document, one.budget) for one in (self._embedder, self._reranker)
        )
        *_, last = find_evidence(gauge, shown, judged)
        return last


def drawn_input(image: Image) -> ModelInput:
    """A drawing as an item."""
    return ModelInput(pictures=(Picture(image),))


def lies_on(
    evidence: Evidence,
    read: Callable[[Levels], float | None],
    placed: Placed,
    size: tuple[int, int],
) -> bool:
    """Whether the middle of the part that costs most is within the square of a thing."""
    cell = cast("Cell", peak(evidence, read))
    x, y, side = placed
    middle = (cell.left + cell.right) / 2 * size[0], (cell.top + cell.bottom) / 2 * size[1]
    return max(abs(middle[0] - x), abs(middle[1] - y)) <= side / 2
