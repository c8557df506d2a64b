"""Measure a checkpoint pair on fresh drawings, through the program's own embedder and reranker."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random

import numpy as np

from qwen3vl_app.budget import Budget
from qwen3vl_app.demo.captions import caption, note, shape_words
from qwen3vl_app.demo.clips import draw_clip
from qwen3vl_app.demo.drawing import COLOURS, SHAPES
from qwen3vl_app.demo.names import LANGUAGES, Thing
from qwen3vl_app.demo.render import draw
from qwen3vl_app.demo.scenes import CHARTS, COUNTS, MOTIONS, Scene, sibling, with_wrong_thing
from qwen3vl_app.models.protocols import Embedder, Reranker
from qwen3vl_app.types import (
    DOCUMENT_INSTRUCTION,
    QUERY_INSTRUCTION,
    RERANK_INSTRUCTION,
    Clip,
    ModelInput,
    Vectors,
)

CANVASES = ((640, 480), (800, 800), (600, 800), (960, 540))
"""Sizes that pictures have before the program brings them to the budget."""

Step = Callable[[str], None]
"""Called with a line before each part."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One line of the report: what, over how many cases, and the share (0 to 1)."""

    group: str
    name: str
    cases: int
    share: float


def picture(rng: Random, scene: Scene) -> ModelInput:
    """A fresh drawing of the scene, at the size of a real file."""
    size = (595, 842) if scene.kind in ("page", "chart") else rng.choice(CANVASES)
    return ModelInput(pictures=(draw(rng, scene, size),))


