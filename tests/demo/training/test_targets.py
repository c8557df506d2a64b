"""The targets that training asks for on the way: pointing, names, ways, letters, places."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer

from qwen3vl_app.demo.training import inputs
from qwen3vl_app.demo.training.batches import pair_batch, show
from qwen3vl_app.demo.training.grounding import (
    UNKNOWN,
    WAYS,
    Judged,
    choice_loss,
    grounds_of,
    names_in,
    way_of,
)
from qwen3vl_app.demo.training.lists import BESIDE, NAMES, Families, families
from qwen3vl_app.demo.training.network import row_ends, segment_ends, vision_places
from qwen3vl_app.demo.training.places import middles_of, own_places, places_loss
from qwen3vl_app.demo.training.preparing import name_ends, prompts_of
from qwen3vl_app.demo.training.tokenizer import IMAGE_PAD, VISION_END
from qwen3vl_app.demo.world.captions import caption
from qwen3vl_app.demo.world.motions import moves_of, places_of
from qwen3vl_app.demo.world.names import Thing, load_things
from qwen3vl_app.demo.world.scenes import Scene
from qwen3vl_app.demo.world.spelling import gram_targets, letter_loss, letters_at, letters_by_patch

pytestmark = pytest.mark.usefixtures("sources")


@pytest.fixture(scope="module")
def cat_and_dog() -> tuple[Thing, Thing]:
    named = {thing.name(): thing for thing in load_things()}
    return named["cat"], named["dog"]


@pytest.fixture(scope="module")
def grounded() -> Families:
    """A batch of pictures with targets."""
    for seed in range(60):
        batch = families(seed, -10_000, 12, 60)
        if batch.grounds is not None and "<|image_pad|>" in batch.documents[0]:
            return batch
    raise AssertionError


@pytest.mark.parametrize(
    ("text", "order", "way"),
    [
        ("a cat left of a dog", ["cat", "dog"], "left"),
        ("a dog right of a cat", ["dog", "cat"], "right"),
    ],
)
def test_way_of__in_the_order_of_the_words(
    cat_and_dog: tuple[Thing, Thing], text: str, order: list[str], way: str
) -> None:
    scene = Scene("pair", cat_and_dog)
    named = [thing for _, _, thing in names_in(text, scene)]
    assert [thing.name() for thing in named] == order
    assert WAYS[way_of(scene, named)] == way
    assert WAYS[way_of(replace(scene, stacked=True), named)] in ("above", "below")
    assert way_of(Scene("pair", cat_and_dog[:1] + load_things()[:1]), named) == UNKNOWN


def test_names_in__unclear_texts_have_none(cat_and_dog: tuple[Thing, Thing]) -> None:
    assert names_in("a cat", Scene("pair", cat_and_dog)) == []
    assert names_in("İ cat and dog", Scene("pair", cat_and_dog)) == []


def test_grounds_of__tokens_under_what_is_named(cat_and_dog: tuple[Thing, Thing]) -> None:
    scene, grid = Scene("pair", cat_and_dog), (4, 8)
    frames = [[(32.0, 32.0, 50.0), (96.0, 32.0, 50.0)]]
    queries = ("a cat left of a dog", "a dog left of a cat")
    claims = (scene, replace(scene, things=scene.things[::-1]))
    found = grounds_of(
        [Judged(scene, frames, claims, queries)],
        grid,
        {thing.glyph: place for place, thing in enumerate(cat_and_dog)},
    )
    left, right = [[1, 1, 0, 0]] * 2, [[0, 0, 1, 1]] * 2
    assert found.grounds[0].reshape(2, 4, 2).transpose(2, 0, 1).tolist() == [left, right]
    assert found.grounds[1].reshape(2, 4, 2).transpose(2, 0, 1).tolist() == [right, left]
    assert found.shown[0].reshape(2, 4).tolist() == [[0, 0, 1, 1]] * 2
    assert [WAYS[way] for way in found.ways[0]] == ["left", "left"]
    assert [WAYS[way] for way in found.ways[1]] == ["left", "right"]
    assert found.named == ((0, 5, 0), (0, 19, 1), (1, 5, 1), (1, 19, 0))


def test_name_ends__are_tokens_of_the_names(tokenizer: Tokenizer, grounded: Families) -> None:
    prompts = prompts_of(grounded)
    rows = inputs.rows_of(tokenizer, prompts, grounded.grid)
    assert grounded.grounds is not None
    places, things = name_ends(tokenizer, grounded.grounds.named, prompts, rows)
    flat = torch.cat([rows.prompt, rows.ids.flatten()])
    assert len(places) == len(things) == len(grounded.grounds.named) > 0
    asked = [grounded.queries[at] for at in grounded.asked.flatten()]
    first, length = rows.prompt.shape[0], rows.ids.shape[1]
    for place, (row, end, _) in zip(places.tolist(), grounded.grounds.named, strict=True):
        begin = first + row * length
        said = tokenizer.decode(flat[begin : place + 1].tolist())
        assert said.endswith(asked[row][:end])
        assert not tokenizer.decode(flat[begin:place].tolist()).endswith(asked[row][:end])


def test_families__further_names_in_many_languages(grounded: Families) -> None:
    assert len(grounded.meant) > 0.8 * BESIDE * NAMES
    assert sum(not name.isascii() for name in grounded.names) > len(grounded.names) / 4
    for row, end, place in grounded.meant:
        said = grounded.names[row][:end].lower()
        names = load_things(60)[place].names.values()
        assert any(said.endswith(name.lower()) for tongue in names for name in tongue)


def test_flat_places__vision_tokens_and_what_follows(
    tokenizer: Tokenizer, grounded: Families
) -> None:
    rows = inputs.rows_of(tokenizer, prompts_of(grounded), grounded.grid)
    flat = torch.cat([rows.prompt, rows.ids.flatten()])
    assert grounded.grounds is not None
    assert len(vision_places(rows)) == grounded.grounds.shown.size
    assert set(flat[vision_places(rows)].tolist()) == {IMAGE_PAD}
    assert flat[segment_ends(rows)].tolist() == [VISION_END] * len(rows.ids)
    assert flat[row_ends(rows)].tolist() == [flat[row_ends(rows)][0].item()] * len(rows.ids)


def test_choice_loss__passes_over_the_unknown() -> None:
    logits = torch.tensor([[9.0, 0.0], [0.0, 9.0]])
    assert choice_loss(logits, torch.tensor([0, UNKNOWN])) < 0.01
    assert choice_loss(logits, torch.tensor([1, UNKNOWN])) > 8
    assert choice_loss(logits, torch.tensor([UNKNOWN, UNKNOWN])) == 0


def test_places_of__follows_the_motion(cat_and_dog: tuple[Thing, Thing]) -> None:
    spots: list[list[list[tuple[float, float, float]]]] = []
    scenes = [Scene("clip", cat_and_dog[:1], motion=way) for way in ("right", "up", "grow")]
    _, shown = show(Random(3), scenes, "clip", spots)
    right, up, grow = places_of(spots, shown[0].grid).reshape(3, -1, 3)
    assert (np.diff(right[:, 0]) > 0).all()
    assert (np.diff(up[:, 1]) < 0).all()
    assert (np.diff(grow[:, 2]) > 0).all()
    everything = np.concatenate([right, up, grow])
    moves = moves_of(everything, 3).reshape(3, -1, 3)
    assert np.isnan(moves[:, 0]).all()
    assert np.allclose(moves[:, 1:, 1][[0, 2]], 0)
    assert (moves[0, 1:, 0] > 0).all()
    assert ((everything > 0) & (everything < 1.3)).all()
    assert places_loss(torch.from_numpy(everything), everything) == 0


def test_places_of__two_things_have_no_place(cat_and_dog: tuple[Thing, Thing]) -> None:
    spots: list[list[list[tuple[float, float, float]]]] = []
    _, shown = show(Random(3), [Scene("clip", cat_and_dog, motion="appear")], "clip", spots)
    places = places_of(spots, shown[0].grid)
    assert np.isnan(places[-1]).all()
    assert places_loss(torch.zeros(len(places), 3), places).isfinite()


def test_own_places__repeat_for_every_segment() -> None:
    assert own_places(4, (2, 4)).tolist() == [[0.25, 0.5], [0.75, 0.5]] * 2


def test_middles_of__across_and_down_of_what_is_named(
    cat_and_dog: tuple[Thing, Thing],
) -> None:
    scene, grid = Scene("pair", cat_and_dog), (4, 8)
    frames = [[(32.0, 32.0, 50.0), (96.0, 16.0, 20.0)]]
    queries, claims = ("a cat left of a dog", "a cat"), (scene, Scene("thing", cat_and_dog[:1]))
    numbers = {thing.glyph: place for place, thing in enumerate(cat_and_dog)}
    found = grounds_of([Judged(scene, frames, claims, queries)], grid, numbers)
    first, second = middles_of(found.grounds, grid)
    assert first.tolist() == pytest.approx([0.25, 0.5, 0.875, 0.25])
    assert second[:2].tolist() == pytest.approx([0.25, 0.5])
    assert np.isnan(second[2:]).all()
    assert places_loss(torch.tensor([[0.25, 0.5, 9.0, 9.0]]), second[None]) == 0


def test_letters_at__every_letter_under_one_token() -> None:
    spots: list[list[list[tuple[float, float, float]]]] = []
    _, shown = show(Random(3), [Scene("word", title="Harbour")], "strip", spots)
    letters = letters_at(["Harbour"], spots, shown[0].grid)
    assert np.nonzero(letters.any(axis=0))[0].tolist() == sorted({ord(c) - 97 for c in "harbour"})


def test_gram_targets__letters_and_pairs() -> None:
    assert gram_targets(["tea"])[0].sum() >= 3
    assert torch.equal(gram_targets(["tea"]), gram_targets(["Tea"]))


def test_pair_batch__spells_headings_that_are_never_drawn() -> None:
    batch = next(found for found in (pair_batch(s, 0, 5, 60, 0) for s in range(60)) if found.words)
    assert all(word.lower() in query.lower() for query, word in batch.words)


def test_pair_batch__motion_of_one_thing_in_every_way() -> None:
    batches = (pair_batch(seed, 0, 13, 60, 0) for seed in range(200))
    batch = next(found for found in batches if found.places is not None)
    per = len(batch.places) // len(batch.scenes) if batch.places is not None else 0
    assert per * len(batch.scenes) == len(batch.shown if batch.shown is not None else ())
    for scene, query in zip(batch.scenes, batch.queries, strict=True):
        assert query
        assert caption(Random(1), scene, tongue="en")


def test_letters_by_patch__in_the_order_of_the_vision_tower() -> None:
    spots = [[[(8.0, 8.0, 9.0), (24.0, 8.0, 9.0), (8.0, 24.0, 9.0), (40.0, 8.0, 9.0)]]]
    found = letters_by_patch(["abcd, not drawn"], spots, (2, 4))
    assert found.tolist() == [0, 1, 2, -1, 3, -1, -1, -1]
    assert letter_loss(torch.eye(26)[found.clip(0)] * 50, found) < 0.01


def test_pair_batch__pages_full_of_words_have_letters_on_most_rows() -> None:
    batch = next(
        found
        for found in (pair_batch(s, 0, 3, 60, 0) for s in range(60))
        if found.patch_letters is not None
    )
    assert batch.grid is not None
    assert batch.shown is not None
    by_picture = batch.patch_letters.reshape(len(batch.shown), -1)
    assert by_picture.shape[1] == batch.grid[0] * batch.grid[1]
    assert ((by_picture >= 0).sum(axis=1) > 8).all()
