"""What every ``VectorIndex`` promises, asked of all of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qwen3vl_app.index.exact import FaissIndex
from qwen3vl_app.index.matrix import Matrix
from qwen3vl_app.index.protocol import VectorIndex
from qwen3vl_app.index.quantizers import EightBitCodes, OneBitCodes
from qwen3vl_app.index.two_stage import TwoStageIndex
from qwen3vl_app.types import Vectors
from tests import milvus_server

MakeIndex = Callable[[int], VectorIndex]


def on_milvus(dimension: int) -> VectorIndex:
    return milvus_server.empty_index(dimension)


def on_milvus_in_pieces(dimension: int) -> VectorIndex:
    """Names few ids at once, so that a filter needs many requests, or wider ones."""
    return milvus_server.empty_index(dimension, at_once=100)


def every_vector(dimension: int) -> VectorIndex:
    return TwoStageIndex(Matrix(dimension))


def one_bit(dimension: int) -> VectorIndex:
    return TwoStageIndex(Matrix(dimension), OneBitCodes(dimension), few=0)


def eight_bit(dimension: int) -> VectorIndex:
    """Goes through its codes also where there are only a few vectors."""
    codes = EightBitCodes(dimension)
    codes.first = 1
    return TwoStageIndex(Matrix(dimension), codes, few=0)


EXACT = [FaissIndex, every_vector, eight_bit, on_milvus]
SERVED = [on_milvus, on_milvus_in_pieces]
LOCAL = [FaissIndex, every_vector, eight_bit, one_bit]


@pytest.fixture(params=[*LOCAL, on_milvus], scope="module")
def make(request: pytest.FixtureRequest) -> MakeIndex:
    return request.param


@pytest.fixture(params=EXACT, scope="module")
def make_exact(request: pytest.FixtureRequest) -> MakeIndex:
    return request.param


def axes(dimension: int) -> Vectors:
    return np.eye(dimension, dtype=np.float32)


def ids(*numbers: int) -> np.ndarray:
    return np.array(numbers, dtype=np.int64)


def filled(make: MakeIndex) -> VectorIndex:
    """Ids 5, 2, 9 along the three axes."""
    index = make(3)
    index.upsert(ids(5, 2, 9), axes(3))
    return index


def test_search__nearest_comes_first(make: MakeIndex) -> None:
    found, similarities = filled(make).search(np.array([0.6, 0.8, 0], np.float32), 2)
    assert found.tolist() == [2, 5]
    assert similarities.tolist() == pytest.approx([0.8, 0.6])


def test_search__equal_similarities_are_ordered_by_id(make: MakeIndex) -> None:
    found, _ = filled(make).search(np.array([1, 0, 0], np.float32), 3)
    assert found.tolist() == [5, 2, 9]


def test_search__more_than_there_are_gives_all(make: MakeIndex) -> None:
    found, similarities = filled(make).search(axes(3)[0], 50)
    assert found.tolist() == [5, 2, 9]
    assert similarities.min() == 0


@pytest.mark.parametrize("k", [0, -1])
def test_search__none_asked_for(make: MakeIndex, k: int) -> None:
    assert filled(make).search(axes(3)[0], k)[0].tolist() == []


def test_search__empty_index(make: MakeIndex) -> None:
    found, similarities = make(3).search(axes(3)[0], 5)
    assert (found.shape, similarities.shape) == ((0,), (0,))
    assert (found.dtype, similarities.dtype) == (np.int64, np.float32)


def test_search__filter_gives_as_many_as_pass(make: MakeIndex) -> None:
    found, _ = filled(make).search(axes(3)[0], 2, among=ids(9, 2, 77))
    assert found.tolist() == [2, 9]


@pytest.mark.parametrize("among", [(), (77,)])
def test_search__filter_that_nothing_passes(make: MakeIndex, among: tuple[int, ...]) -> None:
    assert filled(make).search(axes(3)[0], 2, among=ids(*among))[0].tolist() == []


def test_search__wrong_dimension_is_refused(make: MakeIndex) -> None:
    with pytest.raises(ValueError, match="dimension 3"):
        filled(make).search(axes(4)[0], 1)


def test_upsert__wrong_dimension_is_refused(make: MakeIndex) -> None:
    index = make(3)
    with pytest.raises(ValueError, match="dimension 3"):
        index.upsert(ids(1), axes(4)[:1])
    assert len(index) == 0


def test_upsert__replaces_what_is_there(make: MakeIndex) -> None:
    index = filled(make)
    index.upsert(ids(1, 5), axes(3)[1:])
    assert index.ids().tolist() == [1, 2, 5, 9]
    found, similarities = index.search(axes(3)[2], 9)
    assert found.tolist() == [5, 9, 1, 2]
    assert similarities.tolist() == [1, 1, 0, 0]


def test_upsert__an_id_given_twice_is_refused(make: MakeIndex) -> None:
    index = filled(make)
    with pytest.raises(ValueError, match="twice"):
        index.upsert(ids(1, 1), axes(3)[:2])
    assert index.ids().tolist() == [2, 5, 9]


def test_upsert__nothing(make: MakeIndex) -> None:
    index = make(3)
    index.upsert(ids(), np.empty((0, 3), np.float32))
    assert (len(index), index.dimension) == (0, 3)


def test_delete__takes_out_and_passes_over(make: MakeIndex) -> None:
    index = filled(make)
    index.delete(ids(2, 77))
    assert (len(index), index.ids().tolist()) == (2, [5, 9])
    assert index.search(axes(3)[1], 3)[0].tolist() == [5, 9]
    index.delete(ids())
    index.upsert(ids(2), axes(3)[:1])
    assert index.ids().tolist() == [2, 5, 9]


def test_ids__large_ones_survive(make: MakeIndex) -> None:
    index = make(2)
    index.upsert(ids(2**40, 1), axes(2))
    assert index.search(axes(2)[0], 1)[0].tolist() == [2**40]


CASES = st.fixed_dictionaries(
    {
        "seed": st.integers(0, 2**32 - 1),
        "count": st.integers(0, 40),
        "k": st.integers(0, 50),
        "share": st.none() | st.floats(0, 1),
        "removed": st.floats(0, 1),
    }
)


@pytest.mark.parametrize("make_local", LOCAL)
@given(case=CASES)
def test_search__agrees_with_a_plain_sort(make_local: MakeIndex, case: dict) -> None:
    agrees_with_a_plain_sort(make_local, case)


@pytest.mark.parametrize("make_served", SERVED)
@settings(max_examples=5, deadline=None)  # every one makes a collection: half a second
@given(case=CASES)
def test_search__on_a_server_agrees_with_a_plain_sort(make_served: MakeIndex, case: dict) -> None:
    agrees_with_a_plain_sort(make_served, case)


def agrees_with_a_plain_sort(make: MakeIndex, case: dict) -> None:
    random, count = np.random.default_rng(case["seed"]), case["count"]
    vectors = random.standard_normal((count, 5)).astype(np.float32)
    names = random.permutation(1000)[:count].astype(np.int64)
    query = random.standard_normal(5).astype(np.float32)
    index = make(5)
    half = count // 2
    index.upsert(names[:half], vectors[:half])
    index.upsert(names[half:], vectors[half:])
    gone = names[random.random(count) < case["removed"]]
    index.delete(gone)
    among = None if case["share"] is None else names[random.random(count) < case["share"]]
    left = np.array([n not in gone and (among is None or n in among) for n in names], bool)
    expected = sorted(zip(-(vectors[left] @ query), names[left].tolist(), strict=True))

    found, similarities = index.search(query, case["k"], among)

    assert found.tolist() == [name for _, name in expected[: case["k"]]]
    wanted = [-similarity for similarity, _ in expected[: case["k"]]]
    assert similarities.tolist() == pytest.approx(wanted, abs=1e-5)


# ---------------------------------------------------------------- more vectors


def clustered(count: int, dimension: int, seed: int = 0) -> Vectors:
    """Around 60 centres of unequal size, as the files of a person are, of length 1."""
    random = np.random.default_rng(seed)
    centres = random.standard_normal((60, dimension)) / np.arange(1, dimension + 1) ** 0.3
    belongs = np.minimum(random.geometric(0.05, count), 60) - 1
    vectors = centres[belongs] + 0.3 * random.standard_normal((count, dimension))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


COUNT, WIDTH = 6000, 64
SERVED_COUNT = 1200
"""Milvus Lite needs a quarter of a millisecond for a row."""

MANY, QUERIES = clustered(COUNT, WIDTH), clustered(40, WIDTH, seed=1)
NAMES = np.random.default_rng(2).permutation(3 * COUNT)[:COUNT].astype(np.int64)


def count_of(make: MakeIndex) -> int:
    return SERVED_COUNT if make in SERVED else COUNT


def full(make: MakeIndex) -> VectorIndex:
    index, count = make(WIDTH), count_of(make)
    for begin in range(0, count, 2500):
        end = min(begin + 2500, count)
        index.upsert(NAMES[begin:end], MANY[begin:end])
    return index


@cache
def full_to_read(make: MakeIndex) -> VectorIndex:
    """One for all tests that change nothing of it."""
    return full(make)


def nearest(query: Vectors, k: int, chosen: np.ndarray) -> list[int]:
    names, vectors = NAMES[: len(chosen)][chosen], MANY[: len(chosen)][chosen]
    return names[np.lexsort((names, -(vectors @ query)))[:k]].tolist()


def test_search__exact_ones_equal_brute_force(make_exact: MakeIndex) -> None:
    index, everything = full_to_read(make_exact), np.ones(count_of(make_exact), bool)
    for query in QUERIES:
        found, similarities = index.search(query, 10)
        assert found.tolist() == nearest(query, 10, everything)
        best = np.sort(MANY[: len(everything)] @ query)[::-1][:10]
        assert similarities.tolist() == pytest.approx(best.tolist(), abs=1e-6)


def test_search__misses_at_most_one_in_a_hundred(make: MakeIndex) -> None:
    index, everything = full_to_read(make), np.ones(count_of(make), bool)
    pairs = [(index.search(q, 10)[0], nearest(q, 10, everything)) for q in QUERIES]
    found = [len(set(have.tolist()) & set(want)) for have, want in pairs]
    assert sum(found) >= 0.99 * 10 * len(QUERIES)


@pytest.mark.parametrize("share", [0.0005, 0.01, 0.2, 0.9])
def test_search__filter_is_never_short(make: MakeIndex, share: float) -> None:
    filter_is_never_short(make, share)


@pytest.mark.parametrize("share", [0.2, 0.9])
def test_search__filter_in_pieces_is_never_short(share: float) -> None:
    filter_is_never_short(on_milvus_in_pieces, share)


def filter_is_never_short(make: MakeIndex, share: float) -> None:
    index, count = full_to_read(make), count_of(make)
    random = np.random.default_rng(3)
    for query in QUERIES[: 2 if make in SERVED else 5]:
        chosen = random.random(count) < share
        among = np.concatenate([NAMES[:count][chosen], [10**9]])
        for k in (1, 10, 500):
            found, similarities = index.search(query, k, among)
            assert len(found) == len(set(found.tolist())) == min(k, chosen.sum())
            assert set(found.tolist()) <= set(NAMES[:count][chosen].tolist())
            assert (np.diff(similarities) <= 0).all()


def test_search__removed_ones_are_not_found_and_leave_no_gap(make: MakeIndex) -> None:
    index = full(make)
    for query in QUERIES[:5]:
        best, _ = index.search(query, 20)
        index.delete(best[:15])
        after, _ = index.search(query, 20)
        assert len(after) == 20
        assert not set(after.tolist()) & set(best[:15].tolist())
    assert len(index) == count_of(make) - 75


def test_fetch__those_that_are_there(make: MakeIndex) -> None:
    index = filled(make)
    found, vectors = index.fetch(ids(9, 77, 5))
    assert (sorted(found.tolist()), vectors.dtype) == ([5, 9], np.float32)
    axis_of = dict(zip((5, 2, 9), axes(3).tolist(), strict=True))
    assert vectors.tolist() == [axis_of[one] for one in found.tolist()]
    assert make(3).fetch(ids(5))[1].shape == (0, 3)


def test_scan__every_one_with_its_vector(make: MakeIndex) -> None:
    index = full(make)
    index.delete(NAMES[:1000])
    where = {name: place for place, name in enumerate(NAMES.tolist())}
    seen = set()
    for name, vector in index.scan():
        assert np.array_equal(vector, MANY[where[name]])
        seen.add(name)
    assert seen == set(NAMES[1000 : count_of(make)].tolist())
    assert list(make(3).scan()) == []
