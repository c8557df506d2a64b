"""What is missing of a video that can be played all the same, and no word about sound ones."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from qwen3vl_app.media.containers import close_videos, with_container
from qwen3vl_app.media.damage import BREAKS_OFF
from tests.media.films import CONSTANT, CONTAINERS, KINDS, VARYING, Film, write

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
    return with_container(path, lambda video: video.damage)


@pytest.mark.parametrize(("codec", "gop", "suffix"), MATRIX)
def test_damage(codec, gop, suffix, tmp_path):
    for shown in (CONSTANT, VARYING):
        path = write(tmp_path / f"{len(shown)}.{suffix}", film(codec, gop, shown))
        assert damage(path) == ""
    path = write(tmp_path / f"a.{suffix}", film(codec, gop))
    data = path.read_bytes()
    third = len(data) // 3
    path.write_bytes(data[:third] + bytes(third) + data[2 * third :])
    said = re.fullmatch(
        r"A part of the video is damaged or missing, the first of it at about (\d\.\d) s; "
        r"copy the file again from its source\.",
        damage(path),
    )
    assert said is not None
    assert 0.2 <= float(said[1]) <= 1.6  # of 3.6 s; key frames are larger than others
    if suffix not in (*INDEX_LAST, "ts"):  # without its index a file fails; broadcasts have no end
        path.write_bytes(data[: len(data) // 2])
        assert damage(path) == BREAKS_OFF


@pytest.mark.parametrize("suffix", INDEX_LAST)
def test_damage__breaks_off_after_its_index(suffix, tmp_path):
    path = write(tmp_path / f"a.{suffix}", film("h264"), movflags="faststart")
    assert damage(path) == ""
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert damage(path) == BREAKS_OFF


def test_damage__bytes_after_the_end_are_none(tmp_path):
    for suffix in ("mp4", "mkv", "avi", "ts"):
        path = write(tmp_path / f"a.{suffix}", film("h264"))
        path.write_bytes(path.read_bytes() + bytes(20_000))
        assert damage(path) == "", suffix
