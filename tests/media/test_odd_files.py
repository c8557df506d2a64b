"""Files that do harm, made for it or not: each costs itself, not the memory and not the rest."""

from __future__ import annotations

import io
import multiprocessing
import os
import struct
import time
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import docx
import openpyxl
import pillow_heif
import pytest
from PIL import Image, ImageDraw

from qwen3vl_app.budget import Budget
from qwen3vl_app.errors import TooSlowError, UnreadableMediaError
from qwen3vl_app.media.reader import Reader
from qwen3vl_app.settings import Limits

MOST_MEMORY = 700 * 2**20
"""Of one worker, whatever it is given; 120 MiB of it are the decoders themselves."""


@pytest.fixture
def alone() -> Iterator[Reader]:
    """A reader with a single new process for indexing, so that its memory can be measured."""
    reader = Reader(Budget(), Limits(deadline=20), workers=1)
    before = set(multiprocessing.active_children())
    yield reader
    (worker,) = set(multiprocessing.active_children()) - before
    status = Path(f"/proc/{worker.pid}/status")
    if status.is_file():
        peak = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        assert int(peak.split()[1]) * 1024 < MOST_MEMORY
    reader.close()


def reason(reader: Reader, path: Path) -> str:
    with pytest.raises(UnreadableMediaError) as caught:
        reader.read(path, reader.outline(path).parts)
    return str(caught.value.reason)


def encoded(form: str, **more: object) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(buffer, form, **more)
    return buffer.getvalue()


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


# ---------------------------------------------------------------- bombs


def test_reader__picture_whose_texts_or_profile_fill_memory(alone, tmp_path):
    whole = encoded("PNG")
    bomb = zlib.compress(bytes(150 * 2**20), 9)
    head, rest = whole[:33], whole[33:]
    for name, body in ((b"zTXt", b"note\0\0" + bomb), (b"iCCP", b"profile\0\0" + bomb)):
        path = tmp_path / f"{name.decode()}.png"
        path.write_bytes(head + chunk(name, body) + rest)
        with suppress(UnreadableMediaError):  # with its picture or without: not with the bomb
            alone.read(path, alone.outline(path).parts)


def test_reader__bombs_of_pixels(alone, tmp_path):
    size = struct.pack(">II", 60_000, 60_000)
    header = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size + b"\x08\x02\0\0\0")
    (tmp_path / "a.png").write_bytes(header + chunk(b"IDAT", zlib.compress(bytes(10**7))))
    gif = bytearray(encoded("GIF"))
    gif[6:10] = struct.pack("<HH", 65_535, 65_535)  # the canvas; the frame in it stays small
    (tmp_path / "a.gif").write_bytes(gif)
    jpeg = bytearray(encoded("JPEG"))
    frame = jpeg.index(b"\xff\xc0")
    jpeg[frame + 5 : frame + 9] = struct.pack(">HH", 65_000, 65_000)
    (tmp_path / "a.jpg").write_bytes(jpeg)
    for name in ("a.png", "a.gif", "a.jpg"):
        assert "over the limit of 200" in reason(alone, tmp_path / name)


def test_reader__page_of_a_hundred_square_metres(alone, make_pdf):
    path = make_pdf("a.pdf", [(28_346, 28_346)] * 2)  # 10 m × 10 m
    first, _ = alone.read(path, alone.outline(path).parts)
    assert (first.width, first.height) == (59_054, 59_054)
    assert first.model_input.pictures[0].size[0] <= 1376


def test_reader__office_bombs(alone, tmp_path):
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("word/document.xml", b" " * (60 * 2**20))
    for name, entry in (("flat.docx", "word/document.xml"), ("sheet.xlsx", "xl/workbook.xml")):
        with zipfile.ZipFile(tmp_path / name, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as out:
            out.writestr("[Content_Types].xml", "<Types/>")
            out.writestr(entry, b" " * (60 * 2**20))
            out.writestr("word/embeddings/inner.docx", inner.getvalue())
        assert "made to fill memory" in reason(alone, tmp_path / name)


def test_reader__archive_with_a_list_that_fills_memory(alone, tmp_path):
    path = tmp_path / "a.docx"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(20):
            archive.writestr(f"word/{number}.xml", "")
    data = path.read_bytes()
    begin, end = data.index(b"PK\x01\x02"), data.index(b"PK\x05\x06")
    many = data[begin:end] * 6000  # 120,000 entries
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 65_535, 65_535, len(many), begin, 0)
    path.write_bytes(data[:begin] + many + tail)
    assert "breaks off" in reason(alone, path)  # read up to 4 MiB of it


