"""What a drawing shows, as plain data from which it is drawn, captioned, made subtly wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

from qwen3vl_app.demo.drawing import COLOURS, SHAPES
from qwen3vl_app.demo.names import Thing

CHARTS = ("bar", "line", "pie", "scatter", "table")
MOTIONS = ("left", "right", "up", "down", "grow", "appear")
COUNTS = (1, 2, 3, 4)

Alike = dict[str, list[int]]
"""Character of a thing -> places of the things that are most easily taken for it."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One drawable scene. `kind` says which of the other fields count.

    thing: `things` holds one. pair: two, the first left of (or, `stacked`, above) the second.
    shapes: `colour`, `shape`, `count`. chart: `chart` and one thing as its topic. page: one thing.
    clip: `motion`; one thing, or two for "appear" (the second comes after the first).
    """

    kind: str
    things: tuple[Thing, ...] = ()
    stacked: bool = False
    colour: str = ""
    shape: str = ""
    count: int = 0
    chart: str = ""
    motion: str = ""


def prototypes(scene: Scene) -> dict[str, float]:
    """Prototype name -> its share; the shares add up to 1."""
    things = [f"thing:{thing.glyph}" for thing in scene.things]
    if scene.kind == "shapes":
        return {f"shape:{scene.colour} {scene.shape}": 0.6, f"count:{scene.count}": 0.4}
    if scene.kind == "chart":
        return {f"chart:{scene.chart}": 0.7, things[0]: 0.3}
    if scene.kind == "clip":
        rest = {thing: 0.6 / len(things) for thing in things}
        return {f"motion:{scene.motion}": 0.4, **rest}
    return {thing: 1 / len(things) for thing in things}


def prototype_names(things: Sequence[Thing]) -> list[str]:
    """Every prototype there is, in a fixed order."""
    shapes = [f"shape:{colour} {shape}" for colour in COLOURS for shape in SHAPES]
    counts = [f"count:{count}" for count in COUNTS]
    charts = [f"chart:{chart}" for chart in CHARTS]
    motions = [f"motion:{motion}" for motion in MOTIONS]
    return [f"thing:{thing.glyph}" for thing in things] + shapes + counts + charts + motions


def random_scene(rng: Random, kind: str, things: Sequence[Thing]) -> Scene:
    """A scene of `kind`, everything else drawn by `rng`."""
    if kind == "pair":
        return Scene(kind, tuple(rng.sample(things, 2)), stacked=rng.random() < 0.4)
    if kind == "shapes":
        return Scene(
            kind,
            colour=rng.choice(list(COLOURS)),
            shape=rng.choice(SHAPES),
            count=rng.choice((1, 1, 2, 3, 4)),
        )
    if kind == "chart":
        return Scene(kind, (rng.choice(things),), chart=rng.choice(CHARTS))
    if kind == "clip":
        motion = rng.choice(MOTIONS)
        return Scene(
            kind, tuple(rng.sample(things, 2 if motion == "appear" else 1)), motion=motion
        )
    return Scene(kind, (rng.choice(things),))


def sibling(
    rng: Random, thing: Thing, things: Sequence[Thing], alike: Alike | None = None
) -> Thing:
    """Another thing: half of the time one that looks `alike`, else mostly of the same category."""
    if alike and rng.random() < 0.5:
        return things[rng.choice(alike[thing.glyph])]
    kin = [other for other in things if other.category == thing.category and other != thing]
    if kin and rng.random() < 0.7:
        return rng.choice(kin)
    return rng.choice([other for other in things if other != thing])


def with_wrong_thing(
    rng: Random, scene: Scene, things: Sequence[Thing], alike: Alike | None = None
) -> Scene:
    """The scene with one of its things replaced."""
    place = rng.randrange(len(scene.things))
    changed = list(scene.things)
    changed[place] = sibling(rng, changed[place], things, alike)
    return replace(scene, things=tuple(changed))


def mistakes(
    rng: Random, scene: Scene, things: Sequence[Thing], alike: Alike | None = None
) -> list[Scene]:
    """Two different scenes that are each wrong in one respect."""
    if scene.kind == "shapes":
        colour = rng.choice([name for name in COLOURS if name != scene.colour])
        shape = rng.choice([name for name in SHAPES if name != scene.shape])
        count = rng.choice([number for number in COUNTS if number != scene.count])
        options = [
            replace(scene, colour=colour),
            replace(scene, count=count),
            replace(scene, shape=shape),
        ]
        return rng.sample(options, 2)
    if scene.kind == "pair":
        swapped = replace(scene, things=scene.things[::-1])
        return [swapped, with_wrong_thing(rng, scene, things, alike)]
    if scene.kind == "chart":
        others = [replace(scene, chart=chart) for chart in CHARTS if chart != scene.chart]
        return rng.sample(others, 2)
    if scene.kind == "clip":
        if scene.motion == "appear":
            swapped = replace(scene, things=scene.things[::-1])
            return [swapped, with_wrong_thing(rng, scene, things, alike)]
        moving = [m for m in MOTIONS if m not in (scene.motion, "appear")]
        other = replace(scene, motion=rng.choice(moving))
        return [other, with_wrong_thing(rng, scene, things, alike)]
    first = with_wrong_thing(rng, scene, things, alike)
    second = first
    while second == first:
        second = with_wrong_thing(rng, scene, things, alike)
    return [first, second]