def clip(rng: Random, scene: Scene, budget: Budget) -> ModelInput:
    """A fresh clip of the scene, its frames as the program would take them from a file."""
    seconds = rng.uniform(2.0, 6.0)
    count = min(budget.max_frames, int(seconds * budget.fps) // 2 * 2)
    times = tuple(seconds * index / max(1, count - 1) for index in range(count))
    frames = draw_clip(rng, scene, count, (640, 480))
    return ModelInput(clips=(Clip(frames=tuple(frames), seconds=times),))


def shown(rng: Random, scene: Scene, budget: Budget) -> ModelInput:
    """The scene as a picture, or as a clip if it is one."""
    return clip(rng, scene, budget) if scene.kind == "clip" else picture(rng, scene)


def text(words: str) -> ModelInput:
    """Words as an input."""
    return ModelInput(texts=(words,))


def ranks(queries: Vectors, documents: Vectors) -> np.ndarray:
    """(N,) rank of document i for query i, the best 0; ties count against it."""
    similarity = queries @ documents.T
    own = similarity.diagonal()[:, None]
    return np.asarray((similarity >= own).sum(1) - 1)


def recall_lines(group: str, name: str, places: np.ndarray) -> list[Measure]:
    """Recall at 1 and at 5."""
    return [
        Measure(group, f"{name}, first", len(places), float((places == 0).mean())),
        Measure(group, f"{name}, among five", len(places), float((places < 5).mean())),
    ]


def cut(vectors: Vectors, dimensions: int) -> Vectors:
    """Leading dimensions, renormalised."""
    part = vectors[:, :dimensions]
    shortened: Vectors = part / np.linalg.norm(part, axis=1, keepdims=True)
    return shortened


class RecallEvaluation:
    """Text, picture and clip search over fresh drawings."""

    def __init__(self, embedder: Embedder, things: Sequence[Thing], seed: int) -> None:
        self.embedder = embedder
        self.things = things
        self.rng = Random(seed)

    def documents(self, inputs: Sequence[ModelInput]) -> Vectors:
        return self.embedder.embed(inputs, DOCUMENT_INSTRUCTION).vectors

    def queries(self, words: Sequence[str]) -> Vectors:
        return self.embedder.embed([text(each) for each in words], QUERY_INSTRUCTION).vectors

    def single_things(self, count: int = 300) -> list[Measure]:
        """One thing per picture: by name in each language, by cut vectors, by another picture."""
        chosen = self.rng.sample(list(self.things), min(count, len(self.things)))
        scenes = [Scene("thing", (thing,)) for thing in chosen]
        pictures = self.documents([picture(self.rng, scene) for scene in scenes])
        lines = []
        for language in LANGUAGES:
            names = self.queries([thing.name(language) for thing in chosen])
            lines += recall_lines("name → picture", language, ranks(names, pictures))
        names = self.queries([thing.name() for thing in chosen])
        for dimensions in (64, 128):
            places = ranks(cut(names, dimensions), cut(pictures, dimensions))
            lines += recall_lines("name → picture", f"en, {dimensions} dimensions", places)
        again = self.embedder.embed(
            [picture(self.rng, scene) for scene in scenes], QUERY_INSTRUCTION
        ).vectors
        return lines + recall_lines("picture → picture", "same thing", ranks(again, pictures))

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
        pictures = self.documents([picture(self.rng, scene) for scene in scenes])
        return recall_lines(
            "words → picture", "colour, shape, count", ranks(self.queries(words), pictures)
        )

    def pages(self, count: int = 100) -> list[Measure]:
        """Pages by what they are about; charts by their kind."""
        chosen = self.rng.sample(list(self.things), count)
        pages = self.documents([picture(self.rng, Scene("page", (thing,))) for thing in chosen])
        words = self.queries([f"a page about {thing.name()}" for thing in chosen])
        lines = recall_lines("words → page", "topic", ranks(words, pages))
        charts = [
            Scene("chart", (thing,), chart=chart)
            for thing, chart in zip(chosen[:50], list(CHARTS) * 10, strict=True)
        ]
        drawn = self.documents([picture(self.rng, scene) for scene in charts])
        asked = self.queries(["bar chart", "line chart", "pie chart", "scatter plot", "table"])
        best = (asked @ drawn.T).argsort(1)[:, ::-1][:, :5]
        right = [charts[place].chart == CHARTS[row] for row in range(5) for place in best[row]]
        return [
            *lines,
            Measure("words → page", "kind of chart, first five", 25, float(np.mean(right))),
        ]

    def clips(self, count: int = 60) -> list[Measure]:
        """Clips by thing and motion."""
        chosen = self.rng.sample(list(self.things), count)
        scenes = [
            Scene("clip", (thing,), motion=MOTIONS[place % 5])
            for place, thing in enumerate(chosen)
        ]
        clips = self.documents([clip(self.rng, scene, self.embedder.budget) for scene in scenes])
        words = [caption(self.rng, scene, tongue="en") for scene in scenes]
        return recall_lines("words → clip", "thing and motion", ranks(self.queries(words), clips))

    def notes(self, count: int = 150) -> list[Measure]:
        """Notes by the thing that they are about, in words and by picture."""
        chosen = self.rng.sample(list(self.things), count)
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
        for part in (self.single_things, self.shapes, self.pages, self.clips, self.notes):
            step(part.__doc__ or part.__name__)
            lines += part()
        return lines


Change = Callable[[Random, Scene, Sequence[Thing]], Scene]


def other_colour(rng: Random, scene: Scene, _: Sequence[Thing]) -> Scene:
    """The scene in another colour."""
    return replace(scene, colour=rng.choice([each for each in COLOURS if each != scene.colour]))


def other_count(rng: Random, scene: Scene, _: Sequence[Thing]) -> Scene:
    """The scene with another number of shapes."""
    return replace(scene, count=rng.choice([each for each in COUNTS if each != scene.count]))


def other_shape(rng: Random, scene: Scene, _: Sequence[Thing]) -> Scene:
    """The scene with another shape."""
    return replace(scene, shape=rng.choice([each for each in SHAPES if each != scene.shape]))


def swapped(_: Random, scene: Scene, __: Sequence[Thing]) -> Scene:
    """The scene with its two things exchanged."""
    return replace(scene, things=scene.things[::-1])


def other_motion(rng: Random, scene: Scene, _: Sequence[Thing]) -> Scene:
    """The clip with another motion."""
    return replace(
        scene, motion=rng.choice([each for each in MOTIONS[:5] if each != scene.motion])
    )


def other_sibling(rng: Random, scene: Scene, things: Sequence[Thing]) -> Scene:
    """The scene about a thing of the same category."""
    return replace(scene, things=(sibling(rng, scene.things[0], things),))


CHANGES: tuple[tuple[str, str, Change], ...] = (
    ("shapes", "wrong colour", other_colour),
    ("shapes", "wrong count", other_count),
    ("shapes", "wrong shape", other_shape),
    ("side", "sides swapped", swapped),
    ("stack", "above and below swapped", swapped),
    ("side", "one wrong thing of two", with_wrong_thing),
    ("thing", "another thing of its kind", other_sibling),
    ("clip", "wrong motion", other_motion),
)


class RerankEvaluation:
    """True against subtly wrong descriptions, and matching against unrelated documents."""

    def __init__(self, reranker: Reranker, things: Sequence[Thing], seed: int) -> None:
        self.reranker = reranker
        self.things = things
        self.rng = Random(seed)

    def scene(self, kind: str) -> Scene:
        """A random scene; "side" and "stack" are pairs."""
        pair = tuple(self.rng.sample(list(self.things), 2))
        if kind in ("side", "stack"):
            return Scene("pair", pair, stacked=kind == "stack")
        if kind == "shapes":
            return Scene(
                kind,
                colour=self.rng.choice(list(COLOURS)),
                shape=self.rng.choice(SHAPES),
                count=self.rng.choice(COUNTS),
            )
        return Scene(kind, pair[:1], motion=self.rng.choice(MOTIONS[:5]) if kind == "clip" else "")

    def chance(self, query: ModelInput, document: ModelInput) -> float:
        """The relevance of one document."""
        score = self.reranker.score(query, [document], RERANK_INSTRUCTION).scores[0]
        return score.relevance if score else 0.0

    def subtle(self, kind: str, change: Change, cases: int) -> float:
        """How often the true words beat the wrong ones for the same picture or clip."""
        right = 0
        for _ in range(cases):
            scene = self.scene(kind)
            document = shown(self.rng, scene, self.reranker.budget)
            wrong = change(self.rng, scene, self.things)
            true_words = caption(self.rng, scene, exact=True, tongue="en")
            wrong_words = caption(self.rng, wrong, exact=True, tongue="en")
            right += self.chance(text(true_words), document) > self.chance(
                text(wrong_words), document
            )
        return right / cases

    def plain(self, form: str, cases: int) -> tuple[float, float, float]:
        """Shares: matching documents over 0.5, unrelated ones over 0.5, the matching one ahead."""
        yes, no, ahead = 0, 0, 0
        for _ in range(cases):
            first, second = (self.scene("clip" if form == "clip" else "thing") for _ in range(2))
            query = text(first.things[0].name())
            if form == "note":
                documents = [text(note(self.rng, each.things, "en")) for each in (first, second)]
            else:
                kind = "page" if form == "page" else first.kind
                documents = [
                    shown(self.rng, replace(each, kind=kind), self.reranker.budget)
                    for each in (first, second)
                ]
            matching, unrelated = (self.chance(query, document) for document in documents)
            yes += matching > 0.5
            no += unrelated > 0.5
            ahead += matching > unrelated
        return yes / cases, no / cases, ahead / cases

    def run(self, step: Step, cases: int = 100) -> list[Measure]:
        """Everything above."""
        lines = []
        for kind, name, change in CHANGES:
            step(name)
            lines.append(
                Measure("true before wrong", name, cases, self.subtle(kind, change, cases))
            )
        for form in ("picture", "page", "clip", "note"):
            step(f"unrelated {form}")
            yes, no, ahead = self.plain(form, cases)
            lines += [
                Measure("relevance over 0.5", f"matching {form}", cases, yes),
                Measure("relevance over 0.5", f"unrelated {form}", cases, no),
                Measure("matching before unrelated", form, cases, ahead),
            ]
        return lines


def table(lines: Sequence[Measure]) -> str:
    """The measures as a Markdown table."""
    head = "| what | of | cases | share |\n| --- | --- | ---: | ---: |\n"
    rows = (f"| {line.group} | {line.name} | {line.cases} | {line.share:.2f} |" for line in lines)
    return head + "\n".join(rows) + "\n"
