"""Videos as broken, cut, joined and mixed as they are found: times, shapes and streams."""

from __future__ import annotations

import struct
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from qwen3vl_app.media.clips import list_moments, read_clips
from qwen3vl_app.media.containers import with_container
from qwen3vl_app.media.options import ReadOptions
from qwen3vl_app.media.sampling import Span
from qwen3vl_app.media.videos import DecordVideo, PyAvVideo
from qwen3vl_app.types import Kind, Place
from tests.media.films import VARYING, Film, add_stream, draw, frames, number, remux, write

FILM = Film()
"""90 frames at 25 a second: 3.6 s."""


def look(path: Path, *seconds: float) -> tuple[float, list[int]]:
    """How long a video is, and the numbers of the frames shown at these seconds."""

    def numbers(video):
        found = []
        for second in seconds:
            ((_, frame),) = video.frames([video.timeline.shown_at(second)])
            found.append(number(frame))
        return round(video.timeline.duration, 2), found

    return with_container(path, numbers)


def add_sound(file):
    sound = file.add_stream("aac", rate=48000)
    sound.layout = "mono"
    return sound


def write_sound(file, sound, seconds: float, *, start: float = 0.0) -> None:
    for at in range(0, round(seconds * 48000), 1024):
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
        frame.sample_rate, frame.time_base = 48000, Fraction(1, 48000)
        frame.pts = at + round(start * 48000)
        file.mux(sound.encode(frame))
    file.mux(sound.encode())


@pytest.mark.parametrize("shown", [FILM.shown, VARYING])
def test_fragmented_mp4(tmp_path, shown):
    film = Film(shown=shown, gop="open")
    path = write(tmp_path / "a.mp4", film, movflags="frag_keyframe+empty_moov+default_base_moof")
    duration, found = look(path, 2.0, 0.01, 3.3)
    assert duration == pytest.approx(film.duration, abs=0.5)
    assert found == [film.number_at(second) for second in (2.0, 0.01, 3.3)]


@pytest.mark.parametrize("shown", [FILM.shown, VARYING])
def test_webm_without_length_and_index__as_browsers_record(tmp_path, shown):
    film = Film(codec="vp9", gop="plain", shown=shown)
    path = write(tmp_path / "a.webm", film, live="1")
    with av.open(str(path)) as file:
        assert file.duration is None
    assert look(path, 3.3, 0.3) == (
        pytest.approx(film.duration, abs=0.05),
        [film.number_at(3.3), film.number_at(0.3)],
    )


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "avi", "ts", "flv"])
def test_single_frame(tmp_path, options, suffix):
    path = write(tmp_path / f"a.{suffix}", Film(shown=(40,), gop="plain"))
    (whole,) = list_moments(path, options)
    assert 0 < whole.place.end <= 0.1
    (found,) = read_clips(path, [Span(fps=1.0, max_frames=64)], options)
    assert found.clip.seconds == (0.0,)


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "flv"])
def test_stream_that_is_refreshed_bit_by_bit(tmp_path, suffix):
    """Its key frames are none that decoding begins anew with; decord takes them for that."""
    path = write(tmp_path / f"a.{suffix}", Film(gop="refreshed"))
    seconds = [0.02 + 0.2 * step for step in range(17)]
    assert look(path, *seconds[::-1]) == (3.6, [FILM.number_at(at) for at in seconds[::-1]])
    assert with_container(path, type) is PyAvVideo


@pytest.mark.parametrize("suffix", ["mp4", "ts", "mkv"])
def test_interlaced(tmp_path, suffix):
    path = write(tmp_path / f"a.{suffix}", Film(gop="interlaced"))
    assert look(path, 2.02, 0.02, 3.3) == (3.6, [50, 0, 82])


@pytest.mark.parametrize("name", ["a.mpg", "a.vob", "a.m2ts"])
def test_program_stream(tmp_path, name):
    path = write(tmp_path / name, Film(codec="mpeg2", gop="open"))
    assert look(path, 2.02, 0.02, 3.3, 1.02) == (3.6, [50, 0, 82, 25])


def test_clock_set_anew_in_the_middle(tmp_path):
    """Two recordings one after the other: the second begins at 0 again, or an hour later."""
    first = write(tmp_path / "a.ts", FILM).read_bytes()
    (tmp_path / "b.ts").write_bytes(first + first)
    assert look(tmp_path / "b.ts", 6.02, 0.02, 5.02) == (7.2, [60, 0, 35])
    later = remux(write(tmp_path / "c.mp4", FILM), tmp_path / "c.ts", offset=3_600_000)
    (tmp_path / "d.ts").write_bytes(first + later.read_bytes())
    assert look(tmp_path / "d.ts", 6.02, 0.02, 5.02) == (7.2, [60, 0, 35])


