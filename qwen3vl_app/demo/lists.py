"""Reranker batches: families of documents, and every query of a family asked of all of it.

Recall hands the reranker candidates of which some are nearly right and most are quite wrong. So
each query has a list of both, of which mostly one is right, and each document a list of queries.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import numpy as np

from qwen3vl_app.demo.asking import Asked, answers, ask
from qwen3vl_app.demo.batches import Spots, joining, named, show
from qwen3vl_app.demo.captions import note
from qwen3vl_app.demo.families import FAMILY, family, several_things
from qwen3vl_app.demo.grounding import Grounds, Judged, Naming, grounds_of, names_in
from qwen3vl_app.demo.inputs import Shown, pixels
from qwen3vl_app.demo.names import Thing, load_things
from qwen3vl_app.demo.render import draw
from qwen3vl_app.demo.scenes import Alike, Scene, random_scene
from qwen3vl_app.demo.sizes import random_frame

FOREIGN = 4
"""Queries of other families that each document is asked, where there are so many families."""

FORMS = {
    "picture": 0.54,
    "page": 0.16,
    "clip": 0.12,
    "note": 0.07,
    "alike": 0.05,
    "noted": 0.01,
    "joined": 0.05,
}
"""What the documents of a batch are, and how often. page: charts, pages about a thing, pages known
by their heading. alike: pictures asked for by pictures; noted: notes asked for by pictures;
joined: pairs asked for by a picture of one thing and the name of the other."""

KINDS = {"thing": 0.56, "pair": 0.3, "shapes": 0.14}
"""What a family of pictures shows: plain names are what people ask for most."""

PAGES = {"titled": 0.4, "printed": 0.12, "chart": 0.28, "page": 0.2}

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
    """N documents in families of `FAMILY`, with as many queries, and which is asked of which.

    shown: pixels (segments, 1 or 2, height, width, 3) of documents and queries, or None.
    seen: segments (N, per) of each document, or None for notes. asking: segments (N, 1) of each
    query, or None for words. queries, documents: user contents. asked: (N, A) places of the
    queries that are asked of each document, as `pairing` gives them. truth: (N, A) 1 where the
    document answers the query, 0 where not, NaN where that is unclear. grounds: what has to be
    noticed in the N · A rows, or None. names, meant: further queries and what each means.
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

    Its family's, then one of each of the `FOREIGN` families that follow, or of all others.
    """
    own = np.arange(count).reshape(-1, FAMILY).repeat(FAMILY, axis=0)
    steps = np.arange(1, min(FOREIGN, count // FAMILY - 1) + 1) * FAMILY
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
    if form in ("alike", "noted"):
        return pictured(rng, things, count, alike, noted=form == "noted")
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


def pictured(
    rng: Random, things: Sequence[Thing], count: int, alike: Alike | None, *, noted: bool
) -> Families:
    """Queries are pictures; documents are pictures of the same scenes, or notes about them."""
    frame = random_frame(rng, "picture")
    place = Shown(frame.grid).text()
    scenes: list[Scene] = []
    for _ in range(count):
        kind = "thing" if noted else rng.choice(("thing", "thing", "shapes", "pair"))
        scenes += family(rng, kind, things, alike, 10_000)
    drawn = [pixels(draw(rng, each, frame.canvas), frame.shown) for each in scenes]
    places = np.arange(len(scenes))[:, None]
    asked = pairing(len(scenes))
    truth = np.array(
        [
            [float(scenes[at] == scene) for at in row]
            for row, scene in zip(asked, scenes, strict=True)
        ],
        dtype=np.float32,
    )
    if noted:
        documents, seen = tuple(note(rng, scene.things) for scene in scenes), None
    else:
        seen = places + len(drawn)
        drawn += [pixels(draw(rng, each, frame.canvas), frame.shown) for each in scenes]
        documents = (place,) * len(scenes)
    return Families(
        np.stack(drawn)[:, None],
        frame.grid,
        seen,
        places,
        (place,) * len(scenes),
        documents,
        asked,
        truth,
    )


def joined(rng: Random, things: Sequence[Thing], count: int, alike: Alike | None) -> Families:
    """Documents are pairs; queries a picture of one of the things with the name of the other."""
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
            for pair in pairs
        ]
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
