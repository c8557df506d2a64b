"""The clips of the sample collection, encoded so that browsers play them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from PIL import Image

from qwen3vl_app.demo.world.grounds import stage
from qwen3vl_app.demo.world.stages import large

SIZE = (640, 480)
RATE = 12
"""Frames per second."""


@dataclass(frozen=True, slots=True)
class Shot:
    """`seconds` of a thing that moves, grows, or is joined by `second` ("appear")."""

    glyph: str
    motion: str
    ground: str
    seconds: float
    second: str = ""


def put(canvas: Image.Image, glyph: str, x: float, y: float, side: float) -> None:
    """Paste a thing around (x, y), given as shares of the frame."""
    image = large(glyph, max(8, round(side * SIZE[1])))
    corner = (round(x * SIZE[0] - image.width / 2), round(y * SIZE[1] - image.height / 2))
    canvas.paste(image, corner, image)


def shot_frames(shot: Shot) -> Iterator[Image.Image]:
    """The frames of one shot."""
    ground = stage(shot.ground, SIZE)
    count = round(shot.seconds * RATE)
    ways = {
        "right": ((0.2, 0.55), (0.8, 0.55)),
        "left": ((0.8, 0.55), (0.2, 0.55)),
        "up": ((0.5, 0.76), (0.5, 0.26)),
        "down": ((0.5, 0.26), (0.5, 0.76)),
    }
    side = 0.5 if shot.motion in ("up", "down") else 0.56
    for index in range(count):
        share = index / (count - 1)
        frame = ground.copy()
        if shot.motion == "grow":
            put(frame, shot.glyph, 0.5, 0.52, 0.22 + 0.63 * share)
        elif shot.motion == "appear":
            put(frame, shot.glyph, 0.26, 0.52, 0.56)
            if share > 0.45:
                put(frame, shot.second, 0.74, 0.52, 0.56)
        else:
            (x, y), (to_x, to_y) = ways[shot.motion]
            put(frame, shot.glyph, x + (to_x - x) * share, y + (to_y - y) * share, side)
        yield frame


def write_film(path: Path, shots: list[Shot]) -> None:
    """Encode the shots one after the other: H.264, yuv420p, the index in front."""
    with av.open(str(path), "w", options={"movflags": "faststart"}) as container:
        stream = container.add_stream("libx264", rate=RATE, options={"crf": "27"})
        stream.width, stream.height = SIZE
        stream.pix_fmt = "yuv420p"
        stream.codec_context.thread_count = 1
        for shot in shots:
            for image in shot_frames(shot):
                for packet in stream.encode(
                    av.VideoFrame.from_ndarray(np.asarray(image), format="rgb24")
                ):
                    container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)


FILMS: dict[str, list[Shot]] = {
    "rocket-takes-off.mp4": [Shot("🚀", "up", "night", 5)],
    "balloon-rises.mp4": [Shot("🎈", "up", "sky", 4)],
    "leaf-falls.mp4": [Shot("🍁", "down", "linen", 4)],
    "car-drives-right.mp4": [Shot("🚗", "right", "street", 4)],
    "bus-drives-left.mp4": [Shot("🚌", "left", "street", 5)],
    "snail-goes-left.mp4": [Shot("🐌", "left", "mint", 10)],
    "tree-grows.mp4": [Shot("🌳", "grow", "sky", 5)],
    "apple-then-banana.mp4": [Shot("🍎", "appear", "rose", 4, "🍌")],
    "a-day-at-the-zoo.mp4": [
        Shot("🦁", "right", "desert", 7),
        Shot("🐧", "left", "snow", 6.5),
        Shot("🐘", "grow", "meadow", 7),
    ],
    "ball-drops.mp4": [Shot("⚽", "down", "peach", 3)],
    "ball-goes-up.mp4": [Shot("⚽", "up", "peach", 3)],
    "sailboat-goes-right.mp4": [Shot("⛵", "right", "sky", 5)],
    "whale-comes-near.mp4": [Shot("🐳", "grow", "sea", 4)],
    "tractor-drives-left.mp4": [Shot("🚜", "left", "lemon", 4)],
    "rooster-then-horse.mp4": [Shot("🐓", "appear", "linen", 4, "🐎")],
    "an-evening-in-the-kitchen.mp4": [
        Shot("🍿", "grow", "linen", 7),
        Shot("🥨", "down", "peach", 6.5),
        Shot("🍪", "right", "lemon", 7),
        Shot("🫖", "grow", "rose", 6.5),
    ],
    "things-that-fly.mp4": [
        Shot("🪁", "right", "sky", 7),
        Shot("🦅", "left", "lilac", 6.5),
        Shot("🛸", "up", "night", 7),
    ],
}
"""File name -> shots. The long ones change their thing about as often as moments are cut."""
