"""Greys of more than 8 bits: black is black and white is white, whichever way they are counted."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from qwen3vl_app.media.pictures import load_picture

CASES = Path(__file__).parents[1] / "data" / "cases" / "grey_depth"
PHOTOMETRIC, LARGEST = 262, 281


def write(path: Path, values: np.ndarray, **tags: int) -> Path:
    """An uncompressed TIFF of one strip, little-endian, with these tags beside the usual ones."""
    height, width = values.shape[:2]
    channels = 1 if values.ndim == 2 else values.shape[2]
    bits = values.dtype.itemsize * 8
    kind = {"u": 1, "i": 2, "f": 3}[values.dtype.kind]
    data = values.astype(values.dtype.newbyteorder("<")).tobytes()
    used = {
        256: width,
        257: height,
        258: bits,
        259: 1,
        PHOTOMETRIC: 1 if channels == 1 else 2,
        273: 8,
        277: channels,
        278: height,
        279: len(data),
        339: kind,
        **{int(name[1:]): value for name, value in tags.items()},
    }
    at = 8 + len(data)
    entries, extra = b"", b""
    begin = at + 2 + 12 * len(used) + 4
    for tag, value in sorted(used.items()):
        if channels > 1 and tag in (258, 339, LARGEST):
            place = begin + len(extra)
            extra += b"".join(value.to_bytes(2, "little") for _ in range(channels))
            entries += tag.to_bytes(2, "little") + b"\3\0" + channels.to_bytes(4, "little")
            entries += place.to_bytes(4, "little")
        else:
            entries += tag.to_bytes(2, "little") + b"\4\0" + (1).to_bytes(4, "little")
            entries += value.to_bytes(4, "little")
    head = b"II*\0" + at.to_bytes(4, "little")
    path.write_bytes(head + data + len(used).to_bytes(2, "little") + entries + bytes(4) + extra)
    return path


def greys(picture: Image.Image) -> list[int]:
    return np.asarray(picture)[0, :, 0].tolist()


def test_load_picture__the_cases(limits):
    white_is_zero = load_picture(CASES / "wz16.tif", limits)
    assert (white_is_zero.getpixel((2, 2)), white_is_zero.getpixel((60, 2))) == (
        (255, 255, 255),
        (0, 0, 0),
    )
    twelve = load_picture(CASES / "g12max.tif", limits)
    assert (twelve.getpixel((2, 2)), twelve.getpixel((60, 2))) == ((0, 0, 0), (255, 255, 255))


@pytest.mark.parametrize(
    ("values", "tags", "expected"),
    [
        ([0, 32768, 65535], {}, [0, 128, 255]),
        ([0, 32768, 65535], {"t262": 0}, [255, 127, 0]),
        ([0, 2048, 4095], {"t281": 4095}, [0, 128, 255]),
        ([0, 2048, 4095], {"t281": 4095, "t262": 0}, [255, 127, 0]),
        ([0, 512, 1023], {"t281": 1023}, [0, 128, 255]),
        ([0, 8192, 16383], {"t281": 16383}, [0, 128, 255]),
        # A dark picture whose largest value happens to be this one stays dark.
        ([0, 2000, 5000], {"t281": 5000}, [0, 8, 19]),
        # What it says is not so: then its depth counts.
        ([0, 32768, 65535], {"t281": 4095}, [0, 128, 255]),
    ],
)
def test_load_picture__sixteen_bits(tmp_path, limits, values, tags, expected):
    path = write(tmp_path / "a.tif", np.array([values], np.uint16), **tags)
    assert greys(load_picture(path, limits)) == expected


def test_load_picture__colours_of_twelve_bits(tmp_path, limits):
    values = np.array([[[4095, 0, 0], [0, 4095, 0], [4095, 4095, 4095]]], np.uint16)
    path = write(tmp_path / "a.tif", values, t281=4095)
    picture = load_picture(path, limits)
    assert [picture.getpixel((n, 0)) for n in range(3)] == [
        (255, 0, 0),
        (0, 255, 0),
        (255, 255, 255),
    ]
    full = write(tmp_path / "b.tif", values * 16, t281=4095)
    assert load_picture(full, limits).getpixel((0, 0)) == (255, 0, 0)


def test_load_picture__thirty_two_bits(tmp_path, limits):
    large = np.array([[0, 2**31, 2**32 - 1]], np.uint32)
    assert greys(load_picture(write(tmp_path / "a.tif", large), limits)) == [0, 128, 255]
    small = np.array([[0, 32768, 65535]], np.uint32)
    assert greys(load_picture(write(tmp_path / "b.tif", small), limits)) == [0, 128, 255]
    signed = np.array([[-100, 0, 100]], np.int32)
    assert greys(load_picture(write(tmp_path / "c.tif", signed), limits)) == [0, 128, 255]


def test_load_picture__floats(tmp_path, limits):
    values = np.array([[0, 0.5, 1]], np.float32)
    assert greys(load_picture(write(tmp_path / "a.tif", values), limits)) == [0, 128, 255]
    path = write(tmp_path / "b.tif", values, t262=0)
    try:
        found = greys(load_picture(path, limits))
    except OSError:
        pytest.skip("Pillow does not read them")
    assert found == [255, 127, 0]


def test_load_picture__eight_bits_stay_what_pillow_makes_of_them(tmp_path, limits):
    values = np.array([[0, 128, 255]], np.uint8)
    assert greys(load_picture(write(tmp_path / "a.tif", values), limits)) == [0, 128, 255]
    path = write(tmp_path / "b.tif", values, t262=0)
    assert greys(load_picture(path, limits)) == [255, 127, 0]
    path = write(tmp_path / "c.tif", values, t281=200)
    assert greys(load_picture(path, limits)) == [0, 128, 255]


def test_load_picture__the_reference_takes_them_as_they_are(limits):
    kept = load_picture(CASES / "wz16.tif", limits, reference=True)
    assert kept.getpixel((2, 2)) == (0, 0, 0)
