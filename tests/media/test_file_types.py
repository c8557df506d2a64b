from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from qwen3vl_app.media.file_types import HEAD_BYTES, FileType, claimed, identify


def encoded(form: str) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(buffer, form)
    return buffer.getvalue()[:HEAD_BYTES]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.JPG", FileType.PICTURE),
        ("a.heic", FileType.PICTURE),
        ("a.pdf", FileType.PDF),
        ("a.md", FileType.TEXT),
        ("README", FileType.TEXT),
        ("a.webm", FileType.VIDEO),
        ("a.docx", FileType.OFFICE),
        ("a.XLSM", FileType.OFFICE),
        ("archive", None),
        (".png", None),
    ],
)
def test_claimed(name, expected):
    assert claimed(Path(name)) is expected


@pytest.mark.parametrize(
    "form", ["JPEG", "PNG", "GIF", "WEBP", "TIFF", "AVIF", "JPEG2000", "ICNS", "BMP"]
)
def test_identify__picture_whatever_its_name(form):
    for name in ("a.png", "a.txt", "a.mp4", "a.pdf", "a"):
        assert identify(encoded(form), Path(name)) is FileType.PICTURE


@pytest.mark.parametrize("form", ["PPM", "ICO"])
def test_identify__picture_by_half_a_signature_where_the_name_says_picture(form):
    head = encoded(form).replace(b"\0\0\x01\0\x01\0", b"\0\0\x01\0\x03\0")  # three sizes
    assert identify(head, Path("a.jpg")) is FileType.PICTURE
    assert identify(head, Path("a.txt")) is FileType.TEXT


@pytest.mark.parametrize("form", ["PPM", "TGA", "PCX"])
def test_identify__picture_without_a_signature_is_believed(form):
    suffix = {"PPM": ".ppm", "TGA": ".tga", "PCX": ".pcx"}[form]
    assert identify(encoded(form), Path("a" + suffix)) is FileType.PICTURE
    assert identify(encoded(form), Path("a.txt")) is FileType.TEXT


def test_identify__pdf_named_jpg():
    assert identify(b"%PDF-1.7\n", Path("scan.jpg")) is FileType.PDF
    assert identify(b"\0\0junk first\n%PDF-1.7\n"[:2] + b"%PDF-1.7", Path("a")) is FileType.PDF


def test_identify__pdf_behind_the_commands_of_a_printer():
    head = b"\x1b%-12345X@PJL JOB\r\n@PJL ENTER LANGUAGE=PDF\r\n%PDF-1.4\n"
    assert identify(head, Path("a.pdf")) is FileType.PDF


def test_identify__source_code_that_mentions_pdf_is_text():
    assert identify(b'MAGIC = b"%PDF-1.7"\n', Path("magic.py")) is FileType.TEXT


def test_identify__typescript_and_transport_stream_share_a_suffix():
    assert identify(b"export const Game = 1;\n" * 40, Path("a.ts")) is FileType.TEXT
    packet = b"G" + bytes(187)
    assert identify(packet * 5, Path("a.ts")) is FileType.VIDEO


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"\0\0\0\x20ftypisom", FileType.VIDEO),
        (b"\0\0\0\x20ftypheic", FileType.PICTURE),
        (b"\0\0\0\x20ftypavif", FileType.PICTURE),
        (b"\x1a\x45\xdf\xa3", FileType.VIDEO),
        (b"RIFF\0\0\0\0AVI LIST", FileType.VIDEO),
        (b"RIFF\0\0\0\0WEBPVP8 ", FileType.PICTURE),
    ],
)
def test_identify__containers(head, expected):
    assert identify(head, Path("whatever.bin")) is expected


@pytest.mark.parametrize(
    ("head", "name", "expected"),
    [
        (b"PK\x03\x04", "a.jpg", "The file is a ZIP archive, which"),
        (b"\0\0\0\x20ftypM4A ", "a.mp4", "The file is sound without pictures, which"),
        (b"fLaC", "a.flac", "The file is sound without pictures, which"),
        (b"not a picture", "a.jpg", "The file is named .jpg, but its content is no picture"),
        (b"\0\1\2\3", "a.mp4", "The file is named .mp4, but its content is no video"),
        (b"hello", "a.xyz", "Files of the type .xyz cannot be searched."),
        (b"hello", "a", "Files without a suffix cannot be searched."),
    ],
)
def test_identify__reasons(head, name, expected):
    found = identify(head, Path(name))
    assert not isinstance(found, FileType)
    assert str(found).startswith(expected)
