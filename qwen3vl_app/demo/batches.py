"""Training batches: drawn and worded in a second process, ahead of the model."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from random import Random
from typing import TypeVar

import numpy as np

from qwen3vl_app.demo import inputs
from qwen3vl_app.demo.captions import caption, note
from qwen3vl_app.demo.inputs import Shown
from qwen3vl_app.demo.names import Thing, load_things
from qwen3vl_app.demo.render import frames
from qwen3vl_app.demo.scenes import Scene, random_scene
from qwen3vl_app.demo.sizes import random_frame

AHEAD = 4
"""Batches kept ready."""

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


def show(rng: Random, scenes: list[Scene], kind: str) -> tuple[np.ndarray, list[Shown]]:
    """Draw the scenes, all at one shape. `kind`: picture, page or clip."""
    frame = random_frame(rng, kind)
    if kind != "clip":
        drawn = [
            inputs.pixels(frames(rng, scene, 1, frame.canvas)[0], frame.shown) for scene in scenes
        ]
        return np.stack(drawn)[:, None], [Shown(frame.grid)] * len(scenes)
    count = rng.choice((4, 6, 8, 8, 8))
    clips = [
        [inputs.pixels(image, frame.shown) for image in frames(rng, scene, count, frame.canvas)]
        for scene in scenes
    ]
    places = [Shown(frame.grid, inputs.stamps(count, rng.uniform(0.4, 1) * count)) for _ in scenes]
    return inputs.stack_pairs(clips), places


FORMS = ("picture", "page", "clip", "note")
KINDS = ("thing", "pair", "shapes")

EARLY_STEPS = 500
"""So long the batches are mostly single things, until the vision tower knows some of them."""


def shares(step: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """How often each of `FORMS` and, within pictures, each of `KINDS` comes."""
    if step < EARLY_STEPS:
        return (0.90, 0.05, 0.02, 0.03), (0.80, 0.08, 0.12)
    return (0.72, 0.09, 0.10, 0.09), (0.60, 0.22, 0.18)


def pair_batch(seed: int, base: int, size: int, limit: int | None) -> PairBatch:
    """The batch of step `seed - base`: pictures mostly, else pages and charts, clips or notes."""
    rng = Random(seed)
    things = load_things(limit)
    form_shares, kind_shares = shares(seed - base)
    form = rng.choices(FORMS, form_shares)[0]
    asking = inputs.RETRIEVE if rng.random() < 0.75 else inputs.DOCUMENT
    telling = inputs.DOCUMENT if rng.random() < 0.85 else inputs.RETRIEVE
    if form == "note":
        return note_batch(rng, things, size, (telling, asking))
    if form == "clip":
        size = size * 2 // 5
        kinds = ["clip"] * size
    elif form == "page":
        kinds = [rng.choice(("page", "chart")) for _ in range(size)]
    else:
        kinds = rng.choices(KINDS, kind_shares, k=size)
    scenes = [random_scene(rng, kind, things) for kind in kinds]
    shown, places = show(rng, scenes, form)
    return PairBatch(
        tuple(scenes),
        shown,
        places[0].grid,
        tuple(place.text() for place in places),
        tuple(caption(rng, scene) for scene in scenes),
        (telling, asking),
    )


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


def ahead(make: Callable[[int], Batch], first: int, base: int) -> Iterator[Batch]:
    """Batches `make(base + step)` from step `first` on, made in one worker process."""
    with ProcessPoolExecutor(1) as pool:
        waiting: deque[Future[Batch]] = deque()
        step = first
        while True:
            while len(waiting) < AHEAD:
                waiting.append(pool.submit(make, base + step))
                step += 1
            yield waiting.popleft().result()
