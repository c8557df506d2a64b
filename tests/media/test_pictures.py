from __future__ import annotations

import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pillow_heif
import pytest
from numpy.typing import ArrayLike
from PIL import Image

from qwen3vl_app.budget import Budget
from qwen3vl_app.errors import UnreadableMediaError
from qwen3vl_app.media import pictures
from qwen3vl_app.media.animations import is_animated
from qwen3vl_app.media.pictures import fit_picture, flatten, load_picture
from qwen3vl_app.settings import Limits

RED, WHITE, BLUE = (255, 0, 0), (255, 255, 255), (0, 0, 255)


def corners() -> Image.Image:
    """Red at the top left, blue at the bottom right: 40 × 20."""
    image = Image.new("RGB", (40, 20), "white")
    image.paste(RED, (0, 0, 10, 10))
    image.paste(BLUE, (30, 10, 40, 20))
    return image


def near(found: ArrayLike, expected: tuple[int, ...], by: int = 40) -> bool:
    return bool(np.abs(np.subtract(found, expected)).max() <= by)


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds next to nothing."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    pixels = zlib.compress(bytes(100))
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", pixels)
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("orientation", range(1, 9))
def test_load_picture__exif_upright(tmp_path, limits, orientation):
    stored = {
        1: None, 2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM, 5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]  # fmt: skip
    image = corners() if stored is None else corners().transpose(stored)
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / "a.jpg"
    image.save(path, exif=exif, quality=95, subsampling=0)
    loaded = load_picture(path, limits)
    assert loaded.size == (40, 20)
    assert near(loaded.getpixel((2, 2)), RED)
    assert near(loaded.getpixel((37, 17)), BLUE)


def test_load_picture__damaged_exif_counts_as_none(tmp_path, limits):
    path = tmp_path / "a.jpg"
    corners().save(path, exif=b"Exif\0\0MM\0*\xff\xff\xff\xff")
    assert load_picture(path, limits).size == (40, 20)


def test_load_picture__alpha_goes_on_white_as_in_the_reference(tmp_path, limits):
    rng = np.random.default_rng(0)
    image = Image.fromarray(rng.integers(0, 256, (30, 50, 4), dtype=np.uint8))
    path = tmp_path / "a.png"
    image.save(path)
    white = Image.new("RGB", image.size, (255, 255, 255))  # ``to_rgb`` of qwen-vl-utils
    white.paste(image, mask=image.split()[3])
    assert load_picture(path, limits).tobytes() == white.tobytes()


def test_load_picture__palette_and_grey_with_transparency(tmp_path, limits):
    transparent = Image.new("RGBA", (8, 8), (0, 0, 0, 0))
    for name, image in [
        ("p.png", transparent.convert("P")),
        ("la.png", Image.new("LA", (8, 8), (0, 0))),
    ]:
        more: dict[str, Any] = {"transparency": 0} if name == "p.png" else {}
        image.save(tmp_path / name, **more)
        assert load_picture(tmp_path / name, limits).getpixel((3, 3)) == WHITE


def test_load_picture__cmyk(tmp_path, limits):
    Image.new("CMYK", (8, 8), (0, 255, 255, 0)).save(tmp_path / "a.jpg", quality=95)
    loaded = load_picture(tmp_path / "a.jpg", limits)
    assert loaded.mode == "RGB"
    assert near(loaded.getpixel((4, 4)), RED)


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_load_picture__sixteen_bits_are_scaled_not_clipped(tmp_path, limits, suffix):
    values = np.array([[0, 257, 32896, 65535]], dtype=np.uint16)
    path = tmp_path / f"a{suffix}"
    Image.fromarray(values).save(path)
    found = np.asarray(load_picture(path, limits))[0, :, 0]
    assert found.tolist() == [0, 1, 128, 255]


def test_flatten__floats():
    unit = Image.fromarray(np.array([[0.0, 0.5, 1.0]], dtype=np.float32))
    assert np.asarray(flatten(unit))[0, :, 0].tolist() == [0, 128, 255]
    wide = Image.fromarray(np.array([[-10.0, 0.0, 10.0]], dtype=np.float32))
    assert np.asarray(flatten(wide))[0, :, 0].tolist() == [0, 128, 255]
    flat = Image.fromarray(np.full((1, 2), np.nan, dtype=np.float32))
    assert np.asarray(flatten(flat))[0, :, 0].tolist() == [0, 0]


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG"])
def test_load_picture__animation_gives_its_first_frame(tmp_path, limits, form):
    frames = [Image.new("RGB", (20, 10), colour) for colour in ("red", "blue", "green")]
    path = tmp_path / f"a.{form.lower()}"
    frames[0].save(path, form, save_all=True, append_images=frames[1:])
    assert near(load_picture(path, limits).getpixel((5, 5)), RED)


