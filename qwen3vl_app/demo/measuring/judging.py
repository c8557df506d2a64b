"""Measure a reranker on fresh drawings, through the program's own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random

from qwen3vl_app.demo.measuring.measures import Measure, Step, shown, text
from qwen3vl_app.demo.world.captions import caption, note
from qwen3vl_app.demo.world.drawing import COLOURS, SHAPES
from qwen3vl_app.demo.world.names import Thing
from qwen3vl_app.demo.world.scenes import (
    COUNTS,
    MOTIONS,
    Scene,
    random_pair,
    sibling,
    with_wrong_thing,
    wrong_shapes,
)
from qwen3vl_app.models.service.protocol import Reranker
from qwen3vl_app.types import RERANK_INSTRUCTION, ModelInput

Change = Callable[[Random, Scene, Sequence[Thing]], Scene]


def other(respect: str) -> Change:
    """The change of shapes in one respect: their colour, count or shape."""
    return lambda rng, scene, _: wrong_shapes(rng, scene, respect)


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
    ("shapes", "wrong colour", other("colour")),
    ("shapes", "wrong count", other("count")),
    ("shapes", "wrong shape", other("shape")),
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
        """A random scene; "side" and "stack" are pairs never drawn in training."""
        pair = random_pair(self.rng, self.things, unseen=True)
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
