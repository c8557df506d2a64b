"""Every page of a TIFF is an item; smaller versions of a page are none."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from PIL.TiffImagePlugin import AppendingTiffWriter

from qwen3vl_app.errors import UnreadableMediaError
from qwen3vl_app.media.tiff import count_pages, load_pages
from qwen3vl_app.settings import Limits
from qwen3vl_app.types import Kind, Place

COLOURS = ["red", "lime", "blue"]
SIZES = [(300, 400), (400, 300), (200, 200)]


def scan(path: Path, *, compression: str = "raw", mode: str = "RGB") -> Path:
    """Three pages of different colours and sizes."""
    first, *rest = [
        Image.new("RGB", size, colour).convert(mode)
        for size, colour in zip(SIZES, COLOURS, strict=True)
    ]
    first.save(path, save_all=True, append_images=rest, compression=compression)
    return path


def with_subfile_type(path: Path, page: int, value: int) -> Path:
    """The file with one page marked, such as 1 for a smaller version of another."""
    with Image.open(path) as image:
        pages = []
        for number in range(image.n_frames):
            image.seek(number)
            pages.append(image.copy())
    whole = io.BytesIO()
    with AppendingTiffWriter(whole, new=True) as writer:
        for number, one in enumerate(pages):
            one.save(writer, format="TIFF", tiffinfo={254: value} if number == page else {})
            writer.newFrame()
    path.write_bytes(whole.getvalue())
    return path


def test_reader__every_page_is_an_item(reader, tmp_path):
    path = scan(tmp_path / "fax.tif", compression="tiff_lzw")
    parts = reader.outline(path).parts
    assert [(part.kind, part.place) for part in parts] == [
        (Kind.PAGE, Place(page=number)) for number in (1, 2, 3)
    ]
    contents = reader.read(path, [parts[2], parts[0]])  # any of them, in any order
    assert [(c.width, c.height) for c in contents] == [SIZES[2], SIZES[0]]
    assert [c.model_input.pictures[0].getpixel((9, 9)) for c in contents] == [
        (0, 0, 255),
        (255, 0, 0),
    ]
    shown = Image.open(io.BytesIO(reader.preview(path, parts[1], longest=100)))
    assert shown.size == (100, 75)
    assert max(shown.getpixel((50, 40))) == shown.getpixel((50, 40))[1]


def test_reader__one_page_is_a_picture(reader, tmp_path):
    path = tmp_path / "one.tif"
    Image.new("RGB", (30, 20), "red").save(path)
    (part,) = reader.outline(path).parts
    assert part.kind is Kind.PICTURE


@pytest.mark.parametrize("mode", ["1", "L", "CMYK", "P", "RGBA"])
def test_load_pages__of_any_mode(tmp_path, limits, mode):
    pages = [page for page, _ in load_pages(scan(tmp_path / "a.tif", mode=mode), [1, 2], limits)]
    assert [(page.mode, page.size) for page in pages] == [("RGB", SIZES[0]), ("RGB", SIZES[1])]


def test_load_pages__a_page_stays_what_it_is_when_the_next_is_read(tmp_path, limits):
    pages = [page for page, _ in load_pages(scan(tmp_path / "a.tif"), [1, 2, 3], limits)]
    assert [page.getpixel((0, 0)) for page in pages] == [(255, 0, 0), (0, 255, 0), (0, 0, 255)]


def test_count_pages__smaller_versions_are_none(tmp_path, limits):
    path = with_subfile_type(scan(tmp_path / "map.tif"), 1, 1)
    assert count_pages(path, limits) == 2
    pages = [page for page, _ in load_pages(path, [1, 2], limits)]
    assert [page.size for page in pages] == [SIZES[0], SIZES[2]]


def test_count_pages__too_many_is_a_sentence(tmp_path):
    path = scan(tmp_path / "a.tif")
    with pytest.raises(UnreadableMediaError, match=r"3 pages, over the limit of 2; split it\."):
        count_pages(path, replace(Limits(), max_pages=2))


def test_load_pages__a_page_that_has_gone_is_a_sentence(tmp_path, limits):
    with pytest.raises(UnreadableMediaError, match=r"no page 4 any more"):
        list(load_pages(scan(tmp_path / "a.tif"), [4], limits))


def test_load_pages__each_page_is_checked_for_its_size(tmp_path):
    limits = replace(Limits(), max_megapixels=0.05)
    with pytest.raises(UnreadableMediaError, match=r"The page is 300 × 400 pixels"):
        list(load_pages(scan(tmp_path / "a.tif"), [1], limits))
