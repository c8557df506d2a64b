"""The nearest of each vector: checked against all pairs."""

from __future__ import annotations

import numpy as np
import pytest

from qwen3vl_app.index import neighbours
from qwen3vl_app.index.neighbours import nearest_of_each


def drawn(count: int, dimension: int = 16):
    vectors = np.random.default_rng(1).normal(size=(count, dimension)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def all_pairs(vectors, k):
    similarities = vectors @ vectors.T
    np.fill_diagonal(similarities, -np.inf)
    return np.argsort(-similarities, axis=1)[:, :k]


def test_nearest_of_each__are_those_of_all_pairs():
    vectors = drawn(300)
    nearest, similarities = nearest_of_each(vectors, 7)
    assert (nearest == all_pairs(vectors, 7)).all()
    assert similarities[5, 0] == pytest.approx(vectors[5] @ vectors[nearest[5, 0]], abs=1e-5)


def test_nearest_of_each__leaves_itself_out_among_equals():
    nearest, _ = nearest_of_each(np.repeat(drawn(2), 10, axis=0), 5)
    assert not (nearest == np.arange(20)[:, None]).any()


def test_nearest_of_each__by_lists_finds_nearly_all(monkeypatch):
    monkeypatch.setattr(neighbours, "EXACT_ITEMS", 100)
    vectors = drawn(4000, 8)
    nearest, _ = nearest_of_each(vectors, 5)
    exact = all_pairs(vectors, 5)
    shared = [len({*a} & {*b}) for a, b in zip(nearest.tolist(), exact.tolist(), strict=True)]
    assert np.mean(shared) / 5 > 0.7  # random vectors in few dimensions are the worst of cases


def test_nearest_of_each__refuses_more_than_there_are():
    with pytest.raises(ValueError, match="3 neighbours among 3"):
        nearest_of_each(drawn(3), 3)
