"""The layout of a map: as good as it is held to be, and the same each time."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from sklearn.manifold import trustworthiness

from qwen3vl_app.index.neighbours import nearest_of_each
from qwen3vl_app.inspection.map_clusters import REPRESENTATIVES, cluster
from qwen3vl_app.inspection.map_layout import (
    epochs_for,
    graph,
    laid_out,
    principal_places,
    within_bounds,
)
from qwen3vl_app.inspection.map_work import run


def clumps(count: int, groups: int = 8, dimension: int = 32):
    """Vectors in clumps, and the clump of each."""
    random = np.random.default_rng(3)
    of_each = np.arange(count) % groups
    vectors = random.normal(size=(groups, dimension))[of_each]
    vectors = vectors + 0.6 * random.normal(size=(count, dimension))
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return (vectors / lengths).astype(np.float32), of_each


def layout(vectors, epochs=None):
    edges = graph(*nearest_of_each(vectors, 15))
    steps = laid_out(principal_places(vectors), edges, seed=7)
    now = None
    for number, now in enumerate(steps, start=1):  # noqa: B007  # the last is returned
        if number == epochs:
            break
    assert number == (epochs or epochs_for(len(vectors)))
    return now


def test_laid_out__keeps_neighbourhoods_that_principal_components_lose():
    vectors, _ = clumps(720, groups=24)
    before = trustworthiness(vectors, principal_places(vectors), n_neighbors=10, metric="cosine")
    after = trustworthiness(vectors, layout(vectors), n_neighbors=10, metric="cosine")
    assert after > 0.93
    assert after - before > 0.05


def test_laid_out__lies_within_bounds_and_is_the_same_again():
    vectors, _ = clumps(200)
    one, other = layout(vectors, 30), layout(vectors, 30)
    assert one.dtype == np.float32
    assert one.tobytes() == other.tobytes()
    assert np.abs(one).max() == pytest.approx(1, abs=1e-5)


def test_laid_out__parts_what_is_equal_without_breaking():
    vectors = np.repeat(clumps(4)[0], 10, axis=0)
    assert np.isfinite(layout(vectors)).all()


def test_principal_places__of_one_none_and_a_line():
    assert principal_places(np.ones((1, 4), np.float32)).tolist() == [[0, 0]]
    assert principal_places(np.ones((0, 4), np.float32)).shape == (0, 2)
    line = np.array([[0, 0, 1], [0, 0, 2], [0, 0, 4]], np.float32)
    assert principal_places(line)[:, 0].tolist() == pytest.approx([-1, -1 / 3, 1])


def test_within_bounds__keeps_proportions():
    found = within_bounds(np.array([[0.0, 0.0], [10.0, 2.0]]))
    assert found.tolist() == [[-1, pytest.approx(-0.2)], [1, pytest.approx(0.2)]]


def test_graph__is_symmetric_and_the_nearest_belongs_wholly():
    vectors, _ = clumps(100)
    edges = graph(*nearest_of_each(vectors, 6))
    pairs = {*zip(edges.heads.tolist(), edges.tails.tolist(), strict=True)}
    assert pairs == {(tail, head) for head, tail in pairs}
    assert edges.weights.max() == pytest.approx(1)
    assert edges.weights.min() > 0


def test_cluster__finds_clumps_the_largest_first():
    vectors, of_each = clumps(400, groups=4)
    found = cluster(vectors, seed=1)
    pure = [np.bincount(of_each[found.of_each == one]).max() for one in range(14)]
    assert sum(pure) / 400 > 0.95
    assert (np.diff(np.bincount(found.of_each)) <= 0).all()
    assert found.representatives.shape == (14, REPRESENTATIVES)  # √(400 / 2)
    for number, stand in enumerate(found.representatives):
        assert (found.of_each[stand[stand >= 0]] == number).all()


def test_cluster__of_a_few_is_one():
    assert cluster(clumps(5)[0], seed=1).of_each.tolist() == [0] * 5


def _note(seen: list[float], done: float, *_: object) -> None:
    seen.append(done)


@pytest.mark.parametrize("count", [3, 60])
def test_run__gives_the_same_bytes_however_many_threads_the_program_has(
    tmp_path, monkeypatch, count
):
    vectors, _ = clumps(count)
    written: list[bytes] = []
    for threads in ("1", "2"):
        seen: list[float] = []
        monkeypatch.setenv("OMP_NUM_THREADS", threads)
        folder = tmp_path / threads
        folder.mkdir()
        np.save(folder / "vectors.npy", vectors)
        run(folder, np.arange(count), partial(_note, seen), lambda: False)
        written.append((folder / "places.npy").read_bytes())
        assert seen[-1] == 1.0
        assert seen == sorted(seen)
    assert written[0] == written[1]
