"""Small real files, drawn by the tests, and one reader whose processes all tests share."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Protocol

import av
import numpy as np
import pytest

from qwen3vl_app.budget import Budget
from qwen3vl_app.media.options import ReadOptions
from qwen3vl_app.media.reader import Reader
from qwen3vl_app.settings import Limits


@pytest.fixture(scope="session")
def reader() -> Iterator[Reader]:
    shared = Reader(Budget(), Limits(deadline=20), workers=1)
    yield shared
    shared.close()


@pytest.fixture
def limits() -> Limits:
    return Limits()


@pytest.fixture
def options() -> ReadOptions:
    return ReadOptions(budget=Budget(), limits=Limits(), moment_seconds=8.0)


class VideoMaker(Protocol):
    def __call__(
        self,
        name: str,
        *,
        frames: int,
        fps: int | Fraction = 10,
        size: tuple[int, int] = (64, 48),
        codec: str = "libx264",
        faststart: bool = False,
    ) -> Path: ...


@pytest.fixture
def make_video(tmp_path: Path) -> VideoMaker:
    """Frame number ``i`` is grey with the value ``2 i % 250``, so that frames name themselves."""

    def make(name, *, frames, fps=10, size=(64, 48), codec="libx264", faststart=False):
        path = tmp_path / name
        flags = {"movflags": "faststart"} if faststart else {}
        with av.open(str(path), "w", options=flags) as file:
            stream = file.add_stream(codec, rate=fps)
            stream.width, stream.height = size
            stream.pix_fmt = "yuv420p"
            stream.codec_context.gop_size = 12
            stream.options = {"crf": "1"} if codec == "libx264" else {}
            for number in range(frames):
                pixels = np.full((size[1], size[0], 3), 2 * number % 250, np.uint8)
                frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
                file.mux(stream.encode(frame))
            file.mux(stream.encode())
        return path

    return make


class PdfMaker(Protocol):
    def __call__(
        self, name: str, pages: list[tuple[float, float]], *, text: str = "bicycle"
    ) -> Path: ...


@pytest.fixture
def make_pdf(tmp_path: Path) -> PdfMaker:
    """A minimal PDF, written by hand: page sizes in points, the same words on every page."""

    def make(name, pages, *, text="bicycle"):
        content = f"BT /F1 24 Tf 20 20 Td ({text}) Tj ET".encode()
        kids = " ".join(f"{5 + number} 0 R" for number in range(len(pages)))
        objects = [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
            b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
            b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
            *(
                f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width} {height}] /Contents 4 0 R"
                " /Resources << /Font << /F1 3 0 R >> >> >>".encode()
                for width, height in pages
            ),
        ]
        path = tmp_path / name
        path.write_bytes(_assemble(objects))
        return path

    return make


def _assemble(objects: list[bytes]) -> bytes:
    data = b"%PDF-1.4\n"
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    count = len(objects) + 1
    xref = b"xref\n0 %d\n0000000000 65535 f \n%s" % (count, table)
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (count, len(data))
    return data + xref + trailer
