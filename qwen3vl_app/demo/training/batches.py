"""Training batches: drawn and worded in other processes, ahead of the model."""

from __future__ import annotations

import ctypes
import pickle
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from random import Random
from typing import TypeVar

import numpy as np
import torch

from qwen3vl_app.demo.training import inputs
from qwen3vl_app.demo.training.inputs import Shown
from qwen3vl_app.demo.world import phrases
from qwen3vl_app.demo.world.captions import caption, fill, name, note, thing_caption
from qwen3vl_app.demo.world.drawing import Placed
from qwen3vl_app.demo.world.motions import places_of
from qwen3vl_app.demo.world.names import HELD_OUT, LANGUAGES, Thing, load_things
from qwen3vl_app.demo.world.render import frames
from qwen3vl_app.demo.world.scenes import MOTIONS, Scene, random_scene, random_title
from qwen3vl_app.demo.world.sizes import Frame, random_frame
from qwen3vl_app.demo.world.spelling import letters_at, letters_by_patch

AHEAD = 4
"""Batches kept ready for each process that draws."""

PARENT_DEATH_SIGNAL = 1
"""`PR_SET_PDEATHSIG` of prctl(2)."""

Batch = TypeVar("Batch")


@dataclass(frozen=True, slots=True)
class PairBatch:
    """N scenes with what shows them and what asks for them.

    shown: pixels (segments, 1 or 2, height, width, 3), or None for notes. documents, queries:
    the user turns. instruction: of the documents, then of the queries.
    """

    scenes: tuple[Scene, ...]
    shown: np.ndarray | None
    grid: tuple[int, int] | None
    documents: tuple[str, ...]
    queries: tuple[str, ...]
    instructions: tuple[str, str]
    names: tuple[tuple[str, str], ...] = ()
    """Further texts, each with the character of the thing that it names."""

    letters: np.ndarray | None = None
    """Of titled pages and words (vision tokens, letters), as `spelling.letters_at`."""

    words: tuple[tuple[str, str], ...] = ()
    """Further queries for headings, each with the word that it names."""

    patch_letters: np.ndarray | None = None
    """Of pages full of words, which have no queries: as `spelling.letters_by_patch`."""

    places: np.ndarray | None = None
    """Of clips (segments, 3), as `motions.places_of`."""

    asking: np.ndarray | None = None
    """Pictures within the queries, as `shown`, on the same grid; None where queries are texts."""


Spots = list[list[Placed]]
"""For each frame of a scene (a picture has one) where its things or shapes stand."""


def scaled(placed: list[Placed], frame: Frame) -> list[Placed]:
    """Places on the canvas in pixels of what the model sees."""
    wide, high = frame.shown[0] / frame.canvas[0], frame.shown[1] / frame.canvas[1]
    return [(x * wide, y * high, side * (wide + high) / 2) for x, y, side in placed]


def show(
    rng: Random, scenes: list[Scene], kind: str, spots: list[Spots] | None = None
) -> tuple[np.ndarray, list[Shown]]:
    """Draw the scenes, all at one shape. `kind`: picture, page, clip or strip.

    `spots` receives one entry for each scene, in pixels of what the model sees.
    """
    frame = random_frame(rng, kind)
    count = rng.choice((4, 6, 8, 8, 8)) if kind == "clip" else 1
    clips = []
    for scene in scenes:
        placed: Spots = []
        images = frames(rng, scene, count, frame.canvas, placed)
        clips.append([inputs.pixels(image, frame.shown) for image in images])
        if spots is not None:
            spots.append([scaled(each, frame) for each in placed])
    if kind != "clip":
        return np.stack([clip[0] for clip in clips])[:, None], [Shown(frame.grid)] * len(scenes)
    places = [Shown(frame.grid, inputs.stamps(count, rng.uniform(0.4, 1) * count)) for _ in scenes]
    return inputs.stack_pairs(clips), places


