"""Evidence drawn over a picture, for whoever looks at it without the page."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import cast

from PIL import Image, ImageDraw

from qwen3vl_app.inspection.evidence import Evidence
from qwen3vl_app.inspection.gauge import Levels
from qwen3vl_app.inspection.occlusion import SIDE, Cell

LOSS, GAIN = (214, 28, 78), (37, 99, 235)
"""As on the page: red where something is lost, blue where something is gained."""

STRONGEST = 0.7
"""Of the ground, covered by the largest fall of a level."""


def heat_map(
    picture: Image.Image, evidence: Evidence, read: Callable[[Levels], float | None]
) -> Image.Image:
    """The picture with its cells coloured by what is lost without each.

    Args:
        picture: RGB.
        evidence: Of this picture.
        read: Which of the levels decides.
    """
    drawn = picture.convert("RGBA")
    layer = Image.new("RGBA", drawn.size)
    pen = ImageDraw.Draw(layer)
    for cell, share in shares(evidence, read).items():
        left, top, right, bottom = cell.box(drawn.size)
        colour = (*(LOSS if share > 0 else GAIN), round(255 * STRONGEST * abs(share)))
        pen.rectangle((left, top, max(left, right - 1), max(top, bottom - 1)), fill=colour)
    return Image.alpha_composite(drawn, layer).convert("RGB")


def shares(evidence: Evidence, read: Callable[[Levels], float | None]) -> dict[Cell, float]:
    """Cells with their falls as shares of the largest of their level, coarse ones first.

    A cell that was only covered together with others has the mean of what these lost.
    """
    levels: dict[int, dict[Cell, float]] = {}
    for fall in evidence.falls:
        lost = read(fall.levels) or 0.0
        levels.setdefault(fall.level, {})[cast("Cell", fall.region)] = lost
    for level in levels.values():
        largest = max(map(abs, level.values())) or 1.0
        level.update({cell: lost / largest for cell, lost in level.items()})
    at = [step / SIDE for step in range(SIDE + 1)]
    found = {}
    for top, bottom in pairwise(at):
        for left, right in pairwise(at):
            over = [
                share
                for cell, share in levels.get(0, {}).items()
                if cell.left <= left < cell.right and cell.top <= top < cell.bottom
            ]
            found[Cell(left, top, right, bottom)] = sum(over) / max(1, len(over))
    for number in sorted(levels.keys() - {0}):
        found |= levels[number]
    return found
