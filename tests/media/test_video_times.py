"""The frame that is shown at a second is the right one: every coding, container and group."""

from __future__ import annotations

import itertools
import os
import random
from functools import cache
from pathlib import Path

import pytest

from qwen3vl_app.media.clips import list_moments, middle_frame, read_clips, span_of
from qwen3vl_app.media.containers import close_videos, with_container
from qwen3vl_app.media.sampling import Span
from tests.media.films import (
    CONSTANT,
    CONTAINERS,
    KINDS,
    VARYING,
    Film,
    number,
    remux,
    write,
)

COPIED = 0.3
"""Seconds: a copy of packets takes the time to the next one to be decoded for the last length."""


def combine(kinds, suffixes_of):
    return [
        pytest.param(
            Film(codec=codec, gop=gop, shown=shown), suffix, id=f"{codec}-{gop}-{rate}-{suffix}"
        )
        for codec, gop in kinds
        for rate, shown in (("constant", CONSTANT), ("varying", VARYING))
        for suffix in suffixes_of(codec)
    ]


def copies(*suffixes):
    """Of films in MP4; MPEG-4 in a transport stream needs what only the encoder repeats."""
    return combine(
        [kind for kind in KINDS if "mp4" in CONTAINERS[kind[0]]],
        lambda codec: [
            suffix
            for suffix in suffixes
            if suffix in CONTAINERS[codec] and (codec, suffix) != ("mpeg4", "ts")
        ],
    )


MATRIX = combine(KINDS, CONTAINERS.get)


@pytest.fixture(scope="session")
def films(tmp_path_factory):
    """Films, each written once."""
    folder = tmp_path_factory.mktemp("films")
    numbers = itertools.count()

    @cache
    def written(film: Film, suffix: str) -> Path:
        return write(folder / f"{next(numbers)}.{suffix}", film)

    return written


def numbers_at(path: Path, seconds: list[float]) -> list[int]:
    """The number of the frame that is shown at each second, asked for in any order.

    It is the same for who goes through the file and for whom the findings were handed on to.
    """

    def look(video):
        found = []
        for second in seconds:
            ((_, frame),) = video.frames([video.timeline.shown_at(second)])
            found.append(number(frame))
        line = video.timeline
        starts = None if line.starts is None else line.starts.tolist()
        return found, video.key_frames(), (line.total, line.fps, line.duration, starts)

    found = with_container(path, look)
    findings = with_container(path, lambda video: video.findings())
    close_videos()
    assert findings
    assert with_container(path, look, findings=findings) == found
    close_videos()
    return found[0]


def wrong(path: Path, film: Film, *, hidden: float = 0.0, within: int = 0) -> list[tuple]:
    """(second, number that is shown, number found) where they differ by more than ``within``."""
    seconds = [second - hidden for second in film.middles() if second >= hidden]
    random.Random(1).shuffle(seconds)
    seconds = [0.0, *seconds[:20]]
    expected = [film.number_at(second + hidden) for second in seconds]
    found = numbers_at(path, seconds)
    return [
        (second, right, got)
        for second, right, got in zip(seconds, expected, found, strict=True)
        if abs(got - right) > within
    ]


def duration_of(path: Path) -> float:
    return with_container(path, lambda video: video.timeline.duration)


@pytest.mark.parametrize(("film", "suffix"), MATRIX)
def test_frames__shown_at_any_second(films, options, film, suffix):
    path = films(film, suffix)
    # AVI stores times of decoding only, so of a varying rate the length of one frame is lost.
    is_vague = suffix == "avi" and film.shown is VARYING and film.gop != "plain"
    assert wrong(path, film, within=int(is_vague)) == []
    assert duration_of(path) == pytest.approx(film.duration, abs=0.4 if is_vague else 0.05)
    (found,) = read_clips(path, [Span(fps=4.0, max_frames=16, start=0.5, end=2.5)], options)
    expected = [film.number_at(0.5 + second) for second in found.clip.seconds]
    assert [number(frame) for frame in found.clip.frames] == pytest.approx(expected, abs=1)
    if not is_vague:
        (whole,) = list_moments(path, options)
        middle = number(middle_frame(path, span_of(whole, options), options))
        # the whole is looked at with four frames; this is the third
        assert middle == pytest.approx(film.number_at(film.starts[-1] * 2 / 3), abs=1)


@pytest.mark.parametrize(("film", "suffix"), copies("mp4", "mov"))
def test_frames__hidden_by_an_edit_list(films, tmp_path, film, suffix):
    path = remux(films(film, "mp4"), tmp_path / f"a.{suffix}", offset=-1000)
    assert wrong(path, film, hidden=1.0) == []
    assert duration_of(path) == pytest.approx(film.duration - 1.0, abs=COPIED)


@pytest.mark.parametrize(("film", "suffix"), copies("mp4", "mov", "mkv", "webm", "ts"))
def test_frames__of_a_film_that_does_not_start_at_zero(films, tmp_path, film, suffix):
    path = remux(films(film, "mp4"), tmp_path / f"a.{suffix}", offset=2400)
    assert wrong(path, film) == []
    assert duration_of(path) == pytest.approx(film.duration, abs=COPIED)


@pytest.mark.skipif(not hasattr(os, "sched_getscheduler"), reason="this system has no such calls")
@pytest.mark.skipif(("av1", "plain") not in KINDS, reason="this build cannot write AV1")
def test_write__leaves_the_process_scheduled_as_it_was(tmp_path):
    before = os.sched_getscheduler(0)
    write(tmp_path / "a.mkv", Film(codec="av1", gop="plain"))
    assert os.sched_getscheduler(0) == before
