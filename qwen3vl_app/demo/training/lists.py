"""Reranker batches: families of documents, and every query of a family asked of all of it.

Recall hands the reranker candidates of which some are nearly right and most are quite wrong. So
each query has a list of both, of which mostly one is right, and each document a list of queries.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

import numpy as np

from qwen3vl_app.demo.training.asking import Asked, answers, ask
from qwen3vl_app.demo.training.batches import Spots, joining, named, show
from qwen3vl_app.demo.training.grounding import Grounds, Judged, Naming, grounds_of, names_in
from qwen3vl_app.demo.training.inputs import Shown, pixels, stack_pairs, stamps
from qwen3vl_app.demo.world.captions import note
from qwen3vl_app.demo.world.families import FAMILY, family, foreign_families, several_things
from qwen3vl_app.demo.world.names import Thing, load_things
from qwen3vl_app.demo.world.render import draw
from qwen3vl_app.demo.world.render import frames as frames_of
from qwen3vl_app.demo.world.scenes import MOTIONS, Alike, Scene, random_scene
from qwen3vl_app.demo.world.sizes import Frame, random_frame

NEAR, FAR = 2, 2
"""Strays that each document is asked beside: about what it shows, and about anything. The
candidates of a search are of all forms, those of a batch are of one."""

STRAY_KINDS = ("thing", "thing", "pair", "pair", "shapes", "titled", "chart", "clip", "clip")

FORMS = {
    "picture": 0.45,
    "page": 0.21,
    "clip": 0.1,
    "note": 0.06,
    "alike": 0.04,
    "noted": 0.03,
    "moved": 0.05,
    "joined": 0.06,
}
"""What the documents of a batch are, and how often. page: charts, pages about a thing, pages known
by their heading. alike: pictures asked for by pictures; noted: notes asked for by pictures; moved:
as in `MOVED`; joined: pairs asked for by a picture of one thing and the name of the other."""

KINDS = {"thing": 0.56, "pair": 0.3, "shapes": 0.14}
"""What a family of pictures shows: plain names are what people ask for most."""

MOVED = (("clip", "clip"), ("clip", "picture"), ("picture", "clip"), ("clip", "note"))
"""What queries and documents are where clips ask or are asked for without words."""

PAGES = {"titled": 0.5, "printed": 0.16, "chart": 0.2, "page": 0.14}

NAMES, OTHER_WORDS = 160, 40
"""Names, and queries that claim something else, that a step without documents learns; in all
languages there are 30,000 names."""

BESIDE = 0.4
"""Share of these that are learned beside documents."""

OTHER_KINDS = ("pair", "pair", "shapes", "titled", "titled", "chart", "clip", "page")

WORDS_FIRST = 0.85, 150
"""How often a step has nothing but words, and for how many steps: they cost a tenth, and what
queries mean comes before what answers them."""


@dataclass(frozen=True, slots=True)
class Families:
    """N documents in families of `FAMILY`, queries, and which is asked of which.

    shown: pixels (segments, 1 or 2, height, width, 3) of documents and queries, or None.
    seen: segments (N, per) of each document, or None for notes. asking: segments (N, 1) of each
    query, or None for words. queries, documents: user contents. asked: (N, A) places of the
    queries that are asked of each document, as `pairing` gives them, then its strays where there
    are words to ask with. truth: (N, A) 1 where the document answers the query, 0 where not, NaN
    where that is unclear. grounds: what has to be noticed in the N · A rows, or None. names and
    meant: further queries and what each means.
    """

    shown: np.ndarray | None
    grid: tuple[int, int] | None
    seen: np.ndarray | None
    asking: np.ndarray | None
    queries: tuple[str, ...]
    documents: tuple[str, ...]
    asked: np.ndarray
    truth: np.ndarray
    grounds: Grounds | None = None
    names: tuple[str, ...] = ()
    meant: tuple[Naming, ...] = ()


def pairing(count: int) -> np.ndarray:
    """(count, A) places of the queries that are asked of each document.

    Its family's, then one of each of the families that follow, as many as `foreign_families`.
    """
    own = np.arange(count).reshape(-1, FAMILY).repeat(FAMILY, axis=0)
    steps = np.arange(1, foreign_families(count) + 1) * FAMILY
    following = (np.arange(count)[:, None] + steps) % count
    return np.concatenate([own, following], axis=1)


def truth_of(asking: Sequence[Asked], scenes: Sequence[Scene], asked: np.ndarray) -> np.ndarray:
    """(N, A) as in `Families`."""
    return np.array(
        [
            [answers(asking[at], scene) for at in row]
            for row, scene in zip(asked, scenes, strict=True)
        ],
        dtype=np.float32,
    )


def families(
    seed: int, base: int, size: int, limit: int | None, alike: Alike | None = None
) -> Families:
    """The batch of step `seed - base`, of about `size` documents."""
    rng = Random(seed)
    things = load_things(limit)
    numbers = {thing.glyph: place for place, thing in enumerate(things)}
    often, until = WORDS_FIRST
    if seed - base < until and rng.random() < often:
        return words_alone(rng, things, numbers)
    form = rng.choices(list(FORMS), list(FORMS.values()))[0]
    count = max(2, round(size / FAMILY * (0.6 if form == "clip" else 1)))
    if form in ("alike", "noted", "moved"):
        sides = {"alike": ("picture", "picture"), "noted": ("picture", "note")}
        return wordless(rng, things, count, alike, sides.get(form) or rng.choice(MOVED))
    if form == "joined":
        return joined(rng, things, count, alike)
    scenes: list[Scene] = []
    for _ in range(count):
        kind = {"clip": "clip", "note": "thing"}.get(form)
        kinds = PAGES if form == "page" else KINDS
        kind = kind or rng.choices(list(kinds), list(kinds.values()))[0]
        scenes += family(rng, kind, things, alike, seed - base)
    asking = [ask(rng, scene) for scene in scenes]
    asked = pairing(len(scenes))
    for scene in scenes:
        asking += [stray(rng, scene, things, near=at < NEAR) for at in range(NEAR + FAR)]
    strays = np.arange(len(scenes), len(asking)).reshape(len(scenes), -1)
    asked = np.concatenate([asked, strays], axis=1)
    truth, queries = truth_of(asking, scenes, asked), tuple(each.text for each in asking)
    names, meant = further_names(rng, things, numbers, BESIDE)
    if form == "note":
        notes = tuple(note(rng, scene.things) for scene in scenes)
        return Families(None, None, None, None, queries, notes, asked, truth, None, names, meant)
    spots: list[Spots] = []
    shown, places = show(rng, scenes, form, spots)
    grounds = None
    if form != "page":  # pages are known by their layout and heading: nothing to point at
        judged = [
            Judged(scene, placed, [asking[at].claim for at in row], [queries[at] for at in row])
            for scene, placed, row in zip(scenes, spots, asked, strict=True)
        ]
        grounds = grounds_of(judged, places[0].grid, numbers)
    return Families(
        shown,
        places[0].grid,
        np.arange(len(shown)).reshape(len(scenes), -1),
        None,
        queries,
        tuple(place.text() for place in places),
        asked,
        truth,
        grounds,
        names,
        meant,
    )


def stray(rng: Random, scene: Scene, things: Sequence[Thing], *, near: bool) -> Asked:
    """A query of any kind; with `near`, about something that the scene shows, if it can be."""
    claim = random_scene(rng, rng.choice(STRAY_KINDS), things)
    if near and scene.things and claim.things:
        about = (rng.choice(scene.things), *claim.things[1:])
        about = about[::-1] if rng.random() < 0.5 else about
        if len(set(about)) == len(about):
            claim = replace(claim, things=about)
    return ask(rng, claim)


def further_names(
    rng: Random, things: Sequence[Thing], numbers: dict[str, int], share: float = 1.0
) -> tuple[tuple[str, ...], tuple[Naming, ...]]:
    """Queries for any things in any language, and others, and where each names its things."""
    claims = [Scene("thing", (rng.choice(things),)) for _ in range(round(NAMES * share))]
    texts = [named(rng, claim.things[0])[0] for claim in claims]
    for _ in range(round(OTHER_WORDS * share)):
        asked = ask(rng, random_scene(rng, rng.choice(OTHER_KINDS), things))
        claims.append(asked.claim)
        texts.append(asked.text)
    meant = [
        (row, end, numbers[thing.glyph])
        for row, (text, claim) in enumerate(zip(texts, claims, strict=True))
        for _, end, thing in names_in(text, claim)
    ]
    return tuple(texts), tuple(meant)


def words_alone(rng: Random, things: Sequence[Thing], numbers: dict[str, int]) -> Families:
    """A batch without documents."""
    names, meant = further_names(rng, things, numbers)
    empty = np.zeros((0, FAMILY), dtype=np.int64)
    truth = empty.astype(np.float32)
    return Families(None, None, None, None, (), (), empty, truth, None, names, meant)


def wordless(
    rng: Random,
    things: Sequence[Thing],
    count: int,
    alike: Alike | None,
    sides: tuple[str, str],
) -> Families:
    """Queries are pictures or clips; documents show the same in another drawing, or are notes.

    sides: What queries and documents are: picture, clip or note.
    """
    asks, tells = sides
    frame = random_frame(rng, "clip" if "clip" in sides else "picture")
    frames = rng.choice((4, 4, 6)) if "clip" in sides else 1
    scenes: list[Scene] = []
    for _ in range(count):
        kind = "clip" if asks == tells == "clip" else "thing"
        if asks == tells == "picture":
            kind = rng.choice(("thing", "thing", "shapes", "pair"))
        scenes += family(rng, kind, things, alike, 10_000)
    drawn: list[np.ndarray] = []
    asked = pairing(len(scenes))
    truth = np.array(
        [
            [alike_truth(scenes[at], scene) for at in row]
            for row, scene in zip(asked, scenes, strict=True)
        ],
        dtype=np.float32,
    )
    queries, asking = shown_alone(rng, scenes, asks, frame, frames, drawn)
    if tells == "note":
        documents, seen = tuple(note(rng, scene.things) for scene in scenes), None
    else:
        documents, seen = shown_alone(rng, scenes, tells, frame, frames, drawn)
    return Families(
        np.concatenate(drawn), frame.grid, seen, asking, queries, documents, asked, truth
    )


def alike_truth(asked: Scene, scene: Scene) -> float:
    """1 for the same, 0 for something else, NaN for the same thing moving otherwise."""
    if asked == scene:
        return 1.0
    return float("nan") if asked.kind == "clip" and asked.things == scene.things else 0.0


def shown_alone(  # noqa: PLR0917 - what a drawing is made of
    rng: Random,
    scenes: Sequence[Scene],
    side: str,
    frame: Frame,
    count: int,
    drawn: list[np.ndarray],
) -> tuple[tuple[str, ...], np.ndarray]:
    """User contents without words, and places (N, per) of the segments, which `drawn` receives.

    count: Frames of a clip. A picture beside clips is a pair of equal frames, as models see it.
    """
    first = sum(map(len, drawn))
    if side == "clip":
        moving = [
            scene
            if scene.kind == "clip"
            else Scene("clip", scene.things, motion=rng.choice(MOTIONS[:5]))
            for scene in scenes
        ]
        clips = [
            [pixels(image, frame.shown) for image in frames_of(rng, each, count, frame.canvas)]
            for each in moving
        ]
        drawn.append(stack_pairs(clips))
        texts = [Shown(frame.grid, stamps(count, rng.uniform(0.4, 1) * count)) for _ in scenes]
    else:
        seen = [pixels(draw(rng, each, frame.canvas), frame.shown) for each in scenes]
        drawn.append(np.stack(seen)[:, None].repeat(2 if count > 1 else 1, axis=1))
        texts = [Shown(frame.grid)] * len(scenes)
    places = np.arange(first, first + len(drawn[-1])).reshape(len(scenes), -1)
    return tuple(each.text() for each in texts), places


def joined(rng: Random, things: Sequence[Thing], count: int, alike: Alike | None) -> Families:
    """Documents are pairs; queries a picture of one of the things with the name of the other.

    The last two of each family show one of the things alone, and answer none of its queries.
    """
    frame = random_frame(rng, "picture")
    place = Shown(frame.grid).text()
    scenes: list[Scene] = []
    halves: list[tuple[Thing, Thing]] = []
    for _ in range(count):
        first, second, *others = several_things(rng, things, alike, FAMILY)
        pairs = [(first, second), (others[0], second), (first, others[1]), (second, others[2])]
        pairs += [(first, others[3]), (others[0], others[1])]
        halves += pairs
        scenes += [
            Scene("pair", pair if rng.random() < 0.5 else pair[::-1], stacked=rng.random() < 0.4)
            for pair in pairs[:-2]
        ]
        scenes += [Scene("thing", (alone,)) for alone in pairs[0]]
    both = [Scene("thing", (shown,)) for shown, _ in halves] + scenes
    drawn = [pixels(draw(rng, each, frame.canvas), frame.shown) for each in both]
    asked = pairing(len(scenes))
    truth = np.array(
        [
            [float(set(halves[at]) == set(scene.things)) for at in row]
            for row, scene in zip(asked, scenes, strict=True)
        ],
        dtype=np.float32,
    )
    places = np.arange(len(scenes))[:, None]
    return Families(
        np.stack(drawn)[:, None],
        frame.grid,
        places + len(scenes),
        places,
        tuple(place + joining(rng, words) for _, words in halves),
        (place,) * len(scenes),
        asked,
        truth,
    )
