"""Small files that take much to read, through the real processes that read: what each may cost."""

from __future__ import annotations

import multiprocessing
import runpy
import struct
import sys
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import av
import click
import numpy as np
import pytest
from av import VideoStream
from fpdf import FPDF
from PIL import Image

from qwen3vl_app.budget import Budget
from qwen3vl_app.cli.common import settings_from
from qwen3vl_app.errors import AppError, MemoryLimitError, UnreadableMediaError
from qwen3vl_app.media.memory import held_by
from qwen3vl_app.media.pool import Pool
from qwen3vl_app.media.reader import Reader
from qwen3vl_app.settings import Limits
from qwen3vl_app.types import Kind
from tests.attacks.greedy import grab, grab_in_c
from tests.attacks.readers_bombs import BOMBS, png
from tests.indexing.embedders import TinyHost
from tests.indexing.world import World, counted

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps to the limit")

MIB = 2**20
LIMIT = Limits().max_reader_bytes
SHARED = 150 * MIB
"""Of libraries that are mapped, which all processes share and the limit leaves out."""

DEADLINE = 15.0
SLACK = 45.0
"""Seconds that starting a process takes on a machine with much else to do."""


@dataclass
class Watched:
    """The most that any process of a reader held."""

    peak: int = 0


@contextmanager
def watching() -> Iterator[Watched]:
    """Look at the high-water marks of all reading processes, which the kernel keeps."""
    found, over = Watched(), threading.Event()

    def look() -> None:
        while not over.wait(0.005):
            for child in multiprocessing.active_children():
                found.peak = max(found.peak, _high_water(child.pid or 0))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield found
    finally:
        over.set()
        thread.join()


def _high_water(process: int) -> int:
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM")), 0)


@contextmanager
def reading(limits: Limits) -> Iterator[Reader]:
    reader = Reader(Budget(), limits, workers=1)
    try:
        yield reader
    finally:
        reader.close()


# ---------------------------------------------------------------- the bombs


REFUSED = {
    "icon.ico": "900 megapixels, over the limit of 200",
    "second.ico": "900 megapixels, over the limit of 200",
    "bitmap.ico": "megapixels, over the limit of 200",
    "apple.icns": "900 megapixels, over the limit of 200",
    "texture.blp": "3,600 megapixels, over the limit of 200",
    "tile.tif": "3,600 megapixels, over the limit of 200",
    "pages.tif": "pages, over the limit of 5,000; split it",
    "canvas.gif": "196 megapixels, over the limit of 40",
    "many.gif": "beyond the limit of 10 gigapixels together",
    "canvas.png": "196 megapixels, over the limit of 40",
    "canvas.webp": "196 megapixels, over the limit of 40",
    "moments.mp4": "over the limit of",
}
"""What is known before anything is decoded, and what is said of it."""

CHEAP = 300 * MIB
"""What it takes at most to find that out."""