def test_recording_that_begins_in_the_middle_of_a_group(tmp_path):
    """What is before the first key frame cannot be decoded: time begins with that."""
    whole = write(tmp_path / "a.ts", FILM).read_bytes()
    packets = [whole[at : at + 188] for at in range(0, len(whole), 188)]
    (tmp_path / "b.ts").write_bytes(b"".join(packets[:3] + packets[len(packets) // 3 :]))
    _, (first, later) = look(tmp_path / "b.ts", 0.0, 1.02)
    assert first % 20 == 0
    assert later == first + 25


@pytest.mark.parametrize("suffix", ["ts", "mkv", "avi", "webm"])
def test_file_that_breaks_off(tmp_path, options, suffix):
    film = Film(codec="vp9", gop="plain") if suffix == "webm" else FILM
    path = write(tmp_path / f"a.{suffix}", film)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    duration, found = look(path, 0.02, 0.5)
    assert found == [0, 12]
    assert 0.8 < duration < 3.4
    (clip,) = read_clips(path, [Span(fps=2.0, max_frames=64)], options)
    assert len(clip.clip.frames) >= 2


@pytest.mark.parametrize("suffix", ["mkv", "ts"])
def test_first_time_below_zero(tmp_path, suffix):
    path = remux(write(tmp_path / "b.mp4", FILM), tmp_path / f"a.{suffix}", offset=-1000)
    assert look(path, 2.02, 0.02) == (3.6, [50, 0])


def test_sound_longer_than_the_pictures(tmp_path, options):
    path = tmp_path / "a.mp4"
    with av.open(str(path), "w") as file:
        stream, sound = add_stream(file, FILM), add_sound(file)
        write_sound(file, sound, 20.0)
        for frame in frames(FILM, stream.codec_context.time_base):
            file.mux(stream.encode(frame))
        file.mux(stream.encode())
    assert look(path, 2.02) == (3.6, [50])
    assert list_moments(path, options)[0].place == Place(start=0.0, end=3.6)


def test_sound_that_begins_before_the_pictures(tmp_path):
    """Players begin with the sound and show the first frame until the second one's time."""
    path = tmp_path / "a.mp4"
    with av.open(str(path), "w") as file:
        stream, sound = add_stream(file, FILM), add_sound(file)
        write_sound(file, sound, 5.0)
        for frame in frames(FILM, stream.codec_context.time_base):
            frame.pts += 15
            file.mux(stream.encode(frame))
        file.mux(stream.encode())
    assert look(path, 0.0, 0.5, 1.02, 3.02) == (pytest.approx(4.2, abs=0.05), [0, 0, 10, 60])


def with_art(path: Path, *, marked: bool) -> Path:
    """Cover art in the first stream, the film in the second."""
    with av.open(str(path), "w") as file:
        art = file.add_stream("mjpeg", rate=1)
        art.width, art.height, art.pix_fmt = 64, 64, "yuvj420p"
        if marked:
            art.disposition = av.stream.Disposition.attached_pic
        stream = add_stream(file, FILM)
        cover = av.VideoFrame.from_ndarray(np.full((64, 64, 3), 200, np.uint8), format="rgb24")
        file.mux([*art.encode(cover), *art.encode()])
        for frame in frames(FILM, stream.codec_context.time_base):
            file.mux(stream.encode(frame))
        file.mux(stream.encode())
    return path


@pytest.mark.parametrize(("name", "marked"), [("a.mp4", True), ("a.mkv", False)])
def test_cover_art_is_not_the_video(tmp_path, name, marked):
    assert look(with_art(tmp_path / name, marked=marked), 2.02) == (3.6, [50])


@pytest.mark.parametrize("marked", [0, 1])
def test_two_streams__the_one_that_is_marked(tmp_path, marked):
    path = tmp_path / "a.mkv"
    with av.open(str(path), "w") as file:
        streams = [add_stream(file, FILM), add_stream(file, FILM)]
        for at, stream in enumerate(streams):
            stream.disposition = av.stream.Disposition.default if at == marked else 0
        for at, stream in enumerate(streams):
            for frame in frames(FILM, stream.codec_context.time_base):
                moved = av.VideoFrame.from_ndarray(draw(frame.pts + 1000 * at), format="rgb24")
                moved.pts, moved.time_base = frame.pts, frame.time_base
                file.mux(stream.encode(moved))
            file.mux(stream.encode())
    assert look(path, 2.02) == (3.6, [50 + 1000 * marked])


def test_frame_that_is_held_for_a_minute(tmp_path, options):
    """One moment for the time in which nothing can change, not ten that are equal."""
    shown = (*(100,) * 100, 60_000, *(100,) * 100)
    path = write(tmp_path / "a.mkv", Film(shown=shown, codec="vp9", gop="plain"))
    parts = list_moments(path, options)
    held = [part.place for part in parts if part.kind is Kind.MOMENT and part.place.start >= 10]
    assert parts[0].place.end == pytest.approx(80.0, abs=0.2)
    assert max(place.end - place.start for place in held) > 40
    assert len(parts) < 10


def put_matrix(path: Path, *numbers: int) -> None:
    data = bytearray(path.read_bytes())
    at = data.index(b"tkhd") + 4 + 40  # ISO/IEC 14496-12, 8.3.2, version 0
    a, b, c, d = (one * 0x10000 for one in numbers)
    data[at : at + 36] = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 0x40000000)
    path.write_bytes(data)


MATRICES = {
    "turned right": ((0, 1, -1, 0), Image.Transpose.ROTATE_270),
    "turned left": ((0, -1, 1, 0), Image.Transpose.ROTATE_90),
    "upside down": ((-1, 0, 0, -1), Image.Transpose.ROTATE_180),
    "mirrored": ((-1, 0, 0, 1), Image.Transpose.FLIP_LEFT_RIGHT),
    "mirrored upside down": ((1, 0, 0, -1), Image.Transpose.FLIP_TOP_BOTTOM),
    "mirrored and turned": ((0, 1, 1, 0), Image.Transpose.TRANSPOSE),
    "mirrored and turned back": ((0, -1, -1, 0), Image.Transpose.TRANSVERSE),
}


@pytest.mark.parametrize("name", MATRICES)
@pytest.mark.parametrize("ratio", [Fraction(1), Fraction(16, 9), Fraction(9, 16)])
def test_display_matrix__with_pixels_of_any_shape(tmp_path, options, name, ratio):
    """Pixels are stretched as they are coded, and then turned."""
    path = tmp_path / "a.mp4"
    with av.open(str(path), "w") as file:
        stream = add_stream(file, Film(shown=FILM.shown[:5], gop="plain"))
        stream.codec_context.sample_aspect_ratio = ratio
        for frame in frames(Film(shown=FILM.shown[:5]), stream.codec_context.time_base):
            file.mux(stream.encode(frame))
        file.mux(stream.encode())
    signs, turn = MATRICES[name]
    put_matrix(path, *signs)
    width, height = (171, 64) if ratio > 1 else (96, 114) if ratio < 1 else (96, 64)
    expected = Image.fromarray(draw(4)).resize((width, height)).transpose(turn)
    (found,) = read_clips(path, [Span(fps=1.0, max_frames=64)], options)
    shown = found.clip.frames[-1]
    assert shown.size == found.size == expected.size
    difference = np.abs(np.asarray(shown, np.int16) - np.asarray(expected, np.int16))
    assert difference.mean() < 8


@pytest.mark.parametrize("gop", ["closed", "open"])
def test_options_reference__decord_even_where_it_is_wrong(tmp_path, options, gop):
    """What ``embed`` and ``rerank`` read is what the reference reads."""
    path = write(tmp_path / "a.mp4", Film(gop=gop))
    as_reference = ReadOptions(
        budget=options.budget, limits=options.limits, moment_seconds=8.0, reference=True
    )
    (found,) = read_clips(path, [Span(fps=4.0, max_frames=64)], as_reference)
    import decord

    video = decord.VideoReader(str(path))
    step = [round(second * 25) for second in found.clip.seconds]
    pixels = video.get_batch(step).asnumpy()
    for frame, right in zip(found.clip.frames, pixels, strict=True):
        assert np.array_equal(np.asarray(frame), right)


@pytest.mark.parametrize("suffix", ["avi", "mp4", "mkv"])
def test_with_container__decord_for_the_reference(tmp_path, suffix):
    path = write(tmp_path / f"a.{suffix}", Film(gop="open"))
    assert with_container(path, type, reference=True) is DecordVideo
    assert with_container(path, type) is PyAvVideo