FORMS = {
    "mixed": 0.25,
    "kin": 0.06,
    "shapes": 0.11,
    "page": 0.03,
    "letters": 0.09,
    "strip": 0.14,
    "titled": 0.13,
    "clip": 0.03,
    "motion": 0.1,
    "note": 0.03,
    "joined": 0.03,
}
"""What a batch holds, and how often.

mixed: things, pairs and shapes. kin: things of neighbouring kinds. shapes: nothing but shapes.
letters: pages full of words, which only the vision tower sees. strip: words alone. titled: pages
that differ in their heading. motion: clips of a few things, each with every motion. joined: pairs,
asked for by a picture of one thing with the name of the other. Where all of a batch are alike,
every other row is a hard negative.
"""

KINDS = {"thing": 0.72, "pair": 0.2, "shapes": 0.08}
"""What pictures show in a mixed batch."""

EARLY_FORMS = {"mixed": 0.9, "page": 0.05, "clip": 0.02, "note": 0.03}
EARLY_STEPS = 500
"""So long the batches are mostly single things, until the vision tower knows some of them."""

KIN = 160
"""A kin batch takes its things from so many neighbours."""

STRIPS = 4
"""Times the usual batch size for strips, which have the fewest tokens."""

WORDS = 200
"""Headings that a step of strips or titled pages spells as text alone, also such as are never
drawn: how a query's word is spelled can be learned without its picture."""

NAMES = 160
"""Names of things that a step learns as text alone, but not beside headings: they cost a
fraction of as many pictures, and there are some 30,000 of them in all languages."""

PAGE_SHARE = 0.65
"""Of the usual batch size for pages, which have the most tokens."""


def pair_batch(seed: int, base: int, size: int, limit: int | None, easy: int) -> PairBatch:
    """The batch of step `seed - base`; the first `easy` steps are mostly single things."""
    rng = Random(seed)
    things = load_things(limit)
    forms = EARLY_FORMS if seed - base < easy else FORMS
    form = rng.choices(list(forms), list(forms.values()))[0]
    asking = inputs.RETRIEVE if rng.random() < 0.75 else inputs.DOCUMENT
    telling = inputs.DOCUMENT if rng.random() < 0.85 else inputs.RETRIEVE
    if form == "letters":
        return letters_batch(rng, things, size)
    if form == "note":
        return note_batch(rng, things, size, (telling, asking))
    if form == "joined":
        return joined_batch(rng, things, size, (telling, asking))
    scenes = batch_scenes(rng, form, size, things)
    spots: list[Spots] = []
    shown, places = show(rng, scenes, SHOWN_AS.get(form, "picture"), spots)
    letters, moved = None, None
    words: tuple[tuple[str, str], ...] = ()
    if form in ("strip", "titled"):
        letters = letters_at([scene.title for scene in scenes], spots, places[0].grid)
        words = tuple(spelled(rng) for _ in range(WORDS))
    elif form in ("clip", "motion"):
        moved = places_of(spots, places[0].grid)
    return PairBatch(
        tuple(scenes),
        shown,
        places[0].grid,
        tuple(place.text() for place in places),
        tuple(caption(rng, scene) for scene in scenes),
        (telling, asking),
        tuple(named(rng, rng.choice(things)) for _ in range(0 if letters is not None else NAMES)),
        letters,
        words,
        places=moved,
    )


def letters_batch(rng: Random, things: tuple[Thing, ...], size: int) -> PairBatch:
    """Pages full of words, at the sizes of pictures."""
    scenes = [random_scene(rng, "letters", things) for _ in range(2 * size)]
    spots: list[Spots] = []
    shown, places = show(rng, scenes, "picture", spots)
    titles = [scene.title for scene in scenes]
    letters = letters_by_patch(titles, spots, places[0].grid)
    return PairBatch(tuple(scenes), shown, places[0].grid, (), (), ("", ""), patch_letters=letters)


def spelled(rng: Random) -> tuple[str, str]:
    """A query for any heading, drawn or not, and the heading."""
    title = random_title(rng, unseen=rng.random() < 1 / HELD_OUT)
    return caption(rng, Scene("word", title=title), exact=True), title


def named(rng: Random, thing: Thing) -> tuple[str, str]:
    """A query for the thing in any language, all equally often, and the thing's character."""
    return thing_caption(rng, Scene("thing", (thing,)), rng.choice(LANGUAGES)), thing.glyph


SHOWN_AS = {"page": "page", "titled": "page", "strip": "strip", "clip": "clip", "motion": "clip"}
"""Form -> what sizes its drawings have, where not those of pictures."""


