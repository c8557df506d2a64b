"""Every page of a TIFF is an item; smaller versions of a page are none."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from PIL.TiffImagePlugin import AppendingTiffWriter

from qwen3vl_app.errors import UnreadableMediaError
from qwen3vl_app.media.pictures import load_picture
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
        for number in range(getattr(image, "n_frames", 1)):
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
    assert [c.model_input.pictures[0].image.getpixel((9, 9)) for c in contents] == [
        (0, 0, 255),
        (255, 0, 0),
    ]
    shown = Image.open(io.BytesIO(reader.preview(path, parts[1], longest=100)))
    assert shown.size == (100, 75)
    pixel = shown.getpixel((50, 40))
    assert isinstance(pixel, tuple)
    assert max(pixel) == pixel[1]


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


# ---------------------------------------------------------------- previews

CASE = Path(__file__).parents[1] / "data" / "cases" / "tiff_preview_first" / "thumbfirst.tif"


def with_preview(path: Path, *, where: str) -> Path:
    """A red picture of 64 × 48 and a blue preview of 16 × 12, one of them inside the other."""
    whole, preview = Image.new("RGB", (64, 48), "red"), Image.new("RGB", (16, 12), "blue")
    data = io.BytesIO()
    if where == "first":
        with AppendingTiffWriter(data, new=True) as writer:
            for one, kind in ((preview, {254: 1}), (whole, {})):
                one.save(writer, format="TIFF", tiffinfo=kind)
                writer.newFrame()
    elif where == "first, as of old":
        with AppendingTiffWriter(data, new=True) as writer:
            for one, kind in ((preview, {255: 2}), (whole, {255: 1})):
                one.save(writer, format="TIFF", tiffinfo=kind)
                writer.newFrame()
    else:
        assert where == "outside"
        write_inside(data, preview, whole)
    path.write_bytes(data.getvalue())
    return path


def write_inside(data: io.BytesIO, preview: Image.Image, whole: Image.Image) -> None:
    """The preview is the only image of the chain, and says where the picture is (SubIFDs, 330)."""
    images = ((preview, 1), (whole, 0))
    pixels = [image.tobytes() for image, _ in images]
    starts = [8, 8 + len(pixels[0])]
    at = starts[1] + len(pixels[1])
    directories = []
    for (image, kind), start, body in zip(images, starts, pixels, strict=True):
        tags = {254: kind, 256: image.width, 257: image.height, 258: 8, 259: 1, 262: 2, 273: start}
        tags |= {277: 3, 278: image.height, 279: len(body)}
        directories.append(tags)
    size = 2 + 12 * (len(directories[0]) + 1) + 4
    directories[0][330] = at + size
    data.write(b"II*\0" + at.to_bytes(4, "little") + b"".join(pixels))
    for tags in directories:
        data.write(len(tags).to_bytes(2, "little"))
        for tag, value in sorted(tags.items()):
            data.write(tag.to_bytes(2, "little") + b"\4\0" + (1).to_bytes(4, "little"))
            data.write(value.to_bytes(4, "little"))
        data.write(bytes(4))


def test_reader__preview_first(reader):
    (part,) = reader.outline(CASE).parts
    assert part.kind is Kind.PICTURE
    (content,) = reader.read(CASE, [part])
    assert (content.width, content.height) == (64, 48)
    assert content.model_input.pictures[0].image.getpixel((9, 9)) == (200, 200, 200)
    shown = Image.open(io.BytesIO(reader.preview(CASE, part)))
    assert shown.size == (64, 48)
    assert shown.getpixel((9, 9)) == pytest.approx((200, 200, 200), abs=3)
    query = reader.picture(CASE)
    assert (query.size, query.getpixel((9, 9))) == ((64, 48), (200, 200, 200))


@pytest.mark.parametrize("where", ["first", "first, as of old", "outside"])
def test_reader__the_picture_and_not_its_preview(reader, tmp_path, where):
    path = with_preview(tmp_path / "a.tif", where=where)
    (part,) = reader.outline(path).parts
    (content,) = reader.read(path, [part])
    assert (content.width, content.height) == (64, 48)
    assert content.model_input.pictures[0].image.getpixel((9, 9)) == (255, 0, 0)
    assert reader.picture(path).size == (64, 48)


def test_load_picture__the_reference_takes_the_first(limits):
    kept = load_picture(CASE, limits, reference=True)
    assert (kept.size, kept.getpixel((3, 3))) == ((16, 12), (100, 100, 100))


def test_load_picture__what_is_inside_is_checked_for_its_size(tmp_path):
    path = with_preview(tmp_path / "a.tif", where="outside")
    limits = replace(Limits(), max_megapixels=0.001)
    with pytest.raises(UnreadableMediaError, match=r"64 × 48 pixels"):
        load_picture(path, limits)
