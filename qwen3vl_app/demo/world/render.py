"""Scene -> picture or frames."""

from __future__ import annotations

from random import Random

from PIL import Image

from qwen3vl_app.demo.world.clips import draw_clip
from qwen3vl_app.demo.world.drawing import Placed, Size, draw_pair, draw_shapes, draw_thing
from qwen3vl_app.demo.world.pages import (
    draw_chart,
    draw_letters,
    draw_page,
    draw_printed,
    draw_titled,
    draw_word,
)
from qwen3vl_app.demo.world.scenes import Scene


def draw(  # noqa: PLR0911 - one for each kind
    rng: Random, scene: Scene, size: Size, placed: list[Placed] | None = None
) -> Image.Image:
    """The scene as one picture of `size` (width, height).

    `placed` receives where the things of a picture stand, in their order, or its shapes, or the
    letters of its title.
    """
    if scene.kind == "shapes":
        return draw_shapes(rng, scene.colour, scene.shape, scene.count, size, placed=placed)
    if scene.kind == "pair":
        first, second = scene.things
        return draw_pair(
            rng, first.glyph, second.glyph, size, stacked=scene.stacked, placed=placed
        )
    if scene.kind == "titled":
        glyph = scene.things[0].glyph if scene.things else None
        return draw_titled(rng, glyph, scene.title, size, placed)
    if scene.kind == "printed":
        return draw_printed(rng, scene.things[0].glyph, scene.title, size)
    if scene.kind == "word":
        return draw_word(rng, scene.title, size, placed)
    if scene.kind == "letters":
        return draw_letters(rng, scene.title, size, placed)
    if scene.kind in ("page", "chart"):
        topic = scene.things[0]
        title = topic.name().capitalize()
        if scene.kind == "page":
            return draw_page(rng, topic.glyph, title, size)
        return draw_chart(rng, scene.chart, topic.glyph, title, size)
    return draw_thing(rng, scene.things[0].glyph, size, placed)


def frames(
    rng: Random, scene: Scene, count: int, size: Size, placed: list[list[Placed]] | None = None
) -> list[Image.Image]:
    """A clip's frames, or a picture as its only frame; `placed` learns where things stand."""
    if scene.kind == "clip":
        return draw_clip(rng, scene, count, size, placed)
    spots: list[Placed] = []
    picture = draw(rng, scene, size, spots)
    if placed is not None:
        placed.append(spots)
    return [picture]