def batch_scenes(rng: Random, form: str, size: int, things: tuple[Thing, ...]) -> list[Scene]:
    """The scenes of one batch of this form."""
    pages = round(size * PAGE_SHARE)
    match form:
        case "clip":
            kinds = ["clip"] * (size * 2 // 5)
        case "motion":
            ways = [motion for motion in MOTIONS if motion != "appear"]
            moving = rng.sample(things, size * 2 // 5 // len(ways) or 1)
            return [Scene("clip", (thing,), motion=way) for thing in moving for way in ways]
        case "page":
            kinds = [rng.choice(("page", "chart")) for _ in range(pages)]
        case "titled":
            kinds = ["titled"] * pages
        case "strip":
            kinds = ["word"] * (size * STRIPS)
        case "shapes":
            kinds = ["shapes"] * size
        case "kin":
            first = rng.randrange(max(1, len(things) - KIN))
            near = things[first : first + KIN]
            return [Scene("thing", (thing,)) for thing in rng.sample(near, min(size, len(near)))]
        case _:
            kinds = rng.choices(list(KINDS), list(KINDS.values()), k=size)
    return [random_scene(rng, kind, things) for kind in kinds]


def joined_batch(
    rng: Random, things: tuple[Thing, ...], size: int, instructions: tuple[str, str]
) -> PairBatch:
    """Pictures of pairs; queries are a picture of one of the things with the name of the other."""
    scenes = [random_scene(rng, "pair", things) for _ in range(size // 2)]
    halves = [rng.sample(scene.things, 2) for scene in scenes]
    frame = random_frame(rng, "picture")
    both = scenes + [Scene("thing", (pictured,)) for pictured, _ in halves]
    drawn = np.stack(
        [inputs.pixels(frames(rng, each, 1, frame.canvas)[0], frame.shown) for each in both]
    )[:, None]
    place = Shown(frame.grid).text()
    words = [joining(rng, named) for _, named in halves]
    return PairBatch(
        tuple(scenes),
        drawn[: len(scenes)],
        frame.grid,
        (place,) * len(scenes),
        tuple(place + text for text in words),
        instructions,
        asking=drawn[len(scenes) :],
    )


def joining(rng: Random, thing: Thing) -> str:
    """Words that add a thing to a picture."""
    tongue = rng.choice(LANGUAGES)
    text = name(rng, thing, tongue)
    return text if tongue != "en" else fill(rng.choice(phrases.JOINED), text)


def note_batch(
    rng: Random, things: tuple[Thing, ...], size: int, instructions: tuple[str, str]
) -> PairBatch:
    """Notes as documents; queries name their things."""
    scenes = [
        random_scene(rng, rng.choice(("thing", "thing", "pair")), things) for _ in range(size)
    ]
    return PairBatch(
        tuple(scenes),
        None,
        None,
        tuple(note(rng, scene.things) for scene in scenes),
        tuple(caption(rng, scene) for scene in scenes),
        instructions,
    )


def begin_drawing() -> None:
    """Prepare a process that draws.

    Its products run on one thread: those of the process that it was forked from are not there,
    and it would wait for them for ever. Where the kernel can (Linux), it ends with the trainer:
    otherwise it would wait for ever to hand over its next batch.
    """
    torch.set_num_threads(1)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PARENT_DEATH_SIGNAL, signal.SIGKILL)


def pickled(make: Callable[[int], Batch], seed: int) -> bytes:
    """The batch in bytes: the pool alone would send each of its tensors through a shared file."""
    return pickle.dumps(make(seed), pickle.HIGHEST_PROTOCOL)


def ahead(
    make: Callable[[int], Batch], first: int, base: int, drawers: int = 1
) -> Iterator[Batch]:
    """Batches `make(base + step)` from step `first` on, in this order, made by other processes."""
    with ProcessPoolExecutor(drawers, initializer=begin_drawing) as pool:
        waiting: deque[Future[bytes]] = deque()
        step = first
        while True:
            while len(waiting) < AHEAD * drawers:
                waiting.append(pool.submit(pickled, make, base + step))
                step += 1
            yield pickle.loads(waiting.popleft().result())  # noqa: S301 - of our own processes