def test_load_picture__heic(tmp_path, limits):
    path = tmp_path / "a.heic"
    pillow_heif.from_pillow(corners().resize((400, 200))).save(path, quality=90)
    loaded = load_picture(path, limits)
    assert loaded.size == (400, 200)
    assert near(loaded.getpixel((20, 20)), RED)


FORMS = "AVIF BMP TIFF JPEG2000 ICO PPM TGA PCX DDS ICNS QOI SGI IM"


@pytest.mark.parametrize("form", FORMS.split())
def test_load_picture__formats(tmp_path, limits, form):
    suffix = {"JPEG2000": "jp2"}.get(form, form.lower())
    path = tmp_path / f"a.{suffix}"
    image = corners().resize((64, 64))
    try:
        image.save(path, form)
    except (OSError, KeyError):
        pytest.skip(f"this Pillow does not write {form}")
    assert near(load_picture(path, limits).getpixel((4, 4)), RED)


def test_load_picture__every_format_that_opens_without_another_program():
    Image.init()
    left_alone = {"EPS", "WMF"}  # start other programs
    stubs = {"BUFR", "GRIB", "HDF5", "MPEG"}  # know their header only
    rare = {"FTEX", "GBR", "IMT", "IPTC", "MCIDAS", "MIC", "FPX", "PCD", "PIXAR", "SPIDER", "WAL"}
    read = set(pictures._FORMATS) | {"JPEG2000", "MPO"}  # MPO is opened as JPEG
    assert set(Image.ID) - read <= left_alone | stubs | rare | {"PNM", "XVTHUMB", "PDF"}


def test_load_picture__wrongly_named(tmp_path, limits):
    path = tmp_path / "a.png"
    corners().save(path, "JPEG")
    assert load_picture(path, limits).size == (40, 20)


def test_fit_picture__bicubic_to_the_budget():
    rng = np.random.default_rng(0)
    image = Image.fromarray(rng.integers(0, 256, (300, 500, 3), dtype=np.uint8))
    image.info["icc_profile"] = b"x" * 1000
    fitted = fit_picture(image, Budget())
    assert fitted.size == (512, 288)
    assert fitted.tobytes() == image.resize((512, 288)).tobytes()  # Pillow's default is bicubic
    assert fitted.info == {}


def reason(path: Path, limits: Limits) -> str:
    with pytest.raises(UnreadableMediaError) as caught:
        load_picture(path, limits)
    return str(caught.value.reason)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF", "TIFF", "HEIF"])
def test_load_picture__truncated(tmp_path, limits, form):
    path = tmp_path / f"a.{form.lower()}"
    rng = np.random.default_rng(0)
    Image.fromarray(rng.integers(0, 256, (200, 300, 3), dtype=np.uint8)).save(path, form)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 6 // 10])
    found = reason(path, limits)
    assert found.startswith("The picture")
    assert found.endswith(".")
    assert "0x" not in found


def test_load_picture__truncated_jpeg_says_so(tmp_path, limits):
    path = tmp_path / "a.jpg"
    corners().resize((600, 400)).save(path)
    path.write_bytes(path.read_bytes()[:3000])
    expected = "The picture breaks off before its end; copy the file again from its source."
    assert reason(path, limits) == expected


def test_load_picture__only_a_signature(tmp_path, limits):
    path = tmp_path / "a.jpg"
    path.write_bytes(b"\x89PNG\r\n\x1a\n nothing follows")
    expected = "The picture breaks off before its end; copy the file again from its source."
    assert reason(path, limits) == expected


def test_load_picture__no_pixels(tmp_path, limits):
    path = tmp_path / "a.png"
    path.write_bytes(png_header(0, 0))
    assert reason(path, limits).startswith("The picture")


def test_is_animated__strip(tmp_path, limits):
    path = tmp_path / "a.png"
    Image.new("L", (30_000, 1)).save(path)
    found = reason(path, limits)
    assert found.startswith(
        "The picture is 30,000 × 1 pixels, a strip beyond the limit of 200 to 1;"
    )
    assert found.endswith("; cut it into pieces.")


def test_is_animated__400_megapixels_are_refused_by_the_header(tmp_path, limits):
    path = tmp_path / "a.png"
    path.write_bytes(png_header(20_000, 20_000))
    expected = (
        "The picture is 20,000 × 20,000 pixels, 400 megapixels, over the limit of 200;"
        " make a smaller copy."
    )
    with pytest.raises(UnreadableMediaError) as caught:
        is_animated(path, limits)
    assert str(caught.value.reason) == expected
    assert reason(path, limits) == expected


def test_is_animated__199_megapixels_pass_the_header(tmp_path, limits):
    path = tmp_path / "a.png"
    path.write_bytes(png_header(19_900, 10_000))
    is_animated(path, limits)


def test_load_picture__postscript_is_not_run(tmp_path, limits):
    path = tmp_path / "a.jpg"
    path.write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n")
    assert reason(path, limits).startswith("The picture's header")
