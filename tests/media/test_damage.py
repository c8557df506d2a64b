"""What is missing of a video that can be played all the same, and no word about sound ones."""

from __future__ import annotations

import io
import re
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, cast

import av
import pytest

from qwen3vl_app.media.containers import close_videos, with_container
from qwen3vl_app.media.damage import BREAKS_OFF
from qwen3vl_app.media.ends import ends_early
from tests.media.films import (
    CONSTANT,
    CONTAINERS,
    KINDS,
    VARYING,
    Film,
    add_stream,
    frames,
    write,
)

if TYPE_CHECKING:
    from av.audio.stream import AudioStream

MATRIX = [
    pytest.param(codec, gop, suffix, id=f"{codec}-{gop}-{suffix}")
    for codec, gop in KINDS
    for suffix in CONTAINERS[codec]
]
INDEX_LAST = ("mp4", "mov")


def film(codec: str, gop: str = "closed", shown: tuple[int, ...] = CONSTANT) -> Film:
    return Film(codec=codec, gop=gop, shown=shown, size=(192, 128), grainy=True)


def damage(path: Path) -> str:
    close_videos()
    return str(with_container(path, lambda video: video.damage))


@pytest.mark.parametrize(("codec", "gop", "suffix"), MATRIX)
def test_damage(codec, gop, suffix, tmp_path):
    for shown in (VARYING, CONSTANT):
        whole = write(tmp_path / f"{len(shown)}.{suffix}", film(codec, gop, shown))
        assert damage(whole) == ""
    path, data = tmp_path / f"a.{suffix}", whole.read_bytes()
    third = len(data) // 3
    path.write_bytes(data[:third] + bytes(third) + data[2 * third :])
    said = re.fullmatch(
        r"A part of the video is damaged or missing, the first of it at about (\d\.\d) s; "
        r"copy the file again from its source\.",
        damage(path),
    )
    assert said is not None
    assert 0.2 <= float(said[1]) <= 1.6  # of 3.6 s; key frames are larger than others
    if suffix == "ts":  # broadcasts have no end, but one within a packet is none
        path.write_bytes(data[: len(data) // 2 // 188 * 188])
        assert damage(path) == ""
        path.write_bytes(data[: len(data) // 2 // 188 * 188 + 100])
        assert damage(path) == str(BREAKS_OFF)
    elif suffix not in INDEX_LAST:  # without its index a file fails
        path.write_bytes(data[: len(data) // 2])
        assert damage(path) == str(BREAKS_OFF)


@pytest.mark.parametrize("suffix", INDEX_LAST)
def test_damage__breaks_off_after_its_index(suffix, tmp_path):
    path = write(tmp_path / f"a.{suffix}", film("h264"), movflags="faststart")
    assert damage(path) == ""
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert damage(path) == str(BREAKS_OFF)


@pytest.mark.parametrize(("length", "before"), [(188, 0), (192, 4), (204, 0)])
@pytest.mark.parametrize("lead", [0, 50])
def test_ends_early__transport_streams(length, before, lead):
    """Packets of every length, also of a recording that begins within one."""
    packet = bytes(before) + b"\x47" + bytes(length - before - 1)
    data = bytes(lead) + packet * 40
    for cut, expected in [(0, False), (1, True), (length - before - 1, True), (5 * length, False)]:
        some = data[: len(data) - cut]
        assert ends_early(io.BytesIO(some), len(some)) == expected, cut
    assert not ends_early(io.BytesIO(data + b"TAG"), len(data) + 3)


def test_damage__bytes_after_the_end_are_none(tmp_path):
    for suffix in ("mp4", "mkv", "avi", "ts"):
        path = write(tmp_path / f"a.{suffix}", film("h264"))
        path.write_bytes(path.read_bytes() + bytes(20_000))
        assert damage(path) == "", suffix


def write_with_silence(path: Path, coding: str, shown: tuple[int, ...]) -> Path:
    """The film, with sound of which every sample is 0."""
    picture = film("h264", shown=shown)
    with av.open(str(path), "w") as file:
        stream = add_stream(file, picture)
        sound = cast("AudioStream", file.add_stream(coding, rate=48_000))
        sound.layout = "stereo"
        if coding in ("ac3", "mp3"):
            sound.bit_rate = {"ac3": 640_000, "mp3": 320_000}[coding]
        packets = [
            packet
            for frame in [*frames(picture, stream.codec_context.time_base), None]
            for packet in stream.encode(frame)
        ]
        file.start_encoding()
        size, shape = sound.codec_context.frame_size or 1024, sound.codec_context.format.name
        for start in range(0, sum(shown) * 48, size):
            frame = av.AudioFrame(format=shape, layout="stereo", samples=size)
            for plane in frame.planes:
                plane.update(bytes(plane.buffer_size))
            frame.sample_rate, frame.pts, frame.time_base = 48_000, start, Fraction(1, 48_000)
            packets += sound.encode(frame)
        packets += sound.encode(None)
        for packet in sorted(packets, key=lambda one: one.dts * one.time_base):
            file.mux(packet)
    return path


@pytest.mark.parametrize(
    ("suffix", "coding"),
    [
        *(("mkv", coding) for coding in ("aac", "mp3", "ac3", "flac", "alac", "pcm_s16le")),
        *(("mp4", coding) for coding in ("aac", "ac3", "alac")),
        *(("avi", coding) for coding in ("mp3", "ac3", "pcm_s16le")),
        *(("ts", coding) for coding in ("aac", "ac3")),
        ("mov", "pcm_s16le"),
    ],
)
def test_damage__silence_is_none(suffix, coding, tmp_path):
    """It is stored as zeros, which lie between frames that are shown for long."""
    for shown in (CONSTANT, VARYING):
        path = write_with_silence(tmp_path / f"{len(shown)}.{suffix}", coding, shown)
        assert damage(path) == ""
