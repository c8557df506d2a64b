"""A folder of real files as a person might drop it, drawn by the test that needs it."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
from fpdf import FPDF
from PIL import Image, ImageDraw


def draw_picture(path: Path, colour: str, *, size: tuple[int, int] = (320, 240)) -> Path:
    """A disc of ``colour`` on white, in the format of the suffix."""
    picture = Image.new("RGB", size, "white")
    ImageDraw.Draw(picture).ellipse((60, 20, 260, 220), fill=colour)
    picture.save(path)
    return path


def write_pdf(path: Path, *headings: str) -> Path:
    """One page per heading, with a text layer."""
    pdf = FPDF()
    for heading in headings:
        pdf.add_page()
        pdf.set_font("helvetica", size=32)
        pdf.cell(text=heading)
    pdf.output(str(path))
    return path


def film(path: Path, *, seconds: int = 20, rate: int = 4) -> Path:
    """An H.264 clip whose picture changes every four seconds."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=rate)
        stream.width, stream.height, stream.pix_fmt = 160, 96, "yuv420p"
        for number in range(seconds * rate):
            frame = np.full((96, 160, 3), 255, np.uint8)
            frame[20:76, number % 100 : number % 100 + 40] = (60 * (number // (4 * rate)), 90, 160)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        container.mux(stream.encode())
    return path


def draw_folder(folder: Path) -> Path:
    """Two pictures, a two-page PDF, a note, a clip of 20 s and a broken picture: six files."""
    folder.mkdir(parents=True)
    draw_picture(folder / "red disc.png", "red")
    (folder / "deep").mkdir()
    draw_picture(folder / "deep" / "blue disc.jpg", "blue")
    write_pdf(folder / "report.pdf", "Annual report", "Outlook")
    (folder / "note.txt").write_text("A red fox sat by the river.\n\nIt rained all day.\n")
    film(folder / "clip.mp4")
    (folder / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(40))
    return folder
