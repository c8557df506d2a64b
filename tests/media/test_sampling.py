from __future__ import annotations

import itertools
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qwen3vl_app.media.sampling import (
    Span,
    _linspace,
    choose_frames,
    choose_moments,
    split_moments,
)
from qwen3vl_app.media.timeline import Timeline

REFERENCE = Span(fps=1.0, max_frames=64)


def test_choose_frames__as_the_reference_by_hand():
    # 75 frames at 25 a second are 3 s: the minimum of 4 frames, evenly from 0 to 74;
    # 74 / 3 = 24.67 and twice that 49.33
    assert choose_frames(REFERENCE, 75, 25.0) == [0, 25, 49, 74]


def test_choose_frames__one_per_second():
    assert choose_frames(REFERENCE, 100, 10.0) == [0, 11, 22, 33, 44, 55, 66, 77, 88, 99]


def test_choose_frames__long_video_has_the_most_frames():
    chosen = choose_frames(REFERENCE, 950, 10.0)
    assert len(chosen) == 64
    assert (chosen[0], chosen[-1]) == (0, 949)


@pytest.mark.parametrize(("total", "expected"), [(1, [0]), (2, [0, 1]), (3, [0, 2])])
def test_choose_frames__very_short(total, expected):
    assert choose_frames(REFERENCE, total, 25.0) == expected


def test_choose_frames__odd_numbers_are_made_even():
    assert len(choose_frames(Span(fps=1.0, max_frames=7), 100, 10.0)) == 6
    assert len(choose_frames(REFERENCE, 90, 10.0)) == 8  # 9 seconds


def test_choose_frames__within_a_span():
    # 2 s to 4 s at 10 a second are frames 20 to 40, four of them: 20, 26.67, 33.33, 40
    assert choose_frames(Span(fps=1.0, max_frames=64, start=2.0, end=4.0), 100, 10.0) == [
        20, 27, 33, 40,
    ]  # fmt: skip


def test_choose_frames__span_beyond_the_end():
    with pytest.raises(ValueError, match=r"no frame from 20\.0 to 30\.0 s of 10\.0 s"):
        choose_frames(Span(fps=1.0, max_frames=64, start=20.0, end=30.0), 100, 10.0)


def _supports_fused_multiply_add() -> bool:
    import torch

    return torch.backends.cpu.get_cpu_capability() in {"AVX2", "AVX512"}


def test_linspace__rounds_to_the_same_frames_as_torch():
    """Indices equal those of ``torch.linspace(...).round().long()`` for every pair tried."""
    import torch

    if not _supports_fused_multiply_add():
        pytest.skip("torch computes linspace without fused multiply-add on this processor")
    rng = random.Random(0)
    for count in range(2, 65, 2):
        totals = [*range(count, 200, 7), *(rng.randrange(200, 400_000) for _ in range(40))]
        for total in totals:
            first = rng.choice([0, 0, rng.randrange(100_000)])
            expected = torch.linspace(first, first + total - 1, count)
            found = _linspace(first, first + total - 1, count)
            assert np.array_equal(found, expected.numpy()), (first, total, count)
            rounded = expected.round().long().tolist()
            assert np.rint(found).astype(int).tolist() == rounded, (first, total, count)


def test_linspace__halves_round_to_even():
    # 0, 2.5, 5, 7.5, 10 -> 0, 2, 5, 8, 10
    assert np.rint(_linspace(0, 10, 5)).astype(int).tolist() == [0, 2, 5, 8, 10]


def test_split_moments__eight_seconds_by_two():
    assert split_moments(20.0, 8.0) == [(0.0, 8.0), (6.0, 14.0), (12.0, 20.0)]


def test_split_moments__short_rest_stretches_the_last():
    assert split_moments(21.0, 8.0) == [(0.0, 8.0), (6.0, 14.0), (12.0, 21.0)]
    assert split_moments(23.0, 8.0)[-1] == (18.0, 23.0)


def test_split_moments__short_video_has_none():
    assert split_moments(12.0, 8.0) == []
    assert split_moments(12.1, 8.0) != []


@settings(deadline=None)
@given(st.floats(0.01, 20_000), st.sampled_from([2.0, 5.0, 8.0, 30.0]))
def test_split_moments__cover_the_video_in_order(duration, seconds):
    moments = split_moments(duration, seconds)
    if not moments:
        assert duration <= 1.5 * seconds
        return
    assert moments[0][0] == 0
    assert moments[-1][1] == pytest.approx(duration, abs=0.001)
    for (start, end), (later, later_end) in itertools.pairwise(moments):
        assert start < later < end < later_end  # ordered, and each overlaps the next
    for start, end in moments:
        assert 0.25 * seconds - 0.01 <= end - start <= 1.25 * seconds + 0.01


@settings(deadline=None)
@given(
    st.integers(1, 500_000),
    st.floats(0.5, 240),
    st.floats(0.1, 10),
    st.integers(2, 128),
)
def test_choose_frames__ascending_and_inside(total, fps, rate, max_frames):
    chosen = choose_frames(Span(fps=rate, max_frames=max_frames), total, fps)
    assert 1 <= len(chosen) <= max_frames
    assert chosen == sorted(set(chosen))
    assert chosen[0] >= 0
    assert chosen[-1] <= total - 1


def test_choose_moments__frames_too_far_apart_have_none():
    """A slide every ten seconds; a damaged header even says one frame in a year."""
    assert choose_moments(Timeline(total=60, fps=0.1), 8.0) == []
    assert choose_moments(Timeline(total=75, fps=2.7e-5), 8.0) == []


@settings(deadline=None)
@given(st.integers(1, 2000), st.floats(0.1, 120))
def test_choose_moments__each_has_frames(total, fps):
    for start, end in choose_moments(Timeline(total=total, fps=fps), 8.0):
        assert choose_frames(Span(fps=1.0, max_frames=64, start=start, end=end), total, fps)
