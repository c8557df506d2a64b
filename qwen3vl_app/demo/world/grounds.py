"""Pleasant grounds for the pictures and clips of the sample collection."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from PIL import Image

from qwen3vl_app.demo.world.drawing import Colour, Size
from qwen3vl_app.demo.world.scenery import (
    boards,
    clouds,
    darker_edges,
    dots,
    glow,
    lay,
    range_of,
    skyline,
    trunks,
    waving,
)

STAGES: dict[str, tuple[Colour, Colour, Colour | None]] = {
    "meadow": ((190, 224, 247), (232, 246, 250), (204, 230, 186)),
    "sea": ((160, 210, 245), (228, 244, 250), (132, 190, 226)),
    "sunset": ((250, 166, 122), (255, 228, 188), (120, 84, 110)),
    "night": ((22, 28, 62), (58, 66, 116), (30, 36, 58)),
    "snow": ((186, 210, 234), (236, 243, 250), (250, 252, 255)),
    "desert": ((250, 220, 168), (254, 242, 216), (236, 208, 164)),
    "wood": ((196, 224, 206), (234, 244, 226), (168, 200, 152)),
    "street": ((182, 210, 236), (240, 240, 236), (176, 180, 188)),
    "table": ((238, 230, 214), (250, 244, 232), (226, 198, 164)),
    "mint": ((206, 238, 226), (236, 250, 244), None),
    "rose": ((250, 214, 222), (254, 240, 243), None),
    "linen": ((240, 232, 218), (251, 247, 240), None),
    "sky": ((150, 200, 245), (224, 241, 253), None),
    "slate": ((92, 106, 124), (150, 163, 178), None),
    "lemon": ((250, 240, 190), (254, 250, 228), None),
    "lilac": ((222, 214, 246), (245, 241, 254), None),
    "peach": ((253, 216, 190), (255, 241, 228), None),
}
"""Name -> colour at the top, colour at the horizon or bottom, and of the land below, if any.

Most land is pale: with a strong edge at the horizon the reranker gave a car moving right 0.00, on
pale land 0.9.
"""

HORIZON = 0.68
"""Share of the height above the land."""

WHITE: Colour = (255, 255, 255)


def blend(top: Colour, bottom: Colour, size: Size) -> Image.Image:
    """A vertical gradient without banding."""
    ramp = np.linspace(0, 1, size[1])[:, None, None]
    rows = np.array(top) * (1 - ramp) + np.array(bottom) * ramp
    noise = np.random.default_rng(1).uniform(-1.2, 1.2, (size[1], size[0], 1))
    return Image.fromarray((rows + noise).clip(0, 255).astype(np.uint8))


@lru_cache(maxsize=32)
def finished_stage(name: str, size: Size) -> Image.Image:
    """The ground called `name`, with what stands on it; not to be changed."""
    top, bottom, land = STAGES[name]
    canvas = blend(top, bottom, size)
    if land is None:
        lay(canvas, WHITE, 0.34, glow(0.5, 0.5, 0.3), soft=0.12)
        lay(canvas, WHITE, 0.14, dots(9, 0.04, 0.13), soft=0.006)
        return darker_edges(canvas, 0.06)
    behind(canvas, name)
    horizon = round(size[1] * HORIZON)
    far: Colour = tuple(min(255, channel + 26) for channel in land)  # type: ignore[assignment]
    canvas.paste(blend(far, land, (size[0], size[1] - horizon)), (0, horizon))
    before(canvas, name)
    return darker_edges(canvas, 0.06)


def stage(name: str, size: Size) -> Image.Image:
    """The ground called `name`, to be drawn on."""
    return finished_stage(name, size).copy()


def behind(canvas: Image.Image, name: str) -> None:
    """What stands between the sky and the land."""
    if name in ("meadow", "sea", "street"):
        # Clouds with an edge are taken for things: the dolphin fell from place 6 to place 201.
        lay(canvas, WHITE, 0.4, clouds, soft=0.035)
    match name:
        case "meadow":
            lay(canvas, (206, 230, 202), 0.8, range_of(0.62, 0.05, 0.9, 0.4, HORIZON))
            lay(canvas, (192, 224, 176), 0.8, range_of(0.66, 0.035, 0.6, 2.2, HORIZON))
        case "sunset":
            lay(canvas, (255, 244, 206), 0.75, glow(0.8, 0.56, 0.16), soft=0.05)
            lay(canvas, (196, 126, 128), 0.7, range_of(0.63, 0.06, 0.7, 1.1, HORIZON))
        case "night":
            lay(canvas, (240, 240, 220), 0.9, dots(70, 0.001, 0.0026, 0, HORIZON))
            lay(canvas, (40, 48, 88), 0.9, range_of(0.63, 0.05, 0.8, 0.7, HORIZON))
        case "snow":
            lay(canvas, (222, 233, 246), 1, range_of(0.58, 0.09, 0.7, 0.2, HORIZON))
            lay(canvas, (238, 244, 251), 1, range_of(0.65, 0.05, 0.5, 2.6, HORIZON))
        case "desert":
            lay(canvas, (255, 250, 228), 0.8, glow(0.2, 0.2, 0.1), soft=0.06)
            lay(canvas, (238, 204, 150), 0.9, range_of(0.62, 0.06, 0.8, 0.9, HORIZON))
        case "wood":
            lay(canvas, (168, 204, 170), 0.7, trunks(HORIZON))
        case "street":
            lay(canvas, (196, 208, 224), 0.9, skyline(HORIZON))


def before(canvas: Image.Image, name: str) -> None:
    """What lies on the land."""
    match name:
        case "meadow" | "wood":
            lay(canvas, (255, 252, 214), 0.8, dots(26, 0.003, 0.007, HORIZON + 0.03))
        case "sea":
            lay(canvas, (160, 206, 234), 0.5, waving(0.78, 0.008, 0.18, 0))
            lay(canvas, (104, 170, 212), 0.35, waving(0.88, 0.01, 0.24, 1.4))
        case "snow":
            lay(canvas, WHITE, 0.9, dots(50, 0.003, 0.007))
        case "desert":
            lay(canvas, (224, 190, 140), 0.5, waving(0.86, 0.02, 0.8, 2.4))
        case "table":
            lay(canvas, (200, 164, 124), 0.5, boards(HORIZON))
