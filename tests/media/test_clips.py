from __future__ import annotations

import importlib.util
import multiprocessing
import os
import struct
import time
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from qwen3vl_app.budget import Budget, fit
from qwen3vl_app.errors import UnreadableMediaError
from qwen3vl_app.media.clips import list_moments, middle_frame, read_clips, span_of
from qwen3vl_app.media.containers import with_container
from qwen3vl_app.media.options import ReadOptions
from qwen3vl_app.media.sampling import Span
from qwen3vl_app.media.videos import DecordVideo, PyAvVideo
from qwen3vl_app.settings import Limits
from qwen3vl_app.types import Kind, Place

WHOLE = Span(fps=1.0, max_frames=64)


def number(frame: Image.Image) -> int:
    """The frame's number, which the maker wrote into its grey value; of 0 to 124."""
    return round(float(np.asarray(frame).mean()) / 2)


def box(data: bytes | bytearray, name: bytes) -> int:
    """Where the body of an MP4 box begins."""
    return data.index(name) + 4


@pytest.mark.parametrize("reference", [True, False])
def test_read_clips__frames_as_the_reference(make_video, options, reference):
    path = make_video("a.mp4", frames=75, fps=25)
    options = ReadOptions(
        budget=options.budget, limits=options.limits, moment_seconds=8.0, reference=reference
    )
    (found,) = read_clips(path, [WHOLE], options)
    assert [number(frame) for frame in found.clip.frames] == pytest.approx([0, 25, 49, 74], abs=1)
    assert found.clip.seconds == (0.0, 1.0, 1.96, 2.96)
    assert found.clip.from_file
    assert found.size == (64, 48)


def test_read_clips__both_decoders_give_the_same_pixels(make_video):
    path = make_video("a.mp4", frames=60, fps=Fraction(30000, 1001))
    one, other = DecordVideo(path), PyAvVideo(path)
    for timeline in (one.timeline, other.timeline):
        assert (timeline.total, timeline.fps, timeline.starts) == (60, 30000 / 1001, None)
    wanted = [0, 1, 13, 30, 31, 58, 59]
    for (left, a), (right, b) in zip(one.frames(wanted), other.frames(wanted), strict=True):
        assert left == right
        assert a.tobytes() == b.tobytes()
    one.close()
    other.close()


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("a.mkv", "libx264"),
        ("a.mov", "libx264"),
        ("a.avi", "mpeg4"),
        ("a.ts", "libx264"),
        ("a.webm", "libvpx-vp9"),
        ("a.mpg", "mpeg2video"),
    ],
)
def test_read_clips__containers(make_video, options, name, codec):
    path = make_video(name, frames=75, fps=25, codec=codec)
    (found,) = read_clips(path, [WHOLE], options)
    assert [number(frame) for frame in found.clip.frames] == pytest.approx([0, 25, 49, 74], abs=3)


def test_read_clips__moments_are_relative_to_their_start(make_video, options):
    path = make_video("a.mp4", frames=120)
    spans = [
        Span(fps=1.0, max_frames=64, start=0.0, end=8.0),
        Span(fps=1.0, max_frames=64, start=6.0, end=12.0),
    ]
    first, second = read_clips(path, spans, options)
    assert number(first.clip.frames[0]) == pytest.approx(0, abs=1)
    assert number(second.clip.frames[0]) == pytest.approx(60, abs=1)
    assert second.clip.seconds[0] == 0.0
    assert second.clip.seconds[-1] == pytest.approx(5.9)
    assert len(first.clip.frames) == 8
    assert len(second.clip.frames) == 6  # 6 to 11.9 s


def test_read_clips__large_frames_get_the_size_of_the_budget(make_video):
    path = make_video("a.mp4", frames=10, size=(640, 480))
    budget = Budget(min_frame_tokens=4, max_frame_tokens=64)
    options = ReadOptions(budget=budget, limits=Limits(), moment_seconds=8.0)
    (found,) = read_clips(path, [WHOLE], options)
    assert {frame.size for frame in found.clip.frames} == {fit((640, 480), 4, 64)}
    assert found.size == (640, 480)
    (kept,) = read_clips(
        path, [WHOLE], ReadOptions(budget=Budget(), limits=Limits(), moment_seconds=8.0)
    )
    assert {frame.size for frame in kept.clip.frames} == {(640, 480)}


