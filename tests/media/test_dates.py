from __future__ import annotations

from datetime import datetime
from pathlib import Path

import av
import numpy as np
import pytest
from fpdf import FPDF
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from qwen3vl_app.media.dates import filmed, photographed, written
from qwen3vl_app.media.pictures import load_dated, open_picture
from qwen3vl_app.settings import Limits


def with_exif(tag: int, value: object) -> Image.Image:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[tag] = value
    image = Image.new("RGB", (8, 8))
    image.getexif().load(exif.tobytes())
    return image


@pytest.mark.parametrize(
    ("tag", "value", "expected"),
    [
        (0x9003, "2021:06:05 14:03:00", "2021-06-05T14:03:00"),
        (0x9004, "2021:06:05 14:03:00", "2021-06-05T14:03:00"),  # scanned
        (0x9003, "2021-06-05 14:03", "2021-06-05T14:03:00"),  # as some programs write it
        (0x9003, "0000:00:00 00:00:00", ""),  # the clock was never set
        (0x9003, "2021:13:05 14:03:00", ""),
        (0x9003, "yesterday", ""),
        (0x9003, 7, ""),
        (0x9003, "1965:07:01 12:00:00", "1965-07-01T12:00:00"),  # somebody knew when
        (0x9003, "1904:01:01 00:00:00", ""),  # where clocks begin
        (0x9003, "1970:01:01 00:00:00", ""),
        (0x9003, "1601:01:01 00:00:00", ""),
        (0x9003, "2019:05:04", "2019-05-04T00:00:00"),
        (0x9003, "2019: 5: 4  9: 7: 1", "2019-05-04T09:07:01"),  # blanks for leading zeros
        (0x9003, "2019:05:04 24:10:00", "2019-05-04T00:00:00"),  # the day is right
        (0x9003, "2019:05:04 10:11:12.345+02:00", "2019-05-04T10:11:12"),
        (0x9003, "2019:00:00 00:00:00", ""),
        (0x0132, "2021:06:05 14:03:00", ""),  # in a place where it does not belong
    ],
)
def test_photographed(tag, value, expected):
    assert photographed(with_exif(tag, value)) == expected


CASES = Path(__file__).parents[1] / "data" / "cases" / "exif_dates"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("d_zero_then_digitized.jpg", "2019-05-04T10:11:12"),
        ("d_datetime_only.jpg", "2019-05-04T10:11:12"),
        ("d_pre1970.jpg", "1965-07-01T12:00:00"),
    ],
)
def test_photographed__the_cases(reader, name, expected):
    (content,) = reader.read(CASES / name, reader.outline(CASES / name).parts)
    assert content.taken == expected


GOOD, LATER = "2019:05:04 10:11:12", "2022:02:02 02:02:02"
BLANK = [
    "0000:00:00 00:00:00",
    " " * 19,
    "    :  :     :  :  ",
    "",
    "\0" * 19,
    "unknown",
    b"\xff\xff",
]


@pytest.mark.parametrize("blank", BLANK)
@pytest.mark.parametrize("taken", ["0x9003", "0x9004", "0x0132"])
def test_photographed__the_first_that_is_a_date(tmp_path, limits, taken, blank):
    """What comes before it is blank, what comes after it is another."""
    exif = Image.Exif()
    order = [0x9003, 0x9004, 0x0132]
    at = order.index(int(taken, 16))
    values = dict(zip(order, [blank] * at + [GOOD] + [LATER] * (2 - at), strict=True))
    exif[0x0132] = values.pop(0x0132)
    exif.get_ifd(0x8769).update(values)
    for name in ("a.jpg", "a.png", "a.webp", "a.tif"):
        Image.new("RGB", (8, 8)).save(tmp_path / name, exif=exif.tobytes())
        assert load_dated(tmp_path / name, limits)[1] == "2019-05-04T10:11:12", name


def test_photographed__nothing_but_blanks():
    image = Image.new("RGB", (8, 8))
    image.getexif()[0x0132] = "0000:00:00 00:00:00"
    assert photographed(image) == ""


def test_photographed__damaged_exif(tmp_path):
    Image.new("RGB", (8, 8)).save(tmp_path / "a.jpg", exif=b"Exif\0\0" + b"MM\0\x2a" + b"\xff" * 9)
    with open_picture(tmp_path / "a.jpg", Limits()) as image:
        assert photographed(image) == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("D:20210605140300+02'00'", "2021-06-05T14:03:00"),
        ("D:2021", "2021-01-01T00:00:00"),
        ("20210605", ""),
        ("", ""),
    ],
)
def test_written(text, expected):
    assert written(text) == expected


def test_filmed__the_phone_knows_its_zone():
    metadata = {
        "creation_time": "2021-06-05T12:03:00.000000Z",
        "com.apple.quicktime.creationdate": "2021-06-05T14:03:00+0200",
    }
    assert filmed(metadata) == "2021-06-05T14:03:00"


def test_filmed__universal_time_becomes_local():
    expected = datetime.fromisoformat("2021-06-05T12:03:00+00:00").astimezone()
    found = filmed({"creation_time": "2021-06-05T12:03:00.000000Z"})
    assert found == expected.replace(tzinfo=None).isoformat()


@pytest.mark.parametrize("said", ["1904-01-01T00:00:00.000000Z", "", "soon", "9999-99-99"])
def test_filmed__clock_that_was_never_set(said):
    assert filmed({"creation_time": said}) == ""


@given(st.text())
def test_any_text_gives_a_date_or_nothing(text):
    for found in (written(text), filmed({"creation_time": text}), written("D:" + text)):
        assert not found or datetime.fromisoformat(found)


def test_reader__fills_look_and_taken(reader, tmp_path):
    picture = Image.new("RGB", (64, 48), "red")
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = "2021:06:05 14:03:00"
    for name in ("a.jpg", "a.png", "a.webp", "a.tif", "a.heic"):
        picture.save(tmp_path / name, exif=exif.tobytes())
    pdf = FPDF()
    pdf.set_creation_date(datetime.fromisoformat("2021-06-05T14:03:00+02:00"))
    pdf.add_page()
    pdf.output(str(tmp_path / "a.pdf"))
    for name in ("a.jpg", "a.png", "a.webp", "a.tif", "a.heic", "a.pdf"):
        (content,) = reader.read(tmp_path / name, reader.outline(tmp_path / name).parts)
        assert (name, content.taken) == (name, "2021-06-05T14:03:00")
        assert content.phash is not None


def test_reader__when_a_video_was_made(reader, tmp_path):
    path = tmp_path / "a.mp4"
    with av.open(str(path), "w") as file:
        file.metadata["creation_time"] = "2021-06-05T12:03:00"
        stream = file.add_stream("libx264", rate=2)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for _ in range(8):
            frame = av.VideoFrame.from_ndarray(np.zeros((48, 64, 3), np.uint8), format="rgb24")
            file.mux(stream.encode(frame))
        file.mux(stream.encode())
    (content,) = reader.read(path, reader.outline(path).parts)
    assert content.taken[:7] == "2021-06"
    assert content.phash is None
