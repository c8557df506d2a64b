from __future__ import annotations

import itertools

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from qwen3vl_app.budget import Budget
from qwen3vl_app.media import stillness
from qwen3vl_app.media.clips import list_moments, read_clips, span_of
from qwen3vl_app.media.options import ReadOptions
from qwen3vl_app.media.sampling import split_moments
from qwen3vl_app.media.stillness import find_stills, frames_to_compare, merge_still
from qwen3vl_app.media.timeline import Timeline
from qwen3vl_app.settings import Limits
from qwen3vl_app.types import Kind, Place

GREY = [Image.new("RGB", (64, 48), (level,) * 3) for level in range(256)]


def film(path, levels, *, rate=4, gop=8):
    """One grey level per second, with sensor noise and a key frame every two seconds."""
    rng = np.random.default_rng(0)
    with av.open(str(path), "w") as file:
        stream = file.add_stream("libx264", rate=rate)
        stream.width, stream.height, stream.pix_fmt = 128, 96, "yuv420p"
        stream.codec_context.gop_size = gop
        for level in levels:
            for _ in range(rate):
                pixels = np.clip(rng.normal(level, 12, (96, 128, 3)), 0, 255).astype(np.uint8)
                file.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        file.mux(stream.encode())
    return path


@pytest.mark.parametrize("reference", [True, False])
def test_list_moments__still_windows_are_one(tmp_path, reference):
    levels = [40] * 30 + [20 * n for n in range(1, 13)]  # half a minute still, then change
    path = film(tmp_path / "a.mp4", levels)
    options = ReadOptions(
        budget=Budget(), limits=Limits(), moment_seconds=8.0, reference=reference
    )
    whole, still, *rest = list_moments(path, options)
    assert (whole.place, still.place) == (Place(start=0.0, end=42.0), Place(start=0.0, end=26.0))
    assert [part.place for part in rest] == [
        Place(start=24.0, end=32.0),
        Place(start=30.0, end=38.0),
        Place(start=36.0, end=42.0),
    ]
    (found,) = read_clips(path, [span_of(still, options)], options)
    assert len(found.clip.frames) == 8  # as many as any window has
    assert found.clip.seconds[-1] == 26.0


def test_list_moments__nothing_ever_moves(tmp_path, options):
    (whole,) = list_moments(film(tmp_path / "a.mp4", [90] * 30), options)
    assert whole.kind is Kind.VIDEO


@pytest.mark.parametrize("reference", [True, False])
def test_list_moments__few_key_frames_and_nothing_moves(tmp_path, reference):
    path = film(tmp_path / "a.mp4", [90] * 30, gop=1000)
    options = ReadOptions(
        budget=Budget(), limits=Limits(), moment_seconds=8.0, reference=reference
    )
    assert len(list_moments(path, options)) == 1


def test_list_moments__few_key_frames_prove_nothing(tmp_path, options, monkeypatch):
    monkeypatch.setattr(stillness, "_MOST_PIXELS", 1000)  # as if it took too long to decode all
    path = film(tmp_path / "a.mp4", [90] * 30, gop=1000)
    assert len(list_moments(path, options)) == 6


def test_find_stills__by_hand():
    frames = [(0.0, GREY[50]), (2.0, GREY[53]), (4.0, GREY[58]), (6.0, GREY[59]), (8.0, GREY[61])]
    assert find_stills(frames, 9.0, 8.0) == [(0.0, 4.0), (6.0, 9.0)]  # 59 is 9 from 50
    assert find_stills(frames[:1], 30.0, 8.0) == [(0.0, 0.0)]  # the rest is not known
    assert find_stills([(0.0, GREY[5]), (13.0, GREY[5])], 14.0, 8.0) == [(0.0, 0.0), (13.0, 14.0)]
    assert find_stills([], 9.0, 8.0) == []


def test_merge_still__by_hand():
    windows = split_moments(26.0, 8.0)
    assert windows == [(0, 8), (6, 14), (12, 20), (18, 26)]
    assert merge_still(windows, [(0, 15)]) == [(0, 14), (12, 20), (18, 26)]
    assert merge_still(windows, [(0, 14), (14, 26)]) == [(0, 14), (12, 20), (18, 26)]
    assert merge_still(windows, [(0, 26)]) == []  # one moment would be the whole again


@settings(deadline=None)  # of a busy machine nothing is known
@given(
    st.floats(13, 2000),
    st.lists(st.tuples(st.floats(0, 2000), st.floats(0, 60)), max_size=20),
)
def test_merge_still__covers_the_same_in_order(duration, stretches):
    windows = split_moments(duration, 8.0)
    stills = sorted((begin, begin + length) for begin, length in stretches)
    merged = merge_still(windows, stills)
    if not merged:
        return
    assert (merged[0][0], merged[-1][1]) == (windows[0][0], windows[-1][1])
    for (_, end), (start, _) in itertools.pairwise(merged):
        assert end - start == pytest.approx(2.0, abs=0.01)  # the overlap, as before
    for start, end in merged:
        if (start, end) not in windows:
            assert any(begin <= start and end <= last for begin, last in stills)


def steady(total, fps):
    return Timeline(total=total, fps=fps)


def test_frames_to_compare__at_most_one_in_two_seconds():
    every = list(range(400))  # each frame is a key frame, 10 a second
    assert frames_to_compare(every, steady(400, 10.0), 8.0, (640, 480)) == list(range(0, 400, 20))


def test_frames_to_compare__of_a_slide_show_with_one_key_frame():
    assert frames_to_compare([0], steady(60, 2.0), 8.0, (640, 480)) == list(range(0, 60, 4))
    # 2 gigapixels to decode
    assert frames_to_compare([0], steady(60, 2.0), 8.0, (7680, 4320)) == []
    assert frames_to_compare([], steady(60, 2.0), 8.0, (640, 480)) == []


@settings(deadline=None)  # of a busy machine nothing is known
@given(st.integers(2, 400_000), st.sampled_from([(640, 480), (1920, 1080), (7680, 4320)]))
def test_frames_to_compare__cost_is_bounded(total, size):
    keys = list(range(0, total, max(1, total // 5000)))
    chosen = frames_to_compare(keys, steady(total, 25.0), 8.0, size)
    assert len(chosen) <= 601
    assert len(chosen) * size[0] * size[1] <= 1.25e9 + 2 * size[0] * size[1]
    assert chosen == sorted(set(chosen))
