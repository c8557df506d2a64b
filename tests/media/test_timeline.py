from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qwen3vl_app.media.sampling import Span, choose_frames, choose_glances, choose_moments
from qwen3vl_app.media.timeline import Timeline, measure

VARYING = Timeline(total=4, fps=0.4, starts=np.array([0.0, 2.0, 3.0, 9.0]), duration=10.0)
"""Frames of 2, 1, 6 and 1 seconds."""

steps = st.lists(st.floats(0.001, 30), min_size=1, max_size=40)
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""Machines that test are busy with other things."""


def of(lengths: list[float]) -> Timeline:
    ends = np.cumsum(lengths)
    return measure(np.append(0.0, ends[:-1]), float(ends[-1]), 0.0)


def test_shown_at__by_hand():
    seconds = [-1, 0, 1.99, 2, 2.5, 3, 8.9, 9, 10, 99]
    assert [VARYING.shown_at(second) for second in seconds] == [0, 0, 0, 1, 1, 2, 2, 3, 3, 3]
    steady = Timeline(total=50, fps=25.0)
    assert [steady.shown_at(second) for second in (0, 0.039, 0.041, 1.0, 9)] == [0, 0, 1, 25, 49]
    assert steady.duration == 2.0


def test_held__longer_than_a_window():
    assert VARYING.held(5.0) == [(3.0, 9.0)]
    assert VARYING.held(6.0) == []
    assert Timeline(total=2, fps=0.01).held(5.0) == []


def test_measure__rounded_times_and_jitter_are_a_steady_rate():
    exact = np.arange(300) / 29.97
    rounded = np.round(exact, 3)
    assert measure(rounded, 300 / 29.97, 29.97).starts is None
    jitter = exact + np.where(np.arange(300) % 2, 0.009, 0.0)
    assert measure(jitter, 300 / 29.97, 29.97).starts is None


def test_measure__wrong_rate_in_the_container():
    """25 a second, of which the container says 1000."""
    found = measure(np.arange(50) / 25, 2.0, 1000.0)
    assert (found.starts, found.fps, found.duration) == (None, pytest.approx(25), 2.0)


def test_measure__last_frame_is_held():
    found = measure(np.arange(50) / 25, 5.0, 25.0)
    assert found.starts is not None
    assert found.duration == 5.0


@unhurried
@given(steps)
def test_measure__frames_are_shown_within_one_frame_of_their_time(lengths):
    timeline = of(lengths)
    begin = 0.0
    for index, length in enumerate(lengths):
        assert abs(timeline.shown_at(begin + length / 2) - index) <= 1
        begin += length
    assert timeline.duration == pytest.approx(begin, abs=1 / timeline.fps)


def test_choose_glances__of_a_steady_rate_are_the_reference_frames():
    timeline = Timeline(total=75, fps=25.0)
    span = Span(fps=1.0, max_frames=64)
    found = choose_glances(span, timeline)
    assert [glance.index for glance in found] == choose_frames(span, 75, 25.0) == [0, 25, 49, 74]
    assert [glance.second for glance in found] == [0.0, 1.0, 1.96, 2.96]


def test_choose_glances__evenly_in_time_where_the_rate_varies():
    found = choose_glances(Span(fps=1.0, max_frames=64), VARYING)
    # as many as there are frames, at 0, 3, 6 and 9 s
    assert [(glance.index, glance.second) for glance in found] == [(0, 0), (2, 3), (2, 6), (3, 9)]
    within = choose_glances(Span(fps=1.0, max_frames=64, start=2.5, end=9.5), VARYING)
    assert [(glance.index, glance.second) for glance in within] == [(1, 0.0), (3, 6.5)]
    (only,) = choose_glances(Span(fps=1.0, max_frames=64, start=4.0, end=8.0), VARYING)
    assert (only.index, only.second) == (2, 0.0)


def test_choose_glances__nothing_after_the_end():
    with pytest.raises(ValueError, match=r"no frame from 10\.5 to 12\.0 s of 10\.0 s"):
        choose_glances(Span(fps=1.0, max_frames=64, start=10.5, end=12.0), VARYING)


@unhurried
@given(steps, st.floats(0.1, 10), st.integers(2, 64))
def test_choose_glances__of_every_moment_ascend_inside_it(lengths, rate, most):
    timeline = of(lengths)
    windows = [(None, None), *choose_moments(timeline, 8.0)]
    for start, end in windows:
        found = choose_glances(Span(fps=rate, max_frames=most, start=start, end=end), timeline)
        indices = [glance.index for glance in found]
        seconds = [glance.second for glance in found]
        assert 1 <= len(found) <= most
        assert indices == sorted(indices)
        assert seconds == sorted(seconds)
        assert seconds[0] == 0.0
        assert (start or 0.0) + seconds[-1] <= timeline.duration
