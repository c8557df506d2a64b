"""Reranker batches: documents, each with a true query and three wrong ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

import numpy as np

from qwen3vl_app.demo.batches import Spots, named, show
from qwen3vl_app.demo.captions import caption, note
from qwen3vl_app.demo.grounding import Grounds, Judged, Naming, grounds_of, names_in
from qwen3vl_app.demo.inputs import Shown, pixels
from qwen3vl_app.demo.names import Thing, load_things
from qwen3vl_app.demo.render import draw
from qwen3vl_app.demo.scenes import (
    Alike,
    Scene,
    mistakes,
    random_scene,
    with_wrong_thing,
    wrong_shapes,
)
from qwen3vl_app.demo.sizes import random_frame

FORMS = {
    "picture": 0.69,
    "page": 0.07,
    "clip": 0.1,
    "note": 0.06,
    "alike": 0.05,
    "noted": 0.02,
    "moving": 0.01,
}
"""What the documents are, and how often. alike: pictures asked for by pictures; noted: notes asked
for by pictures; moving: clips asked for by clips."""

KINDS = {"pair": 0.45, "shapes": 0.25, "thing": 0.3}
"""What pictures as documents show, and how often; relations need the most practice."""

SWAPPED = 0.65
"""How often a wrong query of a pair only has its sides swapped."""

TURNED = 0.15
"""How often it says "above" where it should say "left of", or the other way round."""

RESPECTS = {"count": 0.45, "shape": 0.4, "colour": 0.15}
"""In what a wrong query of shapes is wrong, and how often; colours are learned at once."""

PART_ASKED = {"pair": 0.15, "clip": 0.3}
"""How often the true query names only one of the things that are there."""

QUERIES = 4
"""Per document: the true one, two hard ones, one about something else."""

NAMES = 96
"""Names that a step learns as queries without a document; in all languages there are 30,000."""

EASY_SIDES = 40
"""Pairs are drawn from so many things at first, so that sides are learned before names..."""

SIDES_GROWTH = 1.0
"""...and from this many more with each step."""


@dataclass(frozen=True, slots=True)
class Judgements:
    """N documents with `QUERIES` queries each, the true one first.

    shown: pixels (segments, 1 or 2, height, width, 3) or None. seen_by: for each of the
    N · QUERIES rows the segments it looks at, in order (all rows equally many). queries:
    N · QUERIES user contents; documents: N. grounds: what has to be noticed, or None. names:
    further queries, and what each means (`grounds_of` numbers the things).
    """

    shown: np.ndarray | None
    grid: tuple[int, int] | None
    seen_by: np.ndarray | None
    queries: tuple[str, ...]
    documents: tuple[str, ...]
    grounds: Grounds | None = None
    names: tuple[str, ...] = ()
    meant: tuple[Naming, ...] = ()


def other_scene(rng: Random, scene: Scene, things: Sequence[Thing]) -> Scene:
    """A scene of any picture kind about other things."""
    kind = rng.choice(("thing", "thing", "pair", "shapes", scene.kind))
    for _ in range(20):
        found = random_scene(rng, kind, things)
        alike = found.shape and (found.shape, found.colour) == (scene.shape, scene.colour)
        if not alike and not set(found.things) & set(scene.things):
            return found
    return Scene("thing", (next(thing for thing in things if thing not in scene.things),))


def hard_ones(
    rng: Random, scene: Scene, things: Sequence[Thing], alike: Alike | None
) -> list[Scene]:
    """`mistakes`, with those that are slow to learn in the shares given above."""
    wrong = mistakes(rng, scene, things, alike)
    if scene.kind == "pair" and rng.random() < TURNED:
        wrong[0] = replace(scene, stacked=not scene.stacked)
    elif scene.kind == "pair" and rng.random() > SWAPPED:
        while wrong[0] in (wrong[1], scene) or set(wrong[0].things) == set(scene.things):
            wrong[0] = with_wrong_thing(rng, scene, things, alike)
    if scene.kind == "shapes":
        wrong = [wrong_shapes(rng, scene, respect) for respect in respects(rng)]
    return wrong


def respects(rng: Random) -> list[str]:
    """Two different respects in which shapes are wrong, the harder ones more often."""
    first = rng.choices(list(RESPECTS), list(RESPECTS.values()))[0]
    rest = {name: share for name, share in RESPECTS.items() if name != first}
    return [first, rng.choices(list(rest), list(rest.values()))[0]]


def asked(rng: Random, scene: Scene, things: Sequence[Thing], alike: Alike | None) -> list[Scene]:
    """The scenes that the queries of one document describe: true, two wrong, one far off."""
    true = scene
    if scene.kind in ("pair", "clip") and rng.random() < PART_ASKED[scene.kind]:
        true = Scene("thing", (rng.choice(scene.things),))
    wrong = hard_ones(rng, scene, things, alike)
    if true is not scene:
        wrong = [Scene("thing", (other_thing(rng, scene, things),)), wrong[-1]]
    elif scene.kind == "thing" and rng.random() < 0.2:
        wrong[0] = Scene("pair", (scene.things[0], other_thing(rng, scene, things)))
    return [true, *wrong, other_scene(rng, scene, things)]


def other_thing(rng: Random, scene: Scene, things: Sequence[Thing]) -> Thing:
    """A thing that the scene lacks."""
    return rng.choice([thing for thing in things if thing not in scene.things])


def judged_scene(rng: Random, form: str, step: int, things: Sequence[Thing]) -> Scene:
    """What a document of this form shows."""
    if form == "clip":
        return random_scene(rng, "clip", things)
    if form == "page":
        return random_scene(rng, rng.choice(("page", "chart", "titled")), things)
    kind = rng.choices(list(KINDS), list(KINDS.values()))[0]
    pool = int(EASY_SIDES + SIDES_GROWTH * step)
    if kind == "pair" and pool < len(things) and rng.random() < 0.75:
        return random_scene(rng, kind, things[:: max(1, len(things) // pool)])
    return random_scene(rng, kind, things)


def judgements(
    seed: int,
    base: int,
    size: int,
    limit: int | None,
    alike: Alike | None = None,
) -> Judgements:
    """The batch of step `seed - base`; `alike` makes wrong things harder to tell."""
    rng = Random(seed)
    things = load_things(limit)
    form = rng.choices(list(FORMS), list(FORMS.values()))[0]
    if form in ("alike", "noted"):
        return picture_queries(rng, things, size // 2, alike, noted=form == "noted")
    if form == "moving":
        return clip_queries(rng, things, max(2, size // 4))
    count = size // 2 if form == "clip" else size
    scenes = [judged_scene(rng, form, seed - base, things) for _ in range(count)]
    if form == "note":
        scenes = [random_scene(rng, rng.choice(("thing", "pair")), things) for _ in scenes]
    if form == "note":
        return note_judgements(rng, scenes, things, alike)
    asking = [asked(rng, scene, things, alike) for scene in scenes]
    queries = [caption(rng, each, exact=True) for group in asking for each in group]
    spots: list[Spots] = []
    shown, places = show(rng, scenes, form, spots)
    per = len(shown) // count
    rows = np.arange(len(shown)).reshape(count, per).repeat(QUERIES, axis=0)
    grounds = None
    names: tuple[str, ...] = ()
    meant: tuple[Naming, ...] = ()
    if form != "page":  # pages are known by their layout and heading: nothing to point at
        judged = [
            Judged(scene, placed, group, queries[at * QUERIES : (at + 1) * QUERIES])
            for at, (scene, group, placed) in enumerate(zip(scenes, asking, spots, strict=True))
        ]
        numbers = {thing.glyph: place for place, thing in enumerate(things)}
        grounds = grounds_of(judged, places[0].grid, numbers)
        names, meant = further_names(rng, things, numbers)
    return Judgements(
        shown,
        places[0].grid,
        rows,
        tuple(queries),
        tuple(place.text() for place in places),
        grounds,
        names,
        meant,
    )


def further_names(
    rng: Random, things: Sequence[Thing], numbers: dict[str, int]
) -> tuple[tuple[str, ...], tuple[Naming, ...]]:
    """Queries for any things in any language, and where each names its thing."""
    chosen = [rng.choice(things) for _ in range(NAMES)]
    texts = [named(rng, thing)[0] for thing in chosen]
    meant = [
        (row, end, numbers[thing.glyph])
        for row, (text, thing) in enumerate(zip(texts, chosen, strict=True))
        for _, end, _ in names_in(text, Scene("thing", (thing,)))
    ]
    return tuple(texts), tuple(meant)


def note_judgements(
    rng: Random, scenes: list[Scene], things: Sequence[Thing], alike: Alike | None
) -> Judgements:
    """Notes with queries that name their things, or others."""
    queries, notes = [], []
    for scene in scenes:
        plain = replace(scene, kind="thing") if len(scene.things) == 1 else scene
        true = Scene("thing", (rng.choice(plain.things),))
        wrong = mistakes(rng, true, things, alike)
        wrong = [each for each in wrong if each.things[0] not in plain.things] + [
            Scene("thing", (other_thing(rng, plain, things),)) for _ in range(2)
        ]
        far = other_scene(rng, plain, things)
        queries += [caption(rng, asking) for asking in (true, *wrong[:2], far)]
        notes.append(note(rng, scene.things))
    return Judgements(None, None, None, tuple(queries), tuple(notes))


def picture_queries(
    rng: Random, things: Sequence[Thing], size: int, alike: Alike | None, *, noted: bool
) -> Judgements:
    """Queries are pictures; documents are pictures of the same scene, or notes about it."""
    frame = random_frame(rng, "picture")
    place = Shown(frame.grid).text()
    drawn: list[np.ndarray] = []
    rows: list[list[int]] = []
    documents = []
    for _ in range(size):
        kinds = ("thing", "thing") if noted else ("thing", "thing", "shapes", "pair")
        scene = random_scene(rng, rng.choice(kinds), things)
        scenes = [scene, *mistakes(rng, scene, things, alike), other_scene(rng, scene, things)]
        first = len(drawn)
        drawn += [pixels(draw(rng, each, frame.canvas), frame.shown) for each in scenes]
        if noted:
            rows += [[first + index] for index in range(QUERIES)]
            documents.append(note(rng, scene.things))
        else:
            rows += [[first + index, len(drawn)] for index in range(QUERIES)]
            if scene.kind == "thing" and rng.random() < 0.25:
                scene = replace(scene, kind="page")
            drawn.append(pixels(draw(rng, scene, frame.canvas), frame.shown))
            documents.append(place)
    return Judgements(
        np.stack(drawn)[:, None],
        frame.grid,
        np.array(rows),
        (place,) * len(rows),
        tuple(documents),
    )


def clip_queries(rng: Random, things: Sequence[Thing], size: int) -> Judgements:
    """Queries are clips; documents are clips of the same scene, drawn anew."""
    scenes = []
    for _ in range(size):
        scene = random_scene(rng, "clip", things)
        far = random_scene(rng, "clip", things)
        scenes += [scene, *mistakes(rng, scene, things), far, scene]
    shown, places = show(rng, scenes, "clip")
    per = len(shown) // len(scenes)
    segments = np.arange(len(shown)).reshape(size, QUERIES + 1, per)
    asking, told = segments[:, :QUERIES], segments[:, QUERIES:].repeat(QUERIES, axis=1)
    rows = np.concatenate([asking, told], axis=2).reshape(size * QUERIES, -1)
    texts = [place.text() for place in places]
    queries = [text for index, text in enumerate(texts) if index % (QUERIES + 1) < QUERIES]
    return Judgements(
        shown, places[0].grid, rows, tuple(queries), tuple(texts[QUERIES :: QUERIES + 1])
    )