@pytest.mark.parametrize("name", BOMBS)
def test_bomb__ends_within_its_memory_and_its_deadline(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    BOMBS[name](path)
    good = tmp_path / "good.png"
    Image.new("RGB", (64, 48), "red").save(good)
    assert path.stat().st_size < 21 * MIB
    said = ""
    with reading(Limits(deadline=DEADLINE)) as reader, watching() as watched:
        begun = time.monotonic()
        try:
            reader.read(path, reader.outline(path).parts[:4])
        except UnreadableMediaError as error:
            said = str(error.reason)
        seconds = time.monotonic() - begun
        assert len(reader.outline(good).parts) == 1
    assert watched.peak < LIMIT + SHARED
    assert seconds < 2 * (DEADLINE + 5 * 3 + SLACK)
    assert len(said) < 300
    if name in REFUSED:
        assert REFUSED[name] in said
        assert watched.peak < CHEAP


@pytest.mark.parametrize("name", ["icon.ico", "canvas.gif", "many.gif", "forms.pdf", "tile.tif"])
def test_bomb__as_a_query_or_a_preview(tmp_path: Path, name: str) -> None:
    """What a person waits for has processes of its own, under the same limit."""
    path = tmp_path / name
    BOMBS[name](path)
    with reading(Limits(deadline=DEADLINE)) as reader, watching() as watched:
        with suppress(UnreadableMediaError):  # one frame of an animation may well be shown
            reader.picture(path)
        with pytest.raises(UnreadableMediaError):
            reader.clip(path)
    assert watched.peak < LIMIT + SHARED


def test_bombs__among_others_cost_themselves_only(tmp_path: Path) -> None:
    names = ("icon.ico", "canvas.gif", "texture.blp", "tile.tif", "text.pdf", "deep.odt")
    with reading(Limits(deadline=DEADLINE, max_reader_bytes=512 * MIB)) as reader:
        world = World(tmp_path, reader, TinyHost())
        for name in names:
            BOMBS[name](world.folder / name)
        world.text("good.txt", "a fox")
        world.picture("good.png")
        world.indexer.add([world.folder])
        world.indexer.start()
        progress = world.indexer.wait(timeout=240)
        failures = world.library.failures()
        world.close()
    assert counted(progress) == {"indexed": 2, "failed": len(names)}
    assert {row.path.name for row in failures} == set(names)
    for row in failures:
        assert row.reason.code not in ("", "reason.slow"), row.reason


def test_a_video_whose_frames_are_over_40_megapixels__is_refused_unseen(tmp_path: Path) -> None:
    path = tmp_path / "wide.mov"
    with av.open(str(path), "w") as file:
        stream = file.add_stream("png", rate=10)
        stream.width, stream.height, stream.pix_fmt = 9000, 8000, "monob"
        packet = av.Packet(png(9000, 8000))
        packet.stream, packet.pts, packet.dts = stream, 0, 0
        packet.time_base = stream.time_base or Fraction(1)
        file.mux(packet)
    refused = pytest.raises(UnreadableMediaError, match=r"over the limit of 40 megapixels")
    with reading(Limits()) as reader, watching() as watched, refused:
        reader.outline(path)
    assert watched.peak < CHEAP


# ---------------------------------------------------------------- the limit itself


SMALL = 400 * MIB


@pytest.fixture
def pool() -> Iterator[Pool]:
    """One process under a small limit."""
    made = Pool(1, memory=SMALL)
    yield made
    made.close()


def run(pool: Pool, folder: Path, *lines: str) -> dict[str, Any]:
    """A decoder of these lines of Python; what it leaves in its variables."""
    path = folder / "decoder.py"
    path.write_text("\n".join(lines))
    return pool.call(runpy.run_path, path, deadline=60)


@pytest.mark.parametrize("take", [grab, grab_in_c])
def test_a_reader_that_wants_more__is_told_and_replaced(pool: Pool, tmp_path: Path, take) -> None:
    path = tmp_path / "wants.txt"
    path.write_text(str(900 * MIB))
    with pytest.raises(MemoryLimitError) as caught:
        pool.call(take, path, deadline=30)
    assert str(caught.value.reason) == (
        "Reading the file takes more than the limit of 0.391 GiB of memory; make a smaller "
        "copy, or raise --reader-memory."
    )
    path.write_text(str(200 * MIB))
    assert pool.call(take, path, deadline=30) >= 0


def test_a_reader_that_ends_at_its_limit__is_blamed_for_memory_not_damage(
    pool: Pool, tmp_path: Path
) -> None:
    """As libraries in C++ do: they ask for more, and end where they do not get it."""
    lines = (
        "import os, time",
        "held = []",
        "try:",
        "    while True:",
        "        held.append(bytearray(b'x') * (8 << 20))",
        "        time.sleep(0.02)",
        "except MemoryError:",
        "    os.abort()",
    )
    with pytest.raises(MemoryLimitError):
        run(pool, tmp_path, *lines)


def test_a_reader_that_takes_shared_memory__is_ended(pool: Pool, tmp_path: Path) -> None:
    """The limit of the kernel leaves it out; the pool looks."""
    lines = (
        "import mmap, time",
        "held = mmap.mmap(-1, 700 << 20)",
        "for at in range(0, len(held), 4096):",
        "    held[at] = 1",
        "time.sleep(60)",
    )
    with pytest.raises(MemoryLimitError):
        run(pool, tmp_path, *lines)


def test_an_answer_beyond_the_limit__is_an_outcome(pool: Pool, tmp_path: Path) -> None:
    with pytest.raises(MemoryLimitError):
        run(pool, tmp_path, "answer = bytes(300 << 20)")
    assert run(pool, tmp_path, "answer = 1")["answer"] == 1


def test_a_reader_that_keeps_what_it_took__is_replaced(pool: Pool, tmp_path: Path) -> None:
    lines = (
        "__import__('sys').kept = bytearray(b'x') * (150 << 20)",
        "pid = __import__('os').getpid()",
    )
    first = run(pool, tmp_path, *lines)["pid"]
    assert run(pool, tmp_path, *lines)["pid"] != first
    assert held_by(first) == 0


def test_both_kinds_of_readers__have_the_limit_of_the_settings() -> None:
    reader = Reader(Budget(), Limits(max_reader_bytes=123 * MIB), workers=1)
    assert {pool._memory for pool in (reader._indexing, reader._waiting)} == {123 * MIB}
    reader.close()
    with pytest.raises(AppError):
        reader.picture(Path("a.png"))


def test_reader_memory__on_the_command_line_is_the_limit() -> None:
    context = click.Context(click.Command("index"), obj={"reader_memory": 4.0})
    assert settings_from(context, {}).limits.max_reader_bytes == 4 * 2**30
    assert settings_from(context, {"reader_memory": 0.5}).limits.max_reader_bytes == 2**29
    bare = settings_from(click.Context(click.Command("index")), {})
    assert bare.limits.max_reader_bytes == LIMIT


# ---------------------------------------------------------------- what is large and meant


def test_a_jpeg_of_120_megapixels__is_read_under_the_default_limit(tmp_path: Path) -> None:
    path = tmp_path / "large.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6  # turned: a second picture of this size
    Image.linear_gradient("L").resize((12_000, 10_000)).convert("RGB").save(path, exif=exif)
    with reading(Limits()) as reader, watching() as watched:
        (content,) = reader.read(path, reader.outline(path).parts)
        assert (content.width, content.height) == (10_000, 12_000)
        assert reader.picture(path).size == (10_000, 12_000)
    assert watched.peak < LIMIT + SHARED


def test_a_png_of_190_megapixels_with_transparency__is_read(tmp_path: Path) -> None:
    path = tmp_path / "large.png"
    data = bytearray(png(14_000, 13_500))
    palette = struct.pack(">I", 6) + b"PLTE" + b"\0\0\0\xff\xff\xff"
    clear = struct.pack(">I", 1) + b"tRNS" + b"\0"
    data[25] = 3  # colours by number
    path.write_bytes(_mended(data, palette, clear))
    with reading(Limits()) as reader, watching() as watched:
        (content,) = reader.read(path, reader.outline(path).parts)
    assert (content.width, content.height) == (14_000, 13_500)
    assert content.model_input.pictures[0].image.getpixel((5, 5)) == (255, 255, 255)
    assert watched.peak < LIMIT + SHARED


def _mended(data: bytearray, *chunks: bytes) -> bytes:
    """With checksums, and further chunks behind the header."""
    data[29:33] = struct.pack(">I", zlib.crc32(data[12:29]))
    more = b"".join(chunk + struct.pack(">I", zlib.crc32(chunk[4:])) for chunk in chunks)
    return bytes(data[:33]) + more + bytes(data[33:])


@pytest.mark.parametrize("codec", ["libx264", "mpeg4"])
def test_a_video_in_4k__is_read_under_the_default_limit(tmp_path: Path, codec: str) -> None:
    path = tmp_path / "film.mp4"
    with av.open(str(path), "w") as file:
        stream = cast(VideoStream, file.add_stream(codec, rate=2))
        stream.width, stream.height, stream.pix_fmt = 3840, 2160, "yuv420p"
        if codec == "libx264":
            stream.options = {"preset": "ultrafast", "refs": "4"}
        for number in range(30):
            pixels = np.full((2160, 3840, 3), 8 * number, np.uint8)
            file.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        file.mux(stream.encode())
    with reading(Limits()) as reader, watching() as watched:
        parts = reader.outline(path).parts
        assert parts[0].kind is Kind.VIDEO
        assert len(reader.read(path, parts)) == len(parts)
    assert watched.peak < LIMIT + SHARED


def test_a_pdf_of_500_pages__is_read_under_the_default_limit(tmp_path: Path) -> None:
    path = tmp_path / "book.pdf"
    pdf = FPDF()
    pdf.set_font("helvetica", size=9)
    for number in range(500):
        pdf.add_page()
        pdf.multi_cell(0, text=f"Page {number}. " + "The fox sees a grape. " * 150)
    pdf.output(str(path))
    with reading(Limits()) as reader, watching() as watched:
        parts = reader.outline(path).parts
        assert len(parts) == 500
        for begin in (0, 484):
            contents = reader.read(path, parts[begin : begin + 16])
            assert all("grape" in content.text for content in contents)
    assert watched.peak < LIMIT + SHARED
