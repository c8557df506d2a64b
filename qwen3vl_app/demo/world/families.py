"""Families of scenes that are easily taken for one another, as recall's candidates are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random

from qwen3vl_app.demo.world.names import Thing
from qwen3vl_app.demo.world.scenes import (
    CHARTS,
    COUNTS,
    MOTIONS,
    Alike,
    Scene,
    random_scene,
    random_title,
    with_wrong_thing,
    wrong_shapes,
)
from qwen3vl_app.demo.world.spelling import grams

FAMILY = 6
"""Scenes that stand together; relations have so many: four ways and two wrong things."""

FOREIGN = 4
"""Queries of other families that each document is asked, where there are so many families."""

LOOKED_ALIKE = 0.75
"""How often the other things of a family are those that recall takes for the first one."""

TITLES = 150
"""Of so many headings those with the most letters in common make a family."""

MADE_UP = 0.55
"""How often these have a word that does not exist: the reranker has to read as well."""

EASY_SIDES = 60
"""Pairs are drawn from so many things at first, so that sides are learned before names..."""

SIDES_GROWTH = 1.5
"""...and from this many more with each step."""


def foreign_families(documents: int) -> int:
    """How many other families' queries each of so many documents is asked."""
    return min(FOREIGN, documents // FAMILY - 1)


def confused(rng: Random, thing: Thing, things: Sequence[Thing], alike: Alike | None) -> Thing:
    """Another thing, mostly one that recall takes for this one, or one of the same category."""
    chance = rng.random()
    if alike and chance < LOOKED_ALIKE:
        return things[rng.choice(alike[thing.glyph])]
    kin = [other for other in things if other.category == thing.category and other != thing]
    if kin and chance < 0.9:
        return rng.choice(kin)
    return rng.choice([other for other in things if other != thing])


def several_things(
    rng: Random, things: Sequence[Thing], alike: Alike | None, count: int = FAMILY
) -> list[Thing]:
    """A thing and others that are easily taken for it or for one another."""
    found = [rng.choice(things)]
    while len(found) < count:
        other = confused(rng, rng.choice(found[:2]), things, alike)
        if other not in found:
            found.append(other)
    return found


def similar_titles(rng: Random) -> list[str]:
    """Headings with many letters in common."""
    first = random_title(rng, made_up=MADE_UP)
    titles = {random_title(rng, made_up=MADE_UP) for _ in range(TITLES)} - {first}
    wanted = grams(first)

    def distance(title: str) -> float:
        found = grams(title)
        return -len(found & wanted) / len(found | wanted)

    near = sorted(sorted(titles), key=distance)
    return [first, *near[: FAMILY // 2], *rng.sample(near[FAMILY:], FAMILY - 1 - FAMILY // 2)]


def family(
    rng: Random, kind: str, things: Sequence[Thing], alike: Alike | None, step: int
) -> list[Scene]:
    """`FAMILY` scenes of one kind that are easily taken for one another."""
    match kind:
        case "pair":
            pool = int(EASY_SIDES + SIDES_GROWTH * step)
            easy = pool < len(things) and rng.random() < 0.7
            first = random_scene(
                rng, kind, things[:: max(1, len(things) // pool)] if easy else things
            )
            ways = [first, replace(first, stacked=not first.stacked)]
            ways += [replace(way, things=way.things[::-1]) for way in ways]
            return [*ways, *(with_wrong_thing(rng, way, things, alike) for way in ways[:2])]
        case "shapes":
            return similar_shapes(rng)
        case "titled" | "printed":
            often = 0.5 if kind == "titled" else 1.0
            pictured = [
                (rng.choice(things),) if rng.random() < often else () for _ in range(FAMILY)
            ]
            titles = similar_titles(rng)
            return [
                Scene(kind, shown, title=title)
                for shown, title in zip(pictured, titles, strict=True)
            ]
        case "chart":
            topics = several_things(rng, things, alike, 3)
            kinds = rng.sample(CHARTS, 3)
            numbers = ((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (2, 0))
            return [Scene(kind, (topics[of],), chart=kinds[at]) for of, at in numbers]
        case "clip":
            return similar_clips(rng, things, alike)
    return [Scene(kind, (thing,)) for thing in several_things(rng, things, alike)]


def similar_shapes(rng: Random) -> list[Scene]:
    """One scene of shapes and five that differ from it, most in one respect."""
    first = random_scene(rng, "shapes", ())
    first = replace(first, count=rng.choice(COUNTS))
    found = [first]
    respects = ["count", "count", "shape", "shape", "colour"]
    while len(found) < FAMILY:
        base = first if rng.random() < 0.8 else rng.choice(found)
        other = wrong_shapes(rng, base, respects[len(found) - 1])
        if other not in found:
            found.append(other)
    return found


def similar_clips(rng: Random, things: Sequence[Thing], alike: Alike | None) -> list[Scene]:
    """Every motion of one thing but one, and another thing that moves as it does."""
    first, second = several_things(rng, things, alike, 2)
    motions = rng.sample(MOTIONS, FAMILY - 1)
    scenes = [
        Scene("clip", (first, second) if motion == "appear" else (first,), motion=motion)
        for motion in motions
    ]
    moving = [scene for scene in scenes if scene.motion != "appear"]
    return [*scenes, replace(rng.choice(moving), things=(second,))]
