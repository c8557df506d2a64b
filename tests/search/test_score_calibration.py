from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen3vl_app.search.score_calibration import (
    DEVIATIONS,
    SAME,
    SMALLEST_GROUP,
    SMALLEST_SAMPLE,
    calibrate,
    level,
)
from qwen3vl_app.types import Kind


def normal(count: int, middle: float, spread: float) -> np.ndarray:
    """Normal scores at their quantiles, so that the test has no luck in it."""
    from statistics import NormalDist

    at = [(n + 0.5) / count for n in range(count)]
    return np.array([NormalDist(middle, spread).inv_cdf(p) for p in at], np.float32)


def test_level__deviations_above_the_median():
    assert level(normal(1000, 0.2, 0.05), 100) == pytest.approx(0.2 + DEVIATIONS * 0.05, abs=1e-3)


def test_level__hits_do_not_move_it():
    noise = normal(950, 0.2, 0.05)
    with_hits = np.concatenate([noise, np.full(50, 0.9, np.float32)])
    assert level(with_hits, 1000) == pytest.approx(level(noise, 1000), abs=0.02)


def test_level__is_higher_in_a_large_library():
    scores = normal(1000, 0.2, 0.05)
    assert level(scores, 100) == level(scores, 160)
    assert level(scores, 160) < level(scores, 5000) < level(scores, 100_000)
    assert level(scores, 100_000) == pytest.approx(0.2 + 4.8 * 0.05, abs=2e-3)


def test_level__the_same_thing_stands_out_of_any_noise():
    """In a library of few things, all alike, four deviations can be beyond the highest cosine."""
    scores = normal(200, 0.5, 0.2)
    assert level(scores, 200) == SAME < 0.5 + DEVIATIONS * 0.2


def test_level__equal_scores_tell_nothing():
    assert level(np.full(50, 0.3, np.float32), 50) is None
    assert calibrate({Kind.PICTURE: np.full(50, 0.3, np.float32)}, 50) is None


def test_standing__too_few_scores_tell_nothing():
    assert calibrate({}, 0) is None
    assert calibrate({Kind.PICTURE: normal(SMALLEST_SAMPLE - 1, 0.2, 0.05)}, 29) is None


def test_standing__is_uniform_where_no_right_hit_could_stand_out():
    """2,500 drawn shapes, asked for "two blue stars": median 0.09, spread 0.22, level 0.95."""
    assert calibrate({Kind.PICTURE: normal(1000, 0.09, 0.22)}, 2622).uniform
    assert not calibrate({Kind.PICTURE: normal(1000, 0.02, 0.08)}, 2622).uniform


def test_standing__one_kind_that_can_stand_out_is_enough():
    scale = calibrate(
        {Kind.PICTURE: normal(500, 0.1, 0.3), Kind.PASSAGE: normal(500, 0.1, 0.03)}, 1000
    )
    assert not scale.uniform


def test_standing__kinds_are_compared_with_their_own():
    """Texts are nearer to a text than pictures are: a good picture must not drown in them."""
    scale = calibrate(
        {Kind.PASSAGE: normal(500, 0.5, 0.03), Kind.PICTURE: normal(500, 0.1, 0.03)}, 1000
    )
    assert scale.stands_out(Kind.PICTURE, 0.35)
    assert not scale.stands_out(Kind.PASSAGE, 0.6)
    assert scale.lowest == scale.levels[Kind.PICTURE]


def test_standing__few_of_a_kind_are_compared_with_all():
    scale = calibrate(
        {
            Kind.PASSAGE: normal(SMALLEST_GROUP - 1, 0.5, 0.03),
            Kind.PICTURE: normal(500, 0.1, 0.03),
        },
        600,
    )
    assert scale.levels[Kind.PASSAGE] == scale.levels[Kind.VIDEO] != scale.levels[Kind.PICTURE]


@given(st.lists(st.floats(-1, 1, width=32), min_size=30, max_size=60), st.floats(-1, 1, width=32))
def test_percentile__share_of_the_sample_below(scores, similarity):
    scale = calibrate({Kind.PICTURE: np.array(scores, np.float32)}, len(scores))
    if scale is not None:
        below = sum(score < similarity for score in scores)
        assert scale.percentile(similarity) == pytest.approx(100 * below / len(scores))
