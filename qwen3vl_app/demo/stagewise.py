"""Does the second stage help? The same questions by recall alone, and reranked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random

import numpy as np

from qwen3vl_app.demo.captions import caption
from qwen3vl_app.demo.drawing import COLOURS, SHAPES
from qwen3vl_app.demo.measures import Measure, Step, picture, text
from qwen3vl_app.demo.names import LANGUAGES, Thing
from qwen3vl_app.demo.scenes import COUNTS, Scene, random_pair, random_title, with_wrong_thing
from qwen3vl_app.models.protocols import Embedder, Reranker
from qwen3vl_app.types import (
    DOCUMENT_INSTRUCTION,
    QUERY_INSTRUCTION,
    RERANK_INSTRUCTION,
    ModelInput,
)

DEPTH = 20
"""Recall candidates that the reranker sees."""

CUTOFF = 10
"""Places that nDCG looks at."""


def gain(ranking: Sequence[int], wanted: int) -> float:
    """nDCG@10 of a ranking with one relevant document: 1 / log2(1 + its rank), or 0."""
    best = list(ranking[:CUTOFF])
    return float(1 / np.log2(2 + best.index(wanted))) if wanted in best else 0.0


class StageEvaluation:
    """Recall and reranking side by side, among documents that are hard to tell apart."""

    def __init__(
        self, embedder: Embedder, reranker: Reranker, things: Sequence[Thing], seed: int
    ) -> None:
        self.embedder = embedder
        self.reranker = reranker
        self.things = list(things)
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

    def relations(self, count: int, *, unseen: bool) -> list[Scene]:
        """Families of six: both orders side by side and one above the other, two wrong things."""
        scenes: list[Scene] = []
        while len(scenes) < count:
            first = Scene("pair", random_pair(self.rng, self.things, unseen=unseen))
            ways = [first, replace(first, stacked=True)]
            ways += [replace(way, things=way.things[::-1]) for way in ways]
            scenes += [*ways, *(with_wrong_thing(self.rng, way, self.things) for way in ways[:2])]
        return scenes

    def single_things(self, count: int) -> list[Scene]:
        """Different things, one to a picture."""
        return [Scene("thing", (thing,)) for thing in self.rng.sample(self.things, count)]

    def headings(self, count: int) -> list[Scene]:
        """Pages with different headings of words that training never draws."""
        titles: set[str] = set()
        while len(titles) < count:
            titles.add(random_title(self.rng, unseen=True))
        return [Scene("titled", title=title) for title in sorted(titles)]

    def compare(
        self, name: str, scenes: list[Scene], asked: int, tongues: Sequence[str] = ("en",)
    ) -> list[Measure]:
        """nDCG@10 and first places of both stages and their difference, for `asked` scenes.

        The queries take turns in the languages `tongues`.
        """
        documents = [picture(self.rng, scene) for scene in scenes]
        chosen = self.rng.sample(range(len(scenes)), asked)
        queries = [
            text(caption(self.rng, scenes[at], exact=True, tongue=tongues[turn % len(tongues)]))
            for turn, at in enumerate(chosen)
        ]
        stored = self.embedder.embed(documents, DOCUMENT_INSTRUCTION).vectors
        asking = self.embedder.embed(queries, QUERY_INSTRUCTION).vectors
        recalled = (asking @ stored.T).argsort(1)[:, ::-1][:, :DEPTH]
        reranked = [
            self.reordered(query, [documents[at] for at in row], row)
            for query, row in zip(queries, recalled, strict=True)
        ]
        lines: list[Measure] = []
        for stage, rankings in (("recall", recalled), ("rerank", reranked)):
            found = [list(map(int, ranking)) for ranking in rankings]
            pairs = list(zip(found, chosen, strict=True))
            share = float(np.mean([gain(ranking, wanted) for ranking, wanted in pairs]))
            first = float(np.mean([ranking[0] == wanted for ranking, wanted in pairs]))
            lines += [
                Measure("nDCG@10", f"{name}, {stage}", asked, share),
                Measure("first of all", f"{name}, {stage}", asked, first),
            ]
        better = lines[2].share - lines[0].share
        return [*lines, Measure("nDCG@10", f"{name}, rerank − recall", asked, better)]

    def reordered(
        self, query: ModelInput, candidates: list[ModelInput], row: np.ndarray
    ) -> list[int]:
        """The candidates' places in the order of their scores."""
        scores = self.reranker.score(query, candidates, RERANK_INSTRUCTION).scores
        logits = np.array([score.logit if score else -np.inf for score in scores])
        return [int(row[at]) for at in (-logits).argsort(kind="stable")]

    def run(self, step: Step, asked: int = 60) -> list[Measure]:
        """Relations of pairs trained and never trained, shapes, names and headings."""
        step("both stages")
        others = [tongue for tongue in LANGUAGES if tongue != "en"]
        return [
            *self.compare("relations", self.relations(150, unseen=False), asked),
            *self.compare(
                "relations, pairs never trained", self.relations(150, unseen=True), asked
            ),
            *self.compare("colour, shape, count", self.shapes(150), asked),
            *self.compare("names in other languages", self.single_things(150), asked, others),
            *self.compare("headings never drawn", self.headings(100), asked),
        ]
