"""How often the bytes of a file are read on its way into the library."""

from __future__ import annotations

import hashlib
import random
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from qwen3vl_app.errors import UnreadableMediaError
from qwen3vl_app.media import animations, worker
from qwen3vl_app.media.held import held, held_bytes, open_held
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
    worker.outline(path, options)
    forget()
    worker.read(path, options, parts[:16], known=False)
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
