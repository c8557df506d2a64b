from __future__ import annotations

from dataclasses import replace
from random import Random

import numpy as np
import pytest

from qwen3vl_app.demo.training.batches import scaled
from qwen3vl_app.demo.training.grounding import WAYS, Judged, grounds_of
from qwen3vl_app.demo.world.captions import caption, note, shape_words, with_article
from qwen3vl_app.demo.world.clips import draw_clip
from qwen3vl_app.demo.world.drawing import COLOURS, Placed, draw_shapes, draw_thing
from qwen3vl_app.demo.world.names import LANGUAGES, load_things
from qwen3vl_app.demo.world.render import draw, frames
from qwen3vl_app.demo.world.scenes import (
    CHARTS,
    MOTIONS,
    Scene,
    prototype_names,
    prototypes,
    random_scene,
)
from qwen3vl_app.demo.world.sizes import Frame
from qwen3vl_app.demo.world.spelling import ALPHABET, letters_at

KINDS = ("thing", "pair", "shapes", "chart", "page", "clip")

pytestmark = pytest.mark.usefixtures("sources")


def test_load_things__every_thing_has_a_name_in_every_language() -> None:
    things = load_things()
    assert len(things) >= 350
    assert all(set(thing.names) == set(LANGUAGES) for thing in things)
    assert len({thing.name() for thing in things}) == len(things)


def test_load_things__limit_thins_out() -> None:
    assert len(load_things(40)) == 40


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "clip"])
def test_draw__same_seed_same_picture(kind: str) -> None:
    scene = random_scene(Random(1), kind, load_things())
    first, again = (draw(Random(5), scene, (200, 150)) for _ in range(2))
    assert first.tobytes() == again.tobytes()
    assert first.tobytes() != draw(Random(6), scene, (200, 150)).tobytes()


def test_draw_thing__size_and_mode() -> None:
    picture = draw_thing(Random(1), "🐈", (320, 200))
    assert (picture.size, picture.mode) == ((320, 200), "RGB")


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_draw_shapes__colour_covers_a_visible_part(count: int) -> None:
    picture = draw_shapes(Random(count), "red", "square", count, (300, 200))
    reds = sum(number for number, colour in picture.getcolors(100_000) if colour == COLOURS["red"])
    assert 0.02 < reds / (300 * 200) < 0.9


@pytest.mark.parametrize("motion", MOTIONS)
def test_draw_clip__frames_change(motion: str) -> None:
    things = load_things()[:2] if motion == "appear" else load_things()[:1]
    frames = draw_clip(Random(2), Scene("clip", things, motion=motion), 8, (128, 96))
    assert len(frames) == 8
    assert frames[0].tobytes() != frames[-1].tobytes()


@pytest.mark.parametrize("kind", KINDS)
def test_prototypes__shares_add_up_and_are_known(kind: str) -> None:
    things = load_things()
    known = set(prototype_names(things))
    for seed in range(20):
        shares = prototypes(random_scene(Random(seed), kind, things))
        groups = {name.split(":", 1)[0] for name in shares}
        for group in groups:
            of_group = [share for name, share in shares.items() if name.startswith(f"{group}:")]
            assert sum(of_group) == pytest.approx(1)
        assert groups
        assert set(shares) <= known


@pytest.mark.parametrize(
    ("tongue", "count", "expected"),
    [
        ("en", 1, "one red star"),
        ("en", 3, "three red stars"),
        ("zh", 2, "两个红色星星"),
        ("es", 1, "una estrella roja"),
        ("fr", 2, "deux étoiles rouges"),
        ("de", 4, "vier Stern, rot"),
    ],
)
def test_shape_words__number_colour_shape(tongue: str, count: int, expected: str) -> None:
    assert shape_words(tongue, "red", "star", count) == expected


def test_with_article__an_before_vowels() -> None:
    assert with_article("a owl next to a cat") == "an owl next to a cat"


@pytest.mark.parametrize("tongue", LANGUAGES)
def test_note__names_its_thing(tongue: str) -> None:
    cat = next(thing for thing in load_things() if thing.glyph == "🐈")
    texts = note(Random(3), [cat], tongue).lower()
    assert any(name.lower() in texts for name in cat.names[tongue])


@pytest.mark.parametrize("chart", CHARTS)
def test_caption__chart_names_its_kind(chart: str) -> None:
    scene = Scene("chart", load_things()[:1], chart=chart)
    assert caption(Random(1), scene, exact=True) in caption(Random(1), scene, exact=True)
    others = [Scene("chart", load_things()[:1], chart=other) for other in CHARTS if other != chart]
    assert caption(Random(1), scene) not in [caption(Random(1), other) for other in others]


@pytest.mark.parametrize("kind", ["titled", "word"])
def test_letters_at__every_letter_of_the_title_is_on_its_token(kind: str) -> None:
    frame = Frame((240, 320), (160, 224)) if kind == "titled" else Frame((320, 64), (160, 32))
    scene = Scene(kind, title="Fox den")
    spots: list[list[Placed]] = []
    frames(Random(3), scene, 1, frame.canvas, spots)
    shown = [[scaled(each, frame) for each in spots]]
    found = letters_at([scene.title], shown, frame.grid)
    assert found.shape == (frame.grid[0] * frame.grid[1] // 4, len(ALPHABET))
    assert {ALPHABET[place] for place in np.nonzero(found.any(0))[0]} == set("foxden")


def test_grounds_of__a_swapped_claim_points_the_other_way() -> None:
    first, second = load_things()[:2]
    scene = Scene("pair", (first, second))
    spots: list[Placed] = []
    draw(Random(1), scene, (256, 128), spots)
    left, right = spots
    claims = (scene, replace(scene, things=(second, first)))
    queries = tuple(" left of ".join(thing.name() for thing in each.things) for each in claims)
    places = {first.glyph: 0, second.glyph: 1}
    found = grounds_of([Judged(scene, [spots], claims, queries)], (8, 16), places)
    true, wrong = found.grounds.reshape(2, 4, 8, 2)
    assert true[int(left[1] // 32), int(left[0] // 32)].tolist() == [1, 0]
    assert true[int(right[1] // 32), int(right[0] // 32)].tolist() == [0, 1]
    assert (true[..., ::-1] == wrong).all()
    assert [[WAYS[way] for way in ways] for ways in found.ways] == [
        ["left", "left"],
        ["left", "right"],
    ]
