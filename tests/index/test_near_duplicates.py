from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen3vl_app.index.near_duplicates import (
    LIKENESS,
    PHASH_BITS,
    Gatherer,
    _banded_pairs,
    bits_apart,
    chains,
    close_pairs,
)
from tests.store.build import unit

LOOKS = st.integers(0, 2**64 - 1)


def phashes(*numbers: int) -> np.ndarray:
    return np.array(numbers, np.uint64)


@given(st.lists(st.tuples(LOOKS, LOOKS), min_size=1))
def test_bits_apart__as_python_counts(pairs):
    one, other = phashes(*(a for a, _ in pairs)), phashes(*(b for _, b in pairs))
    assert bits_apart(one, other).tolist() == [(a ^ b).bit_count() for a, b in pairs]


@given(
    st.lists(LOOKS, max_size=6),
    st.lists(st.tuples(st.integers(0, 5), st.sets(st.integers(0, 63), max_size=10)), max_size=30),
)
def test_close_pairs__misses_none_and_finds_none_too_many(originals, changes):
    """Random phashes and copies of them with up to ten bits turned, however these are spread."""
    made = set(originals)
    for number, bits in changes:
        if number < len(originals):
            made.add(originals[number] ^ sum(1 << bit for bit in bits))
    ordered = sorted(made)
    expected = {
        (i, j)
        for j, b in enumerate(ordered)
        for i, a in enumerate(ordered[:j])
        if (a ^ b).bit_count() <= PHASH_BITS
    }
    for way in (close_pairs, _banded_pairs):
        one, other = way(phashes(*ordered))
        assert set(zip(one.tolist(), other.tolist(), strict=True)) == expected
        assert len(one) == len(expected)


def test_close_pairs__many_looks_are_not_all_compared():
    """All pairs of 30,000 are 450 million; this is done within a second or two."""
    chance = np.random.default_rng(0)
    made = chance.integers(0, 2**64, 30_000, dtype=np.uint64)
    made[20_000:] = made[:10_000] ^ np.uint64(0b1011 << 30)
    one, other = close_pairs(made)
    found = set(zip(one.tolist(), other.tolist(), strict=True))
    assert {(number, 20_000 + number) for number in range(10_000)} <= found
    assert len(found) < 10_010


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([], [0, 1, 2, 3, 4]),
        ([(0, 1), (3, 4)], [0, 0, 2, 3, 3]),
        ([(3, 4), (2, 3), (1, 2)], [0, 1, 1, 1, 1]),
        ([(0, 4), (1, 3), (3, 4)], [0, 0, 2, 0, 0]),
    ],
)
def test_chains__over_any_number_of_links(pairs, expected):
    one, other = (np.array([pair[side] for pair in pairs], np.intp) for side in (0, 1))
    assert chains(5, one, other).tolist() == expected


def test_gatherer__look_and_vector_must_both_agree():
    gatherer = Gatherer(2)
    turned = 2 ** (PHASH_BITS + 1) - 1
    for item, phash, vector in (
        (1, 0, unit(1, 0)),
        (2, turned >> 1, unit(1, 0.1)),  # close enough in both
        (3, turned, unit(1, 0)),  # one bit too many
        (4, 0, unit(1, 1)),  # another direction
        (5, turned, unit(1, 0.05)),
    ):
        gatherer.add(item, np.uint64(phash), vector)
    assert gatherer.groups == [[1, 2], [3, 5], [4]]


def test_gatherer__a_row_of_small_changes_is_not_one_group():
    gatherer = Gatherer(2)
    step = np.arccos(LIKENESS) * 0.9
    for number in range(4):
        angle = number * step
        gatherer.add(number, np.uint64(0), unit(np.cos(angle), np.sin(angle)))
    assert gatherer.groups == [[0, 1], [2, 3]]