def test_read_clips__one_frame(make_video, options):
    (found,) = read_clips(make_video("a.mp4", frames=1), [WHOLE], options)
    assert found.clip.seconds == (0.0,)


def test_read_clips__span_beyond_the_end(make_video, options):
    path = make_video("a.mp4", frames=20)
    span = Span(fps=1.0, max_frames=64, start=5.0, end=9.0)
    with pytest.raises(UnreadableMediaError, match=r"has no frame from 5\.0 to 9\.0 s of 2\.0 s"):
        read_clips(path, [span], options)


def test_read_clips__rotated_by_the_phone(make_video, options):
    path = make_video("a.mp4", frames=10, size=(100, 50))
    data = bytearray(path.read_bytes())
    matrix = box(data, b"tkhd") + 40  # ISO/IEC 14496-12, 8.3.2, version 0
    data[matrix : matrix + 36] = struct.pack(
        ">9i", 0, 0x10000, 0, -0x10000, 0, 0, 0, 0, 0x40000000
    )
    path.write_bytes(data)
    for container in (DecordVideo(path), PyAvVideo(path)):
        ((_, frame),) = container.frames([0])
        assert frame.size == (50, 100)
        container.close()


def test_read_clips__container_that_promises_more_frames_than_it_has(make_video, options):
    """decord would look for the missing frames for ever (dmlc/decord#373)."""
    path = make_video("a.mp4", frames=120, faststart=True)
    data = path.read_bytes()
    path.write_bytes(data[: box(data, b"mdat") + (len(data) - box(data, b"mdat")) // 2])
    with pytest.raises(UnreadableMediaError):
        DecordVideo(path)
    (found,) = read_clips(path, [WHOLE], options)
    numbers = [number(frame) for frame in found.clip.frames]
    assert 2 <= len(numbers) < 12
    assert numbers == sorted(numbers)


def test_read_clips__damage_in_the_middle_keeps_the_rest(make_video, options):
    path = make_video("a.mp4", frames=120)
    data = bytearray(path.read_bytes())
    start = box(data, b"mdat")
    middle = start + (box(data, b"moov") - start) // 2
    data[middle : middle + 400] = bytes(400)
    path.write_bytes(data)
    (found,) = read_clips(path, [WHOLE], options)
    assert len(found.clip.frames) >= 4


def test_list_moments__whole_first(make_video, options):
    parts = list_moments(make_video("a.mp4", frames=200), options)
    assert [(part.ordinal, part.kind, part.place) for part in parts] == [
        (0, Kind.VIDEO, Place(start=0.0, end=20.0)),
        (1, Kind.MOMENT, Place(start=0.0, end=8.0)),
        (2, Kind.MOMENT, Place(start=6.0, end=14.0)),
        (3, Kind.MOMENT, Place(start=12.0, end=20.0)),
    ]


def test_list_moments__short_video_is_one_item(make_video, options):
    (only,) = list_moments(make_video("a.mp4", frames=120), options)
    assert only.kind is Kind.VIDEO


def test_list_moments__truncated_before_its_index(make_video, options):
    path = make_video("a.mp4", frames=30)
    path.write_bytes(path.read_bytes()[:600])
    with pytest.raises(UnreadableMediaError, match="The video cannot be decoded; the file is"):
        list_moments(path, options)


def test_list_moments__sound_only(tmp_path, options):
    path = tmp_path / "a.mp4"
    with av.open(str(path), "w") as file:
        stream = file.add_stream("aac", rate=44100)
        sound = av.AudioFrame.from_ndarray(np.zeros((1, 44100), np.float32), "fltp", "mono")
        sound.sample_rate = 44100
        file.mux(stream.encode(sound))
        file.mux(stream.encode())
    with pytest.raises(UnreadableMediaError, match=r"sound but no pictures\.$"):
        list_moments(path, options)


def test_list_moments__neither_pictures_nor_sound(make_video, options):
    path = make_video("a.mp4", frames=4)
    whole = path.read_bytes()  # with one track, whose kind and coding are now unknown
    path.write_bytes(whole.replace(b"vide", b"junk").replace(b"avc1", b"junk"))
    with pytest.raises(UnreadableMediaError, match="neither pictures nor sound"):
        list_moments(path, options)


def test_list_moments__no_frames(make_video, options):
    with pytest.raises(UnreadableMediaError):
        list_moments(make_video("a.mp4", frames=0), options)


def test_list_moments__frames_beyond_the_limit(make_video):
    path = make_video("a.mp4", frames=2, size=(640, 480))
    options = ReadOptions(budget=Budget(), limits=Limits(max_megapixels=0.3), moment_seconds=8.0)
    with pytest.raises(UnreadableMediaError, match="The video is 640 × 480 pixels"):
        list_moments(path, options)


def test_middle_frame__of_a_moment(make_video, options):
    path = make_video("a.mp4", frames=120, size=(320, 240))
    (whole,) = list_moments(path, options)
    frame = middle_frame(path, span_of(whole, options), options)
    assert frame.size == (320, 240)
    assert number(frame) == pytest.approx(65, abs=2)


def test_with_container__decord_is_not_installed(make_video, monkeypatch):
    path = make_video("a.mp4", frames=10)
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util,
        "find_spec",
        lambda name: None if name == "decord" else found(name),
    )
    assert with_container(path, type, reference=True) is PyAvVideo


def test_with_container__pyav_is_not_installed(make_video, monkeypatch):
    path = make_video("a.mp4", frames=10)
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util,
        "find_spec",
        lambda name: None if name == "av" else found(name),
    )
    assert with_container(path, type) is DecordVideo


