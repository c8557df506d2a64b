"""Clips of the small world: lists of frames in which a thing moves, grows or appears."""

from __future__ import annotations

from random import Random

from PIL import Image

from qwen3vl_app.demo.world.drawing import Placed, Size, ground, paste, place
from qwen3vl_app.demo.world.scenes import Scene

Point = tuple[float, float]


def course(rng: Random, motion: str, side: float, size: Size) -> tuple[Point, Point]:
    """Where the thing's centre starts and ends."""
    width, height = size
    x, y = place(rng, side, width), place(rng, side, height)
    near_x, far_x = (
        side / 2 + rng.uniform(0, 0.1) * width,
        width - side / 2 - rng.uniform(0, 0.1) * width,
    )
    near_y, far_y = (
        side / 2 + rng.uniform(0, 0.08) * height,
        height - side / 2 - rng.uniform(0, 0.08) * height,
    )
    ways = {
        "right": ((near_x, y), (far_x, y)),
        "left": ((far_x, y), (near_x, y)),
        "down": ((x, near_y), (x, far_y)),
        "up": ((x, far_y), (x, near_y)),
    }
    return ways.get(motion, ((x, y), (x, y)))


def draw_clip(
    rng: Random, scene: Scene, count: int, size: Size, placed: list[list[Placed]] | None = None
) -> list[Image.Image]:
    """`count` frames evenly spread over the clip, first and last included.

    `placed` receives for each frame where its things stand.
    """
    canvas = ground(rng, size)
    spots: list[list[Placed]] = [] if placed is None else placed
    if scene.motion == "appear":
        return draw_arrival(rng, canvas, scene, count, spots)
    moving = scene.motion != "grow"
    side = min(size) * (rng.uniform(0.38, 0.55) if moving else rng.uniform(0.75, 0.95))
    start, end = course(rng, scene.motion, side, size)
    frames = []
    for index in range(count):
        share = index / max(1, count - 1)
        frame = canvas.copy()
        centre = (start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share)
        length = side if moving else side * (0.3 + 0.7 * share)
        paste(frame, scene.things[0].glyph, length, centre)
        spots.append([(*centre, length)])
        frames.append(frame)
    return frames


def draw_arrival(
    rng: Random, canvas: Image.Image, scene: Scene, count: int, spots: list[list[Placed]]
) -> list[Image.Image]:
    """The first thing alone, then the second beside it from near the middle of the clip on."""
    width, height = canvas.size
    side = min(width / 2, height) * rng.uniform(0.65, 0.9)
    lefts = [place(rng, side, width / 2), width / 2 + place(rng, side, width / 2)]
    rng.shuffle(lefts)
    arrival = max(1, round(count * rng.uniform(0.3, 0.6)))
    frames = []
    for index in range(count):
        frame = canvas.copy()
        shown = scene.things[: 1 if index < arrival else 2]
        for thing, x in zip(shown, lefts, strict=False):
            paste(frame, thing.glyph, side, (x, height / 2))
        spots.append([(x, height / 2, side) for _, x in zip(shown, lefts, strict=False)])
        frames.append(frame)
    return frames
