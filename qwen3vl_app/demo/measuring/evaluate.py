"""Measure an embedder on fresh drawings, through the program's own."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import numpy as np

from qwen3vl_app.demo.measuring.measures import (
    Measure,
    Step,
    clip,
    cut,
    picture,
    ranks,
    recall_lines,
    text,
)
from qwen3vl_app.demo.world.captions import caption, fill, note, shape_words
from qwen3vl_app.demo.world.drawing import COLOURS, SHAPES
from qwen3vl_app.demo.world.names import LANGUAGES, Thing
from qwen3vl_app.demo.world.scenes import (
    CHARTS,
    COUNTS,
    MOTIONS,
    Scene,
    random_pair,
    random_title,
)
from qwen3vl_app.models.service.protocol import Embedder
from qwen3vl_app.types import DOCUMENT_INSTRUCTION, QUERY_INSTRUCTION, ModelInput, Vectors


def as_int8(vectors: Vectors) -> Vectors:
    """What 8 bits per dimension keep, by one scale for all."""
    scale = np.abs(vectors).max() / 127
    kept: Vectors = (np.round(vectors / scale) * scale).astype(np.float32)
    return kept


def as_signs(vectors: Vectors) -> Vectors:
    """What 1 bit per dimension keeps."""
    kept: Vectors = np.sign(vectors).astype(np.float32)
    return kept / np.float32(np.sqrt(vectors.shape[1]))


def others(lines: Sequence[Measure]) -> list[Measure]:
    """The means of all lines that are not of English."""
    means = []
    for ending in ("first", "among five"):
        found = [
            line for line in lines if line.name.endswith(ending) and not line.name.startswith("en")
        ]
        share = float(np.mean([line.share for line in found]))
        cases = sum(line.cases for line in found)
        means.append(
            Measure(found[0].group, f"mean of the other languages, {ending}", cases, share)
        )
    return means


class RecallEvaluation:
    """Text, picture and clip search over fresh drawings."""

    def __init__(self, embedder: Embedder, things: Sequence[Thing], seed: int) -> None:
        self.embedder = embedder
        self.things = list(things)
        self.rng = Random(seed)

    def documents(self, inputs: Sequence[ModelInput]) -> Vectors:
        return self.embedder.embed(inputs, DOCUMENT_INSTRUCTION).vectors

    def queries(self, words: Sequence[str]) -> Vectors:
        return self.embedder.embed([text(each) for each in words], QUERY_INSTRUCTION).vectors

    def pictures(self, scenes: Sequence[Scene]) -> Vectors:
        """Vectors of one fresh drawing each."""
        return self.documents([picture(self.rng, scene) for scene in scenes])

    def single_things(self, count: int = 500) -> list[Measure]:
        """One thing per picture: by name in each language, by shortened vectors, by picture."""
        chosen = self.rng.sample(self.things, min(count, len(self.things)))
        scenes = [Scene("thing", (thing,)) for thing in chosen]
        pictures = self.pictures(scenes)
        lines = []
        for language in LANGUAGES:
            names = self.queries([thing.name(language) for thing in chosen])
            lines += recall_lines("name → picture", language, ranks(names, pictures))
        lines += others(lines)
        names = self.queries([thing.name() for thing in chosen])
        for dimensions in (64, 128):
            places = ranks(cut(names, dimensions), cut(pictures, dimensions))
            lines += recall_lines("name → picture", f"en, {dimensions} dimensions", places)
        for name, stored in (("int8", as_int8(pictures)), ("1 bit", as_signs(pictures))):
            lines += recall_lines("name → picture", f"en, {name} vectors", ranks(names, stored))
        again = self.embedder.embed(
            [picture(self.rng, scene) for scene in scenes], QUERY_INSTRUCTION
        ).vectors
        return lines + recall_lines("picture → picture", "same thing", ranks(again, pictures))

    def keywords(self, count: int = 500) -> list[Measure]:
        """Keywords beside the main name: those of training, and those that it never used."""
        pictures = self.pictures([Scene("thing", (thing,)) for thing in self.things])
        lines = []
        for name in ("trained", "never trained"):
            pairs = [
                (place, word)
                for place, thing in enumerate(self.things)
                for tongue in LANGUAGES
                for word in (
                    thing.names.get(tongue, ())[1:]
                    if name == "trained"
                    else thing.unseen.get(tongue, ())
                )
            ]
            asked = self.rng.sample(pairs, min(count, len(pairs)))
            found = self.queries([word for _, word in asked]) @ pictures.T
            own = found[np.arange(len(asked)), [place for place, _ in asked]][:, None]
            lines += recall_lines("keyword → picture", name, (found >= own).sum(1) - 1)
        return lines

    def pairs(self, count: int = 150) -> list[Measure]:
        """Two things, by both names: pairs drawn together in training, and pairs never so."""
        lines = []
        for name, unseen in (("pairs of training", False), ("pairs never trained", True)):
            chosen = [random_pair(self.rng, self.things, unseen=unseen) for _ in range(count)]
            pictures = self.pictures([Scene("pair", pair) for pair in chosen])
            words = [fill("a {} and a {}", *(thing.name() for thing in pair)) for pair in chosen]
            lines += recall_lines("names → picture", name, ranks(self.queries(words), pictures))
        return lines

    def shapes(self, count: int = 150) -> list[Measure]:
        """Colour, shape and count, each combination once."""
        every = [
            Scene("shapes", colour=colour, shape=shape, count=number)
            for colour in COLOURS
            for shape in SHAPES
            for number in COUNTS
        ]
        scenes = self.rng.sample(every, count)
        words = [shape_words("en", scene.colour, scene.shape, scene.count) for scene in scenes]
        places = ranks(self.queries(words), self.pictures(scenes))
        return recall_lines("words → picture", "colour, shape, count", places)

    def pages(self, count: int = 100) -> list[Measure]:
        """Pages by what they picture; charts by their kind."""
        chosen = self.rng.sample(self.things, count)
        pages = self.pictures([Scene("page", (thing,)) for thing in chosen])
        words = self.queries([f"a page about {thing.name()}" for thing in chosen])
        charts = [
            Scene("chart", (thing,), chart=chart)
            for thing, chart in zip(chosen[:50], list(CHARTS) * 10, strict=True)
        ]
        drawn = self.pictures(charts)
        asked = self.queries(["bar chart", "line chart", "pie chart", "scatter plot", "table"])
        best = (asked @ drawn.T).argsort(1)[:, ::-1][:, :5]
        right = [charts[place].chart == CHARTS[row] for row in range(5) for place in best[row]]
        return [
            *recall_lines("words → page", "topic", ranks(words, pages)),
            Measure("words → page", "kind of chart, first five", 25, float(np.mean(right))),
        ]

    def headings(self, count: int = 100) -> list[Measure]:
        """Pages by their heading alone, in words drawn in training and in words never drawn."""
        lines = []
        for name, unseen in (("heading", False), ("heading never drawn", True)):
            titles: set[str] = set()
            while len(titles) < count:
                titles.add(random_title(self.rng, unseen=unseen))
            ordered = sorted(titles)
            pages = self.pictures([Scene("titled", title=title) for title in ordered])
            words = self.queries([title.lower() for title in ordered])
            lines += recall_lines("words → page", name, ranks(words, pages))
        return lines

    def clips(self, count: int = 60) -> list[Measure]:
        """Clips by thing and motion, and by motion among clips of the same thing."""
        budget, motions = self.embedder.budget, MOTIONS[:5]
        chosen = self.rng.sample(self.things, count)
        scenes = [
            Scene("clip", (thing,), motion=motions[place % 5])
            for place, thing in enumerate(chosen)
        ]
        clips = self.documents([clip(self.rng, scene, budget) for scene in scenes])
        words = self.queries([caption(self.rng, scene, tongue="en") for scene in scenes])
        right = 0
        for thing in chosen[:20]:
            moving = [Scene("clip", (thing,), motion=motion) for motion in motions]
            drawn = self.documents([clip(self.rng, scene, budget) for scene in moving])
            asked = self.queries([caption(self.rng, scene, tongue="en") for scene in moving])
            right += int((ranks(asked, drawn) == 0).sum())
        return [
            *recall_lines("words → clip", "thing and motion", ranks(words, clips)),
            Measure("words → clip", "motion, among five of one thing", 100, right / 100),
        ]

    def notes(self, count: int = 150) -> list[Measure]:
        """Notes by the thing that they are about, in words and by picture."""
        chosen = self.rng.sample(self.things, count)
        notes = self.documents([text(note(self.rng, [thing], "en")) for thing in chosen])
        words = self.queries([thing.name() for thing in chosen])
        pictures = self.embedder.embed(
            [picture(self.rng, Scene("thing", (thing,))) for thing in chosen], QUERY_INSTRUCTION
        ).vectors
        return [
            *recall_lines("name → note", "en", ranks(words, notes)),
            *recall_lines("picture → note", "en", ranks(pictures, notes)),
        ]

    def run(self, step: Step) -> list[Measure]:
        """Everything above."""
        lines = []
        for part in (
            self.single_things,
            self.keywords,
            self.pairs,
            self.shapes,
            self.pages,
            self.headings,
            self.clips,
            self.notes,
        ):
            step(part.__doc__ or part.__name__)
            lines += part()
        return lines
