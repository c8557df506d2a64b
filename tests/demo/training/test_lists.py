"""Families of scenes, what is asked of them, what answers it, and what is made of the lists."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer

from qwen3vl_app.demo.training import inputs
from qwen3vl_app.demo.training.asking import Asked, answers, ask
from qwen3vl_app.demo.training.comparing import compare_by, comparing_model, comparison, linear_map
from qwen3vl_app.demo.training.course import Gentle, Plan, optimizers_for
from qwen3vl_app.demo.training.lists import (
    FAR,
    FORMS,
    MOVED,
    NEAR,
    WORDS_FIRST,
    Families,
    families,
    pairing,
    wordless,
)
from qwen3vl_app.demo.training.listwise import by_query, choice, kept_loss, loss_of
from qwen3vl_app.demo.training.lookalikes import look_alikes
from qwen3vl_app.demo.training.network import HEAD, TEXT_LAYERS, WIDTH, build_model, encode_rows
from qwen3vl_app.demo.training.preparing import GATHERING, prompts_of, query_ends
from qwen3vl_app.demo.world.families import FAMILY, FOREIGN, family, similar_titles
from qwen3vl_app.demo.world.names import Thing, load_things
from qwen3vl_app.demo.world.scenes import Scene

pytestmark = pytest.mark.usefixtures("sources")

LATER = -10_000
"""A base whose steps are all behind those with words alone."""


@pytest.fixture(scope="module")
def three() -> tuple[Thing, Thing, Thing]:
    named = {thing.name(): thing for thing in load_things()}
    return named["cat"], named["dog"], named["pizza"]


@pytest.fixture(scope="module")
def batches() -> list[Families]:
    return [families(seed, LATER, FAMILY, 60) for seed in range(80)]


def test_answers__a_relation_by_that_scene_only(three: tuple[Thing, Thing, Thing]) -> None:
    cat, dog, _ = three
    scene = Scene("pair", (cat, dog))
    asked = Asked("a cat left of a dog", scene)
    assert answers(asked, scene) == 1
    assert answers(asked, replace(scene, stacked=True)) == 0
    assert answers(asked, replace(scene, things=(dog, cat))) == 0
    assert answers(asked, Scene("thing", (cat,))) == 0


def test_answers__names_by_whatever_shows_them(three: tuple[Thing, Thing, Thing]) -> None:
    cat, dog, pizza = three
    one = Asked("cat", Scene("thing", (cat,)), whole=False)
    both = Asked("cat and dog", Scene("both", (cat, dog)), whole=False)
    shown = Scene("pair", (dog, cat), stacked=True)
    assert [answers(asked, shown) for asked in (one, both)] == [1, 1]
    alone = Scene("thing", (pizza,))
    assert [answers(asked, alone) for asked in (one, both)] == [0, 0]


def test_answers__a_word_that_names_two_things_is_unclear(
    three: tuple[Thing, Thing, Thing],
) -> None:
    cat, dog, _ = three
    asked = Asked("a dog", Scene("thing", (cat,)), whole=False)
    assert math.isnan(answers(asked, Scene("thing", (dog,))))


def test_answers__charts_by_kind_and_by_the_topic_if_it_is_named(
    three: tuple[Thing, Thing, Thing],
) -> None:
    cat, dog, _ = three
    pie = Scene("chart", (cat,), chart="pie")
    anything = Asked("pie chart", replace(pie, things=()))
    about = Asked("pie chart about cat", pie)
    other = replace(pie, things=(dog,))
    assert [answers(anything, pie), answers(anything, other)] == [1, 1]
    assert [answers(about, pie), answers(about, other)] == [1, 0]
    assert answers(anything, replace(pie, chart="bar")) == 0


@pytest.mark.parametrize(
    "kind", ["thing", "pair", "shapes", "titled", "printed", "chart", "page", "clip"]
)
def test_family__differs_throughout_and_answers_its_own_queries(kind: str) -> None:
    for seed in range(20):
        rng = Random(seed)
        scenes = family(rng, kind, load_things(60), None, 10_000)
        assert len(scenes) == FAMILY
        assert all(answers(ask(rng, scene), scene) == 1 for scene in scenes)
        if kind != "pair":  # of two wrong things, both may be the same
            assert len(set(scenes)) == FAMILY


def test_similar_titles__share_letters() -> None:
    first, *others = similar_titles(Random(4))
    assert len(others) == FAMILY - 1
    assert first not in others
    assert len(set(first.lower()) & set(others[0].lower())) >= 3


def test_pairing__own_family_and_one_of_each_that_follows() -> None:
    asked = pairing(2 * FAMILY)
    assert asked.shape == (2 * FAMILY, FAMILY + 1)
    assert asked[1].tolist() == [*range(FAMILY), FAMILY + 1]
    assert asked[FAMILY].tolist() == [*range(FAMILY, 2 * FAMILY), 0]
    assert pairing(9 * FAMILY).shape == (9 * FAMILY, FAMILY + FOREIGN)
    assert pairing(9 * FAMILY)[2, FAMILY:].tolist() == [2 + FAMILY * at for at in range(1, 5)]


@pytest.mark.parametrize("count", [2, 3, 7])
def test_by_query__every_query_finds_the_documents_that_were_asked_it(count: int) -> None:
    asked = pairing(count * FAMILY)
    documents = np.arange(len(asked))[:, None].repeat(asked.shape[1], axis=1)
    pairs = torch.tensor(asked * 1000 + documents)
    found = by_query(pairs)
    assert torch.equal(found // 1000, torch.arange(len(asked))[:, None].expand_as(found))
    assert sorted(found.flatten().tolist()) == sorted(pairs.flatten().tolist())


def test_families__every_query_has_an_answer_in_its_list(batches: list[Families]) -> None:
    for batch in batches:
        strays = 0 if batch.asking is not None else NEAR + FAR
        shape = (len(batch.documents), FAMILY + 1 + strays)
        assert batch.truth.shape == batch.asked.shape == shape
        for document in range(len(batch.documents)):
            right = batch.truth[document, document % FAMILY]
            joined = batch.asking is not None and not batch.queries[0].endswith(">")
            assert right == (0 if joined and document % FAMILY >= FAMILY - 2 else 1)
        easy = batch.truth[:, FAMILY]
        assert np.nansum(easy) <= len(easy) / 3


def test_families__strays_are_mostly_wrong_and_about_what_is_shown(
    batches: list[Families],
) -> None:
    worded = [batch for batch in batches if batch.asking is None]
    near = np.concatenate([b.truth[:, -NEAR - FAR : -FAR].flatten() for b in worded])
    far = np.concatenate([b.truth[:, -FAR:].flatten() for b in worded])
    assert np.nanmean(far) < 0.03
    assert 0.05 < np.nanmean(near) < 0.4
    for batch in worded:
        own = batch.asked[:, -NEAR - FAR :]
        assert own.min() == len(batch.documents)
        assert own.size == len(np.unique(own)) == len(batch.queries) - len(batch.documents)


def test_wordless__clips_ask_for_clips_pictures_and_notes() -> None:
    for seed, sides in enumerate(MOVED):
        batch = wordless(Random(seed), load_things(60), 2, None, sides)
        assert batch.shown is not None
        assert batch.shown.shape[1] == 2
        assert batch.asking is not None
        assert (batch.asking.shape[1] > 1) == (sides[0] == "clip")
        assert ("<|video_pad|>" in batch.documents[0]) == (sides[1] == "clip")
        assert (batch.seen is None) == (sides[1] == "note")
        assert (np.diagonal(batch.truth[:FAMILY, :FAMILY]) == 1).all()


def test_families__every_form_comes_up(batches: list[Families]) -> None:
    kinds = {
        (
            None if batch.shown is None else batch.shown.shape[1],
            batch.asking is not None,
            batch.seen is None,
        )
        for batch in batches
    }
    notes, pictures, clips, by_picture = (
        (None, False, True),
        (1, False, False),
        (2, False, False),
        (1, True, False),
    )
    assert {notes, pictures, clips, by_picture} <= kinds
    assert sum(FORMS.values()) == pytest.approx(1)


def test_families__words_alone_at_first() -> None:
    often, until = WORDS_FIRST
    alone = [not families(seed, 0, FAMILY, 60).documents for seed in range(20)]
    assert sum(alone) > 20 * often / 2
    assert all(families(until + seed, 0, FAMILY, 60).documents for seed in range(5))


def test_query_ends__is_the_token_behind_every_query(
    tokenizer: Tokenizer, batches: list[Families]
) -> None:
    batch = batches[0]
    rows = inputs.rows_of(tokenizer, prompts_of(batch), batch.grid)
    flat = torch.cat([rows.prompt, rows.ids.flatten()])
    assert set(flat[query_ends(tokenizer, rows)].tolist()) == {tokenizer.token_to_id(GATHERING)}


def test_choice__passes_over_lists_without_an_answer_and_what_is_unclear() -> None:
    logits = torch.tensor([[9.0, 0.0, 99.0], [0.0, 5.0, 0.0]])
    truth = torch.tensor([[1.0, 0.0, torch.nan], [0.0, 0.0, 0.0]])
    assert choice(logits, truth) < 1e-3
    assert choice(-logits, truth) > 8
    assert choice(logits, torch.zeros(2, 3)) == 0


def test_loss_of__falls_where_right_rows_rise() -> None:
    truth = torch.zeros(FAMILY, FAMILY)
    truth[range(FAMILY), range(FAMILY)] = 1
    right, wrong = (loss_of(sign * (truth * 12 - 6), truth) for sign in (1, -1))
    assert all(part < 0.01 for part in right.values())
    assert all(wrong[name] > 3 for name in right)


def test_kept_loss__is_nothing_for_the_same_direction() -> None:
    vectors = torch.eye(3)
    assert kept_loss(vectors, vectors) == 0
    assert kept_loss(vectors, vectors.roll(1, 0)) > 1


def test_comparison__equal_rows_for_the_slowest_dimensions() -> None:
    vectors = torch.randn(400, WIDTH, generator=torch.Generator().manual_seed(1))
    vectors[:, 5] *= 50  # what tells them apart best
    found = comparison(vectors)
    assert torch.allclose(found @ found.T, torch.eye(WIDTH), atol=1e-4)
    assert found[:, 5].abs().argmax() == HEAD // 2 - 1


def test_comparing_model__lower_layers_are_the_embedder(tokenizer: Tokenizer) -> None:
    embedder = build_model(3)
    model = comparing_model(embedder, 4, gathering=(517, 0))
    rows = inputs.rows_of(tokenizer, [inputs.embed_prompt(text, "x") for text in ("cat", "dog")])
    above: list[torch.Tensor] = []
    with torch.no_grad():
        encode_rows(model, rows, None, above)
        below = encode_rows(embedder, rows)
        text = model.model.language_model
        ends = torch.arange(2) * rows.ids.shape[1] + rows.last + len(rows.prompt)
        found = text.norm(above[TEXT_LAYERS - 1][ends])
    assert torch.allclose(found, below, atol=1e-4)
    assert torch.equal(text.embed_tokens.weight[517], text.embed_tokens.weight[0])


def test_compare_by__keys_and_queries_meet_in_one_space() -> None:
    model = build_model(3, TEXT_LAYERS + 1)
    asked, shown = torch.randn(2, WIDTH, WIDTH, generator=torch.Generator().manual_seed(1))
    compare_by(model, torch.randn(300, WIDTH), asked, shown)
    layer = model.model.language_model.layers[TEXT_LAYERS].self_attn
    found = layer.k_proj.weight.T @ layer.q_proj.weight
    assert torch.allclose(found, asked.T @ shown, atol=1e-2)


def test_linear_map__finds_a_map_that_is_there() -> None:
    states = torch.randn(2000, WIDTH, generator=torch.Generator().manual_seed(1))
    wanted = torch.randn(WIDTH, WIDTH, generator=torch.Generator().manual_seed(2))
    assert torch.allclose(linear_map(states, states @ wanted.T), wanted, atol=0.05)


def test_comparing_model__another_shape_is_refused() -> None:
    with pytest.raises(ValueError, match="another shape"):
        comparing_model(build_model(3, 2), 4, gathering=(517, 0))


def test_look_alikes__by_picture_and_by_name() -> None:
    things = load_things(60)
    places = torch.eye(len(things))
    found = look_alikes(places, torch.stack([places.roll(1, 1)] * 2), things)
    assert (1 % len(things)) in found[things[0].glyph]
    assert all(place not in found[thing.glyph] for place, thing in enumerate(things))


def test_optimizers_for__gentle_parameters_have_a_share() -> None:
    optimizers = optimizers_for(build_model(3, 2), [], Gentle(0.5, ("layers.0.",)))
    shares = {group["share"] for optimizer in optimizers for group in optimizer.param_groups}
    assert {0.5, 1.0} <= shares


def test_plan__shared_counts_processor_time_only() -> None:
    plan = Plan(minutes=1, work=Path(), shared=True)
    began = plan.clock()
    time.sleep(0.2)
    assert plan.clock() - began < 0.1