def test_with_container__decord_for_the_reference_where_there_is_an_index(make_video):
    assert with_container(make_video("a.mp4", frames=10), type, reference=True) is DecordVideo
    assert with_container(make_video("a.ts", frames=10), type, reference=True) is PyAvVideo


def test_reference_media__frames_equal_those_of_decord(options):
    """The clips of the parity data, through decord as the reference calls it."""
    import decord

    for name in ("clip.mp4", "long.mp4"):
        path = Path(__file__).parents[1] / "data" / "parity" / "media" / name
        (found,) = read_clips(path, [WHOLE], options)
        video = decord.VideoReader(str(path))
        first = video.get_batch([0, len(video) - 1]).asnumpy()
        assert np.array_equal(np.asarray(found.clip.frames[0]), first[0])
        assert np.array_equal(np.asarray(found.clip.frames[-1]), first[1])


@pytest.mark.parametrize("reference", [True, False])
def test_read_clips__a_video_is_opened_once_for_all_its_moments(
    make_video, monkeypatch, reference
):
    path = make_video("a.mp4", frames=300)
    options = ReadOptions(
        budget=Budget(), limits=Limits(), moment_seconds=8.0, reference=reference
    )
    decoder = DecordVideo if reference else PyAvVideo
    opened = []
    begin = decoder.__init__

    def note(self, path, *more, **named):
        opened.append(path)
        begin(self, path, *more, **named)

    monkeypatch.setattr(decoder, "__init__", note)
    spans = [span_of(part, options) for part in list_moments(path, options)]
    found = [read_clips(path, [span], options)[0] for span in reversed(spans)]
    assert opened == [path]
    fresh = read_clips(path, spans[::-1], options)
    for kept, whole in zip(found, fresh, strict=True):
        assert [f.tobytes() for f in kept.clip.frames] == [f.tobytes() for f in whole.clip.frames]
    os.utime(path, (1, 1))  # another file now, for all one knows
    read_clips(path, spans[:1], options)
    assert opened == [path, path]


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="reads /proc")
def test_read_clips__an_idle_worker_lets_go_of_the_video(reader, make_video):
    path = make_video("held.mp4", frames=300)

    def holders() -> list[Path]:
        workers = [child.pid for child in multiprocessing.active_children()]
        links = [link for pid in workers for link in Path(f"/proc/{pid}/fd").iterdir()]
        return [link for link in links if os.path.realpath(link) == os.fspath(path)]

    reader.read(path, reader.outline(path).parts[1:2])
    assert holders()
    deadline = time.monotonic() + 8
    while holders() and time.monotonic() < deadline:
        time.sleep(0.2)
    assert not holders()
