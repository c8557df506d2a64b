"""What every ``Store`` promises, asked of all of them.

They are filled by the writer of a library, and asked through the contract only.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from qwen3vl_app.store.protocols import Store
from qwen3vl_app.types import ExactWords, ItemFilter, ItemId, Kind, Outcome, Space, Vectors
from tests.contracts.conftest import Kept, on_milvus_too
from tests.store.build import SPACE, content, hash_of, put_file, unit, vector_of

EAST, NORTH, UP = unit(1, 0, 0, 0), unit(0, 1, 0, 0), unit(0, 0, 1, 0)
FOX = 0xF0F0_0000_FFFF_1234
PASSAGES = ItemFilter(kinds=frozenset({Kind.PASSAGE}))


@pytest.fixture
def store(kept: Kept) -> Store:
    """A picture in the collection "trip", and a text of two passages."""
    put_file(kept.writer, Path("/p/east.png"), "east", [(content(), EAST)], collection="trip")
    passages = [
        (content(0, Kind.PASSAGE, text="A red fox."), NORTH),
        (content(1, Kind.PASSAGE, text="海边的灯塔, a lighthouse"), UP),
    ]
    put_file(kept.writer, Path("/p/notes.txt"), "notes", passages)
    return kept.store


def ids(store: Store, vector: Vectors, where: ItemFilter | None = None) -> list[ItemId]:
    found = (
        store.search(SPACE, vector, 50)
        if where is None
        else store.search(SPACE, vector, 50, where)
    )
    return [candidate.item_id for candidate in found]


def words(store: Store, text: str, where: ItemFilter | None = None) -> list[str]:
    wanted = ExactWords.read(text)
    found = store.find_words(wanted) if where is None else store.find_words(wanted, where)
    return [item.text for item in store.items(found.found).values()]


@on_milvus_too
def test_search__best_first_with_cosines(store: Store) -> None:
    found = store.search(SPACE, unit(4, 3, 0, 0), 2)
    assert [one.similarity for one in found] == pytest.approx([0.8, 0.6])
    assert [one.text for one in store.items([c.item_id for c in found]).values()] == [
        "",
        "A red fox.",
    ]


@on_milvus_too
def test_search__as_a_plain_sort_with_every_filter(kept: Kept) -> None:
    random = np.random.default_rng(3)
    kinds = [Kind.PICTURE, Kind.PAGE, Kind.PASSAGE]
    vectors = {}
    for number in range(60):
        vector = unit(*random.standard_normal(4))
        part = content(kind=kinds[number % 3], text=f"{number}")
        put_file(kept.writer, Path(f"/{number % 2}/{number}"), f"{number}", [(part, vector)])
        vectors[number] = vector
    query = unit(*random.standard_normal(4))
    for where, passes in (
        (ItemFilter(), lambda _: True),
        (ItemFilter(kinds=frozenset({Kind.PAGE})), lambda n: n % 3 == 1),
        (ItemFilter(folder=Path("/1")), lambda n: n % 2),
        (ItemFilter(folder=Path("/1"), kinds=frozenset({Kind.PAGE})), lambda n: n % 6 == 1),
        (ItemFilter(folder=Path("/2")), lambda _: False),
    ):
        expected = sorted((n for n in vectors if passes(n)), key=lambda n: -(vectors[n] @ query))
        for k in (1, 7, 100):
            found = kept.store.search(SPACE, query, k, where)
            named = [kept.store.items([one.item_id])[one.item_id].text for one in found]
            assert named == [str(n) for n in expected[:k]]


@on_milvus_too
def test_search__without_some(store: Store) -> None:
    first, *others = ids(store, EAST)
    assert [one.item_id for one in store.search(SPACE, EAST, 2, without=[first, 999])] == others
    assert len(store.search(SPACE, EAST, 1, PASSAGES, without=[others[0]])) == 1


@on_milvus_too
def test_search__two_spaces_side_by_side(kept: Kept, store: Store) -> None:
    other = Space(model="other", dimension=3, fingerprint="other-3")
    (picture, *_) = ids(store, EAST)
    assert store.search(other, unit(1, 0, 0), 5) == []
    assert vector_of(store, other, picture) is None
    assert store.search(other, unit(1, 0, 0), 1, among=[picture]) == []
    assert list(store.scan(other)) == []
    put_file(kept.writer, Path("/p/new"), "new", [(content(), unit(1, 0, 0))], space=other)
    assert len(store.search(other, unit(1, 0, 0), 5)) == 1
    assert len(ids(store, EAST)) == 3
    put_file(kept.writer, Path("/p/west"), "west", [(content(), unit(-1, 0, 0, 0))])
    assert len(ids(store, EAST)) == 4
    assert len(store.search(other, unit(1, 0, 0), 5)) == 1
    kept.writer.forget([Path("/p/new"), Path("/p/west")])
    assert (len(ids(store, EAST)), store.search(other, unit(1, 0, 0), 5)) == (3, [])


@on_milvus_too
def test_search__kinds_come_with_the_answer(store: Store) -> None:
    found = store.search(SPACE, EAST, 3)
    assert [one.kind for one in found] == [Kind.PICTURE, Kind.PASSAGE, Kind.PASSAGE]


@on_milvus_too
def test_search__among_some(store: Store) -> None:
    picture, first, second = ids(store, EAST)
    asked = [picture, first, picture, ItemId(999)]
    found = store.search(SPACE, unit(4, 3, 0, 0), 9, among=asked)
    assert {one.item_id: one.similarity for one in found} == pytest.approx(
        {picture: 0.8, first: 0.6}
    )
    assert store.search(SPACE, EAST, 9, among=[]) == []
    within = store.search(SPACE, EAST, 9, PASSAGES, among=asked)
    assert [one.item_id for one in within] == [first]
    assert store.search(SPACE, EAST, 9, PASSAGES, among=[picture, second], without=[second]) == []


@on_milvus_too
def test_scan__every_item_with_its_vector(kept: Kept, store: Store) -> None:
    vectors = {item: vector.tolist() for item, vector in store.scan(SPACE)}
    assert list(vectors) == sorted(ids(store, EAST))
    assert list(vectors.values()) == [EAST.tolist(), NORTH.tolist(), UP.tolist()]
    scan = store.scan(SPACE)
    next(scan)
    kept.writer.forget([Path("/p/notes.txt")])
    assert len(list(scan)) <= 2
    assert len(list(store.scan(SPACE))) == 1


def test_sample__by_kind(store: Store) -> None:
    scores = store.sample(SPACE, EAST)
    assert (scores.items, scores.elsewhere) == (3, 0)
    assert {kind: sorted(near.tolist()) for kind, near in scores.by_kind.items()} == {
        Kind.PICTURE: [1.0],
        Kind.PASSAGE: [0.0, 0.0],
    }


def test_sample__says_what_only_another_space_has(kept: Kept, store: Store) -> None:
    other = Space(model="other", dimension=4, fingerprint="other-4")
    put_file(kept.writer, Path("/p/east.png"), "east", [(content(), EAST)], space=other)
    found, before = store.sample(other, EAST), store.sample(SPACE, EAST)
    assert (found.items, found.elsewhere) == (1, 2)
    assert (before.items, before.elsewhere) == (3, 0)
    kept.writer.forget([Path("/p/notes.txt")])
    assert store.sample(other, EAST).elsewhere == 0


@on_milvus_too
def test_fetch__as_it_was_kept(store: Store) -> None:
    assert vector_of(store, SPACE, ids(store, UP)[0]).tolist() == UP.tolist()
    assert vector_of(store, SPACE, ItemId(999)) is None


def test_collapsed__look_and_vector_agree(kept: Kept) -> None:
    for name, phash, vector in (("a", FOX, EAST), ("b", FOX ^ 1, EAST), ("c", FOX, NORTH)):
        put_file(kept.writer, Path(f"/{name}"), name, [(content(phash=phash), vector)])
    a, b, c = sorted(ids(kept.store, EAST))
    assert kept.store.collapsed(SPACE, [c, b, a], 9).copies == {b: [a]}
    assert kept.store.collapsed(SPACE, [], 9).copies == {}


def test_find_words__phrases_parts_scripts_and_what_is_left_out(store: Store) -> None:
    assert words(store, '"red fox"') == ["A red fox."]
    assert words(store, '"fox red"') == []
    assert words(store, "ghthou") == ["海边的灯塔, a lighthouse"]
    assert words(store, "灯塔") == ["海边的灯塔, a lighthouse"]
    assert words(store, "a -fox") == ["海边的灯塔, a lighthouse"]
    assert words(store, "east") == [""]
    hidden = store.find_words(ExactWords.read("east"), PASSAGES)
    assert (hidden.found, len(hidden.hidden)) == ((), 1)


@pytest.mark.parametrize(
    "text", ['"', '"*) OR (', "NEAR(a b)", "a AND", "text:fox", "-", "\0", "ﷺ'"]
)
def test_find_words__no_text_is_an_error(store: Store, text: str) -> None:
    store.find_words(ExactWords.read(text))


def test_items__as_asked_less_those_that_are_gone(kept: Kept, store: Store) -> None:
    every = ids(store, EAST)
    asked = [every[2], ItemId(999), every[0]]
    assert list(store.items(asked)) == [every[2], every[0]]
    assert store.passing(every, PASSAGES) == set(every[1:])
    assert store.item(ItemId(999)) is None
    kept.writer.forget([Path("/p/notes.txt")])
    assert list(store.items(every)) == ids(store, EAST) == every[:1]
    assert words(store, "fox") == []
    assert store.item(every[1]) is None


def test_paths_of__every_file_with_these_bytes(kept: Kept, store: Store) -> None:
    assert put_file(kept.writer, Path("/p/copy"), "east", [(content(), EAST)]) is Outcome.DUPLICATE
    assert store.paths_of(hash_of("east")) == [Path("/p/east.png"), Path("/p/copy")]
    assert store.paths_of(hash_of("none")) == []
    counts = store.counts()
    assert (counts.files[Outcome.INDEXED], counts.files[Outcome.DUPLICATE]) == (2, 1)
    assert (counts.items[Kind.PICTURE], counts.items[Kind.PASSAGE]) == (1, 2)


def test_coverage__living_items_of_each_space_and_what_loads_its_model(kept: Kept) -> None:
    first = Space(model="A", dimension=4, fingerprint="a", checkpoint="/models/a")
    second = Space(model="B", dimension=4, fingerprint="b")
    for name in ("x", "y"):
        put_file(kept.writer, Path(f"/c/{name}.png"), name, [(content(), EAST)], space=first)
    put_file(kept.writer, Path("/c/x.png"), "x", [(content(), NORTH)], space=second)
    assert kept.store.coverage() == [(first, 2), (second, 1)]
    assert [space.checkpoint for space, _ in kept.store.coverage()] == ["/models/a", ""]
    kept.writer.forget([Path("/c/y.png")])
    assert kept.store.coverage() == [(first, 1), (second, 1)]
    kept.writer.writer.remember_checkpoint(replace(second, checkpoint="demo"))
    kept.writer.writer.remember_checkpoint(replace(first, checkpoint="/b/a"))
    put_file(kept.writer, Path("/c/z.png"), "z", [(content(), EAST)], space=second)
    assert [space.checkpoint for space, _ in kept.store.coverage()] == ["/b/a", "demo"]


def test_is_complete__once_every_file_is_embedded_or_refused_there(kept: Kept) -> None:
    first, second = (Space(model=n, dimension=4, fingerprint=n) for n in "ab")
    assert kept.store.is_complete(first)
    for name in ("x", "y"):
        put_file(kept.writer, Path(f"/c/{name}.png"), name, [(content(), EAST)], space=first)
    assert kept.store.is_complete(first)
    assert not kept.store.is_complete(second)
    put_file(kept.writer, Path("/c/x.png"), "x", [(content(), NORTH)], space=second)
    assert not kept.store.is_complete(second)
    put_file(kept.writer, Path("/c/y.png"), "y", [], space=second)  # its model takes no part of it
    assert kept.store.is_complete(second)
    assert kept.store.is_complete(first)
    put_file(kept.writer, Path("/c/z.png"), "z", [(content(), EAST)], space=first)
    assert not kept.store.is_complete(second)
