"""Words in pictures, read by the real reader of words."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from qwen3vl_app.budget import Budget
from qwen3vl_app.errors import MemoryLimitError, TooSlowError
from qwen3vl_app.media import ocr
from qwen3vl_app.media.reader import Reader
from qwen3vl_app.settings import Limits
from qwen3vl_app.types import Kind, Part, PictureClass, Place

ROOT = Path(__file__).parents[2]
PICTURE = Part(ordinal=0, kind=Kind.PICTURE)

installed = pytest.mark.skipif(not ocr.is_installed(), reason="rapidocr is not installed")


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    opened = Reader(Budget(), Limits())
    yield opened
    opened.close()


def written(*lines: str, size: tuple[int, int] = (1280, 800), height: int = 28) -> Image.Image:
    """Lines of words in black on white, the first one 60 pixels from the left and the top."""
    picture = Image.new("RGB", size, "white")
    pencil = ImageDraw.Draw(picture)
    font = ImageFont.load_default(height)
    for at, line in enumerate(lines):
        pencil.text((60, 60 + 2 * height * at), line, fill="black", font=font)
    return picture


def saved(picture: Image.Image, folder: Path, name: str = "a.png") -> Path:
    picture.save(folder / name)
    return folder / name


@installed
def test_picture_lines__of_a_screenshot(reader, tmp_path):
    path = saved(written("Error 4711: no paper", "Press Retry"), tmp_path)
    first, second = reader.picture_lines(path, PICTURE, PictureClass.SCREENSHOT)
    assert (first.text, second.text) == ("Error 4711: no paper", "Press Retry")
    left, top, *_, bottom = first.corners
    assert 40 < left * 1280 < 66
    assert 50 < top * 800 < 72
    assert 76 < bottom * 800 < 100
    assert first.confidence > 0.9


@installed
def test_picture_lines__of_a_scanned_pdf(reader, tmp_path):
    pages = [written(f"Rechnung {n}", size=(1240, 1754)) for n in (117, 118)]
    pages[0].save(tmp_path / "a.pdf", save_all=True, append_images=pages[1:], resolution=150)
    second = Part(ordinal=1, kind=Kind.PAGE, place=Place(page=2))
    (line,) = reader.picture_lines(tmp_path / "a.pdf", second, PictureClass.PAGE)
    assert line.text == "Rechnung 118"


@installed
def test_picture_lines__short_words_are_not_turned_upside_down(reader, tmp_path):
    path = saved(written("doughnut", "dog", "dvd", height=30), tmp_path)
    lines = reader.picture_lines(path, PICTURE, PictureClass.SCAN)
    assert [line.text for line in lines] == ["doughnut", "dog", "dvd"]


@installed
def test_picture_lines__of_a_page_that_lies_upside_down(reader, tmp_path):
    page = written("Annual report of the company", "Figures of the second quarter", height=40)
    path = saved(page.rotate(180), tmp_path)
    lines = reader.picture_lines(path, PICTURE, PictureClass.SCAN)
    texts = {line.text for line in lines}
    assert texts == {"Annual report of the company", "Figures of the second quarter"}


@installed
def test_picture_lines__of_a_picture_without_words(reader, tmp_path):
    path = saved(Image.new("RGB", (900, 600), "green"), tmp_path)
    assert reader.picture_lines(path, PICTURE, PictureClass.PHOTOGRAPH) == ()


@installed
@pytest.mark.parametrize("size", [(1, 1), (7, 900), (4000, 20), (20, 4000)])
def test_picture_lines__of_odd_shapes(reader, tmp_path, size):
    path = saved(Image.new("RGB", size, "white"), tmp_path)
    assert reader.picture_lines(path, PICTURE, PictureClass.DRAWING) == ()


@installed
def test_picture_lines__a_huge_picture_is_read_within_the_memory_of_a_reader(reader, tmp_path):
    path = saved(written("Panorama", size=(14000, 10000), height=700), tmp_path)
    (line,) = reader.picture_lines(path, PICTURE, PictureClass.DRAWING)
    assert line.text == "Panorama"


@installed
def test_picture_lines__noise_ends_in_time(reader, tmp_path):
    noise = np.random.default_rng(1).integers(0, 256, (2400, 2400, 3), np.uint8)
    path = saved(Image.fromarray(noise), tmp_path)
    begun = time.monotonic()
    reader.picture_lines(path, PICTURE, PictureClass.SCREENSHOT)
    assert time.monotonic() - begun < 4 * Limits().deadline


@installed
def test_picture_lines__ends_at_the_deadline(tmp_path):
    path = saved(written(*["many words in one line"] * 12), tmp_path)
    reader = Reader(Budget(), replace(Limits(), deadline=0.05))
    with pytest.raises(TooSlowError):
        reader.picture_lines(path, PICTURE, PictureClass.SCREENSHOT)
    reader.close()


@installed
@pytest.mark.skipif(sys.platform != "linux", reason="no other system keeps to the limit")
def test_picture_lines__ends_at_the_limit_of_memory(tmp_path):
    path = saved(Image.new("RGB", (9000, 9000)), tmp_path)
    reader = Reader(Budget(), replace(Limits(), max_reader_bytes=2**27))
    with pytest.raises(MemoryLimitError):
        reader.picture_lines(path, PICTURE, PictureClass.SCREENSHOT)
    reader.close()


@installed
def test_read_lines__asks_no_network(tmp_path):
    path = saved(written("offline"), tmp_path)
    code = (
        "import socket, sys\n"
        "def refuse(*given, **named): raise SystemExit('asked the network')\n"
        "socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse\n"
        "from PIL import Image\n"
        "from qwen3vl_app.media.ocr import read_lines\n"
        "from qwen3vl_app.types import PictureClass\n"
        "picture = Image.open(sys.argv[1]).convert('RGB')\n"
        "print(*(line.text for line in read_lines(picture, PictureClass.DRAWING)))\n"
    )
    environment = {**os.environ, "HOME": str(tmp_path)}
    command = [sys.executable, "-c", code, str(path)]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.returncode) == ("offline\n", 0), done.stderr


def test_is_installed__imports_nothing_at_the_start():
    code = (
        "import sys\n"
        "import qwen3vl_app.cli.main, qwen3vl_app.media.worker, qwen3vl_app.indexing.indexer\n"
        "from qwen3vl_app.media.ocr import is_installed\n"
        "is_installed()\n"
        "print({'rapidocr', 'onnxruntime', 'cv2'} & {*sys.modules})\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "set()\n"
