"""How often the bytes of a file are read on its way into the library."""

from __future__ import annotations

import hashlib
import random
import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from qwen3vl_app.errors import UnreachableMediaError, UnreadableMediaError
from qwen3vl_app.media import animations, worker
from qwen3vl_app.media.blocks import BLOCK, Blocks
from qwen3vl_app.media.held import held, held_bytes, open_held, share_of
from qwen3vl_app.messages import Message
from qwen3vl_app.settings import Limits
from qwen3vl_app.types import Kind

_HEADS = 2**17
"""Bytes read besides: beginnings, which are looked at to tell what a file is."""

linux = pytest.mark.skipif(sys.platform != "linux", reason="/proc/self/io counts what is read")


def noise(size: tuple[int, int], seed: int = 0) -> Image.Image:
    pixels = np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    return Image.fromarray(pixels)


def bytes_read() -> int:
    counts = dict(line.split(": ") for line in Path("/proc/self/io").read_text().splitlines())
    return int(counts["rchar"])


def forget() -> None:
    """As if another process took the next call."""
    worker.rest()
    worker._split.cache_clear()
    animations._durations.cache_clear()


def bytes_on_the_way_in(path: Path, options) -> int:
    """Read by the two calls that make items of a file, each in a process of its own."""
    parts = worker.outline(path, options).parts
    worker.read(path, options, parts[:16], known=False)  # from now on all decoders are loaded
    forget()
    before = bytes_read()
    outline = worker.outline(path, options)
    forget()
    options = replace(options, findings=outline.findings)
    worker.read(path, options, outline.parts[:16], known=False)
    forget()
    return bytes_read() - before


@linux
@pytest.mark.parametrize("suffix", ["png", "jpg", "webp", "gif", "heic", "avif", "jp2", "bmp"])
def test_way_in__a_picture_is_read_twice(options, tmp_path, suffix):
    path = tmp_path / f"a.{suffix}"
    noise((1000, 800)).save(path)
    size = path.stat().st_size
    assert size > 3 * _HEADS / 2
    assert 2 * size <= bytes_on_the_way_in(path, options) <= 2 * size + _HEADS


@linux
def test_way_in__a_pdf_is_read_twice(options, tmp_path):
    path = tmp_path / "a.pdf"
    noise((1500, 1200)).save(path, save_all=True, append_images=[noise((1500, 1200), 1)])
    size = path.stat().st_size
    assert size > 8 * _HEADS
    assert size < bytes_on_the_way_in(path, options) <= 2 * size + _HEADS


@linux
def test_way_in__a_text_is_read_twice(options, tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("The quick brown fox jumps over the lazy dog.\n" * 30_000)
    size = path.stat().st_size
    assert size > 8 * _HEADS
    assert 2 * size <= bytes_on_the_way_in(path, options) <= 2 * size + _HEADS


@linux
def test_way_in__a_document_is_read_twice(options, tmp_path):
    docx = pytest.importorskip("docx")
    document = docx.Document()
    letters = random.Random(0)
    for _ in range(4000):  # words of chance: nothing that packs well
        document.add_paragraph(" ".join(f"{letters.getrandbits(64):x}" for _ in range(30)))
    path = tmp_path / "a.docx"
    document.save(str(path))
    size = path.stat().st_size
    assert size > 8 * _HEADS
    assert size < bytes_on_the_way_in(path, options) <= 2 * size + _HEADS


VIDEOS = ["a.mp4", "faststart.mp4", "a.mov", "a.mkv", "a.avi", "a.ts"]


def write_video(
    path: Path, seconds: int, *, size: tuple[int, int] = (320, 240), rate: int = 800_000
) -> Path:
    """Grain, in groups of a second, with sound between the pictures."""
    flags = {"movflags": "faststart"} if path.stem == "faststart" else {}
    codec = "mpeg4" if path.suffix == ".avi" else "libx264"
    with av.open(str(path), "w", options=flags) as file:
        stream: Any = file.add_stream(codec, rate=5)
        sound = file.add_stream("mp2", rate=32000)
        (stream.width, stream.height), stream.pix_fmt = size, "yuv420p"
        stream.codec_context.gop_size, stream.bit_rate = 5, rate
        stream.options = {"preset": "ultrafast"} if codec == "libx264" else {}
        chance = np.random.default_rng(0)
        for number in range(seconds * 5):
            pixels = chance.integers(0, 255, (*size[::-1], 3), np.uint8)
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 5)
            file.mux(stream.encode(frame))
            heard = chance.integers(-9000, 9000, (1, 6400), np.int16)
            wave = av.AudioFrame.from_ndarray(heard, "s16", "mono")
            wave.sample_rate, wave.pts = 32000, number * 6400
            file.mux(sound.encode(wave))
        file.mux(stream.encode())
        file.mux(sound.encode())
    return path