# ---------------------------------------------------------------- endless and enormous


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.pdf", "a.docx", "a.txt", "a.mp4", "a.mkv"])
def test_reader__sparse_file_of_ten_gigabytes(reader, tmp_path, name):
    heads = {
        ".png": encoded("PNG")[:-20],
        ".jpg": encoded("JPEG")[:-20],
        ".pdf": b"%PDF-1.4\n",
        ".docx": b"PK\x03\x04" + bytes(40),
        ".txt": b"hello",
        ".mp4": b"\0\0\0\x18ftypisom" + bytes(12),
        ".mkv": b"\x1a\x45\xdf\xa3\x93\x42\x82\x88matroska",
    }
    path = tmp_path / name
    with path.open("wb") as file:
        file.write(heads[path.suffix])
        file.truncate(10 * 2**30)
    begun = time.monotonic()
    said = reason(reader, path)
    assert "over the limit" in said or "cannot be decoded" in said
    assert time.monotonic() - begun < 10


@pytest.mark.parametrize("suffix", [".txt", ".jpg", ".mp4", ".docx", ".pdf"])
def test_reader__endless_and_special_files(reader, tmp_path, suffix):
    os.mkfifo(tmp_path / "fifo")
    sources = [tmp_path / "fifo"]
    sources += [Path(p) for p in ("/dev/zero", "/dev/urandom", "/dev/full", "/dev/tty")]
    sources += [Path(p) for p in ("/proc/kmsg", "/proc/kcore", "/proc/self/pagemap", "/proc/self")]
    for number, source in enumerate(path for path in sources if os.path.lexists(path)):
        link = tmp_path / f"{number}{suffix}"
        link.symlink_to(source)
        assert reason(reader, link)


def test_reader__slow_decoder_is_ended_and_the_next_file_is_read(tmp_path):
    slow, quick = tmp_path / "slow.png", tmp_path / "quick.png"
    Image.new("RGB", (14_000, 14_000)).save(slow, compress_level=1)
    Image.new("RGB", (64, 48)).save(quick)
    reader = Reader(Budget(), Limits(deadline=1), workers=1)
    try:
        (part,) = reader.outline(slow).parts  # its header is fine
        with pytest.raises(TooSlowError, match="longer than the limit"):
            reader.read(slow, [part])
        (content,) = reader.read(quick, reader.outline(quick).parts)
        assert content.width == 64
    finally:
        reader.close()


# ---------------------------------------------------------------- names


def draw_kinds(folder: Path) -> list[Path]:
    """One file of every kind that has a library of its own, but PDF and MP4."""
    picture = Image.new("RGB", (64, 48), "red")
    ImageDraw.Draw(picture).ellipse((10, 10, 40, 40), fill="blue")
    for name in ("a.jpg", "a.png", "a.avif"):
        picture.save(folder / name)
    picture.save(folder / "a.gif", save_all=True, append_images=[picture.rotate(90)])
    pillow_heif.from_pillow(picture).save(folder / "a.heic")
    (folder / "a.txt").write_text("A red bicycle.")
    document = docx.Document()
    document.add_paragraph("A red bicycle.")
    document.save(str(folder / "a.docx"))
    book = openpyxl.Workbook()
    book.active.append(["bicycle"])
    book.save(folder / "a.xlsx")
    return sorted(folder.iterdir())


@pytest.mark.parametrize(
    "name",
    [b"two\nlines", "\U0001f600".encode(), "\u202egnp".encode(), b"\xff\xfe", b"x" * 250, b" \t'"],
    ids=["newline", "emoji", "right-to-left", "invalid", "long", "spaces"],
)
def test_reader__strange_names(reader, tmp_path, name):
    for source in draw_kinds(tmp_path):
        path = tmp_path / (os.fsdecode(name) + source.suffix)
        source.rename(path)
        for content in reader.read(path, reader.outline(path).parts):
            assert content.thumbnail
            assert reader.preview(path, content.part)


# ---------------------------------------------------------------- on the move


@pytest.mark.parametrize("how", ["vanish", "truncate", "replace", "grow"])
def test_reader__file_that_changes_between_outline_and_read(reader, tmp_path, how):
    for path in draw_kinds(tmp_path):
        parts = reader.outline(path).parts
        if how == "vanish":
            path.unlink()
        elif how == "truncate":
            os.truncate(path, path.stat().st_size // 2)
        elif how == "replace":
            path.write_bytes(os.urandom(5000))
        else:
            with path.open("ab") as file:
                file.write(bytes(5000))
        with suppress(UnreadableMediaError):  # what it gives is void, as its stamp says
            reader.read(path, parts)
