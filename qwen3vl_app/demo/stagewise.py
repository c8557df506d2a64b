"""Does the second stage help? The same questions by recall alone, and reranked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random

import numpy as np

from qwen3vl_app.demo.captions import caption
from qwen3vl_app.demo.drawing import COLOURS, SHAPES
from qwen3vl_app.demo.evaluate import Measure, Step, picture, text
from qwen3vl_app.demo.names import Thing
from qwen3vl_app.demo.scenes import COUNTS, Scene
from qwen3vl_app.models.protocols import Embedder, Reranker
from qwen3vl_app.types import DOCUMENT_INSTRUCTION, QUERY_INSTRUCTION, RERANK_INSTRUCTION

DEPTH = 20
"""Recall candidates that the reranker sees."""


class StageEvaluation:
    """Recall@1 before and after reranking, among documents that are hard to tell apart."""

    def __init__(
        self, embedder: Embedder, reranker: Reranker, things: Sequence[Thing], seed: int
    ) -> None:
        self.embedder = embedder
        self.reranker = reranker
        self.things = things
        self.rng = Random(seed)

    def shapes(self, count: int) -> list[Scene]:
        """Different combinations of colour, shape and count."""
        every = [
            Scene("shapes", colour=colour, shape=shape, count=number)
            for colour in COLOURS
            for shape in SHAPES
            for number in COUNTS
        ]
        return self.rng.sample(every, count)

    def pairs(self, count: int) -> list[Scene]:
        """Pairs of things, every second one the one before with its sides swapped."""
        scenes: list[Scene] = []
        for _ in range(count // 2):
            scene = Scene("pair", tuple(self.rng.sample(list(self.things), 2)))
            scenes += [scene, replace(scene, things=scene.things[::-1])]
        return scenes

    def compare(self, name: str, scenes: list[Scene], asked: int) -> list[Measure]:
        """First places of recall and of reranking for the first `asked` scenes."""
        documents = [picture(self.rng, scene) for scene in scenes]
        queries = [
            text(caption(self.rng, scene, exact=True, tongue="en")) for scene in scenes[:asked]
        ]
        stored = self.embedder.embed(documents, DOCUMENT_INSTRUCTION).vectors
        asking = self.embedder.embed(queries, QUERY_INSTRUCTION).vectors
        best = (asking @ stored.T).argsort(1)[:, ::-1][:, :DEPTH]
        recalled = [int(row[0]) == place for place, row in enumerate(best)]
        reranked = []
        for place, row in enumerate(best):
            candidates = [documents[index] for index in row]
            scores = self.reranker.score(queries[place], candidates, RERANK_INSTRUCTION).scores
            logits = [score.logit if score else -np.inf for score in scores]
            reranked.append(int(row[int(np.argmax(logits))]) == place)
        return [
            Measure("first of all", f"{name}, by recall", asked, float(np.mean(recalled))),
            Measure("first of all", f"{name}, reranked", asked, float(np.mean(reranked))),
        ]

    def run(self, step: Step, asked: int = 50) -> list[Measure]:
        """Shapes and pairs."""
        step("both stages")
        return [
            *self.compare("colour, shape, count", self.shapes(150), asked),
            *self.compare("left and right", self.pairs(100), asked),
        ]
