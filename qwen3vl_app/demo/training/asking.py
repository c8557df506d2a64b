"""What is asked of documents, what a query claims, and whether a document answers it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

from qwen3vl_app.demo.world import phrases
from qwen3vl_app.demo.world.captions import (
    chart_caption,
    clip_caption,
    fill,
    name,
    pair_caption,
    shape_caption,
    thing_caption,
    title_caption,
)
from qwen3vl_app.demo.world.names import LANGUAGES, Thing
from qwen3vl_app.demo.world.scenes import Scene

ENGLISH = 0.3
"""Share of English among the queries that name things; the other languages share the rest."""

PART_ASKED = 0.12
"""How often a query names only one of the things of a pair or a clip."""

BOTH_ASKED = 0.3
"""How often it names both things of a pair without their relation."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A query in words and what it claims.

    claim: A scene that it describes. whole: Whether only that scene answers it; otherwise whatever
    shows all the things that it names.
    """

    text: str
    claim: Scene
    whole: bool = True


def tongue(rng: Random) -> str:
    """English in `ENGLISH` of the cases, else one of the others."""
    return "en" if rng.random() < ENGLISH else rng.choice(LANGUAGES[1:])


def words_of(thing: Thing) -> set[str]:
    """All names of a thing in all languages, in small letters."""
    return {each.lower() for names in thing.names.values() for each in names}


def answers(asked: Asked, scene: Scene) -> float:
    """1 if the scene answers the query, 0 if not, NaN if it might by another meaning of a word."""
    claim = asked.claim
    if asked.whole:
        if claim.kind == scene.kind == "chart":
            return float(claim.chart == scene.chart and claim.things in ((), scene.things))
        if claim.kind == scene.kind and claim.title:
            return float(claim.title == scene.title)
        return float(claim == scene)
    if set(claim.things) <= set(scene.things):
        return 1.0
    said = asked.text.lower()
    others = [thing for thing in scene.things if thing not in claim.things]
    words = {word for thing in others for word in words_of(thing)}
    unclear = said in words or any(len(word) > 2 and word in said for word in words)
    return float("nan") if unclear else 0.0


def ask(rng: Random, scene: Scene) -> Asked:  # noqa: PLR0911 - one for each kind
    """A query that the scene answers."""
    match scene.kind:
        case "shapes":
            return Asked(shape_caption(rng, scene, None), scene)
        case "titled" | "printed":
            return Asked(title_caption(rng, scene, exact=True), scene)
        case "chart":
            return chart_asked(rng, scene)
        case "pair" | "clip":
            if rng.random() < PART_ASKED:
                part = Scene("thing", (rng.choice(scene.things),))
                return Asked(thing_caption(rng, part, tongue(rng)), part, whole=False)
            if scene.kind == "clip":
                return Asked(clip_caption(rng, scene, None), scene)
            if rng.random() < BOTH_ASKED:
                return both_asked(rng, scene)
            return Asked(pair_caption(rng, scene, pair_tongue(rng), exact=True), scene)
    return Asked(thing_caption(rng, scene, tongue(rng)), scene, whole=False)


def pair_tongue(rng: Random) -> str:
    """Of relations: mostly English."""
    return "en" if rng.random() < 0.5 else tongue(rng)


def both_asked(rng: Random, scene: Scene) -> Asked:
    """The names of two things, in any order."""
    language = pair_tongue(rng)
    names = [name(rng, thing, language) for thing in rng.sample(scene.things, 2)]
    return Asked(
        fill(rng.choice(phrases.TWO[language]), *names), replace(scene, kind="both"), whole=False
    )


def chart_asked(rng: Random, scene: Scene) -> Asked:
    """The kind of chart, sometimes with its topic."""
    text = chart_caption(rng, scene, exact=True)
    if rng.random() < 0.3:
        return Asked(text, replace(scene, things=()))
    topic = name(rng, scene.things[0], "en")
    return Asked(f"{text} {rng.choice(('about', 'of', 'with'))} {topic}", scene)