@linux
@pytest.mark.parametrize("name", VIDEOS)
@pytest.mark.parametrize("seconds", [10, 24])
def test_way_in__a_video_is_read_twice(options, tmp_path, name, seconds):
    """Also one with moments, of which key frames are compared."""
    path = write_video(tmp_path / name, seconds)
    assert len(worker.outline(path, options).parts) == (1 if seconds == 10 else 5)
    size = path.stat().st_size
    assert size > 3 * _HEADS
    assert size < bytes_on_the_way_in(path, options) <= 2 * size + _HEADS


@linux
def test_way_in__videos_in_one_process_are_read_once(options, tmp_path):
    """Whatever else it does between the outline and the reading, part by part."""
    paths = [write_video(tmp_path / f"{seconds}.mp4", seconds) for seconds in (14, 20, 26)]
    worker.read(paths[0], options, worker.outline(paths[0], options).parts, known=False)
    forget()
    before = bytes_read()
    outlines = [worker.outline(path, options) for path in paths]
    for number in range(4):
        for path, outline in zip(paths, outlines, strict=True):
            known = replace(options, findings=outline.findings)
            worker.read(path, known, outline.parts[number : number + 1] or outline.parts, False)
    size = sum(path.stat().st_size for path in paths)
    assert size <= bytes_read() - before <= size + 3 * _HEADS
    forget()


@linux
@pytest.mark.parametrize("name", ["a.mp4", "faststart.mp4", "a.mkv", "a.avi"])
def test_way_in__a_video_that_is_not_held_is_read_twice(options, tmp_path, name):
    """As a large one, it is read again only where frames are taken from it.

    Besides, decoding begins anew at its beginning, once each time; the index at its end is read
    before what it is about, and again for the hash; and a block is read as a whole.
    """
    path = write_video(tmp_path / name, 10, size=(640, 480), rate=20_000_000)
    options = replace(options, limits=Limits(max_reader_bytes=2**28))
    size = path.stat().st_size
    assert size > 2**23 == share_of(options.limits)
    assert size < bytes_on_the_way_in(path, options) <= 2 * size + 8 * BLOCK


@linux
@pytest.mark.parametrize("suffix", ["webp", "gif", "png", "avif"])
def test_way_in__an_animation_is_read_twice(options, tmp_path, suffix):
    path = tmp_path / f"a.{suffix}"
    frames = [noise((400, 300), seed) for seed in range(12)]
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=200)
    assert worker.outline(path, options).parts[0].kind is Kind.VIDEO
    size = path.stat().st_size
    assert size > 3 * _HEADS
    assert 2 * size <= bytes_on_the_way_in(path, options) <= 2 * size + _HEADS


@pytest.mark.parametrize("readable", [0, 1, 3])
def test_way_in__a_video_on_a_disk_that_fails(options, tmp_path, monkeypatch, readable):
    """It is not called damaged: at another time it may be read."""
    path = write_video(tmp_path / "a.mkv", 10)
    outline = worker.outline(path, options)
    forget()
    read = Blocks._read

    def fail(self, number):
        if number >= readable:
            raise UnreachableMediaError(path, Message.of("reason.gone"))
        return read(self, number)

    monkeypatch.setattr(Blocks, "_read", fail)
    with pytest.raises(UnreachableMediaError):
        worker.outline(path, options)
    options = replace(options, findings=outline.findings)
    with pytest.raises(UnreachableMediaError):
        worker.read(path, options, outline.parts, known=False)
    monkeypatch.undo()
    forget()
    assert worker.outline(path, options) == outline


def test_outline__hash_and_parts_are_of_the_same_bytes(options, tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("one line")
    found = worker.outline(path, options)
    assert found.content_hash == hashlib.blake2b(b"one line", digest_size=16).hexdigest()
    assert [part.place.last_line for part in found.parts] == [1]


def test_held__reads_from_memory_and_lets_go(tmp_path):
    path = tmp_path / "a.bin"
    path.write_bytes(b"before")
    with held(path, Limits()):
        path.write_bytes(b"after that")
        with open_held(path) as file:
            assert file.read() == b"before"
    assert held_bytes(path) is None
    with open_held(path) as file:
        assert file.read() == b"after that"


def test_held__lets_go_after_an_error(options, tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\nbroken")
    with pytest.raises(UnreadableMediaError):
        worker.outline(path, options)
    assert held_bytes(path) is None


def test_held__not_what_is_over_its_share_of_memory(tmp_path):
    limits = Limits(max_reader_bytes=32 * 2**20)
    path = tmp_path / "a.bin"
    path.write_bytes(bytes(2**20))
    with held(path, limits):
        assert held_bytes(path) == bytes(2**20)
    path.write_bytes(bytes(2**20 + 1))
    with held(path, limits):
        assert held_bytes(path) is None


def test_held__nothing_of_a_file_that_is_gone(tmp_path):
    path = tmp_path / "a.bin"
    with held(path, Limits()):
        assert held_bytes(path) is None
        with pytest.raises(FileNotFoundError):
            open_held(path)
