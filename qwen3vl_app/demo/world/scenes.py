"""What a drawing shows, as plain data from which it is drawn, captioned, made subtly wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

from qwen3vl_app.demo.world.drawing import COLOURS, SHAPES
from qwen3vl_app.demo.world.names import Thing, heading_words, held_out

CHARTS = ("bar", "line", "pie", "scatter", "table")
MOTIONS = ("left", "right", "up", "down", "grow", "appear")
COUNTS = (1, 2, 3, 4)
FULL_PAGE = 24
"""More words than fit on a page, as large as headings."""


Alike = dict[str, list[int]]
"""Character of a thing -> places of the things that are most easily taken for it."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One drawable scene. `kind` says which of the other fields count.

    thing: `things` holds one. pair: two, the first left of (or, `stacked`, above) the second.
    shapes: `colour`, `shape`, `count`. chart: `chart` and one thing as its topic. page: one thing.
    clip: `motion`; one thing, or two for "appear" (the second comes after the first). titled: a
    page with `title` as its heading; the thing pictured, if any, has nothing to do with it.
    printed: likewise, as text processors set it. word:
    the `title` alone. letters: as many words of the `title` as a page holds.
    """

    kind: str
    things: tuple[Thing, ...] = ()
    stacked: bool = False
    colour: str = ""
    shape: str = ""
    count: int = 0
    chart: str = ""
    motion: str = ""
    title: str = ""


def prototypes(scene: Scene) -> dict[str, float]:
    """Prototype name -> its share; the shares of one group (the part before ":") add up to 1."""
    if scene.title:
        return {}
    if scene.kind == "shapes":
        of_shapes = (f"colour:{scene.colour}", f"shape:{scene.shape}", f"count:{scene.count}")
        return dict.fromkeys(of_shapes, 1.0)
    found = {f"thing:{thing.glyph}": 1 / len(scene.things) for thing in scene.things}
    if scene.chart:
        found[f"chart:{scene.chart}"] = 1.0
    if scene.motion:
        found[f"motion:{scene.motion}"] = 1.0
    return found


def prototype_names(things: Sequence[Thing]) -> list[str]:
    """Every prototype there is, group by group, in a fixed order."""
    groups: dict[str, Sequence[object]] = {
        "thing": [thing.glyph for thing in things],
        "colour": list(COLOURS),
        "shape": SHAPES,
        "count": COUNTS,
        "chart": CHARTS,
        "motion": MOTIONS,
    }
    return [f"{group}:{name}" for group, names in groups.items() for name in names]


def kept_apart(first: Thing, second: Thing) -> bool:
    """Whether training never shows these two together, so that they can be measured."""
    return held_out(*sorted((first.glyph, second.glyph)))


def random_pair(
    rng: Random, things: Sequence[Thing], *, unseen: bool = False
) -> tuple[Thing, Thing]:
    """Two things that training shows together or, with `unseen`, never does."""
    while True:
        first, second = rng.sample(things, 2)
        if kept_apart(first, second) == unseen:
            return first, second


def random_title(rng: Random, *, unseen: bool = False, made_up: float = 0.33) -> str:
    """One or two capitalised words; in training some, `made_up` of all, are of halves of others.

    Made-up words cannot be known by sight: they have to be read.
    """
    words = heading_words(unseen=unseen)
    chosen = rng.sample(words, 2 if rng.random() < 0.25 else 1)
    if not unseen and rng.random() < made_up:
        head, tail = rng.sample(words, 2)
        chosen[0] = head[: max(2, len(head) // 2)] + tail[len(tail) // 2 :]
    return " ".join(chosen).capitalize()


def random_scene(  # noqa: PLR0911 - one for each kind
    rng: Random, kind: str, things: Sequence[Thing]
) -> Scene:
    """A scene of `kind`, everything else drawn by `rng`."""
    if kind == "pair":
        return Scene(kind, random_pair(rng, things), stacked=rng.random() < 0.4)
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
        shown = random_pair(rng, things) if motion == "appear" else (rng.choice(things),)
        return Scene(kind, shown, motion=motion)
    if kind == "word":
        return Scene(kind, title=random_title(rng))
    if kind == "letters":
        return Scene(kind, title=" ".join(random_title(rng) for _ in range(FULL_PAGE)))
    if kind == "titled":
        pictured = (rng.choice(things),) if rng.random() < 0.5 else ()
        return Scene(kind, pictured, title=random_title(rng))
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


def wrong_shapes(rng: Random, scene: Scene, respect: str) -> Scene:
    """The scene with another colour, shape or count."""
    if respect == "count":
        return replace(scene, count=rng.choice([each for each in COUNTS if each != scene.count]))
    if respect == "shape":
        return replace(scene, shape=rng.choice([each for each in SHAPES if each != scene.shape]))
    return replace(scene, colour=rng.choice([each for each in COLOURS if each != scene.colour]))
