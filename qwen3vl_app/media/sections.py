"""Text in sections: the slides and sheets of a document, each a passage group of its own."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A run of lines that share no passage with other sections."""

    lines: list[str]
    """Line 1 is the first entry: lines of a slide, rows of a sheet, paragraphs of a text."""

    name: str = ""
    """``Slide 3``, ``Sheet Budget``; empty where the document is one piece."""


CELLS = " | "
"""Between the cells of a row."""


def row(cells: list[str]) -> str:
    """The cells of a row that have something in them, as one line."""
    return CELLS.join(text for cell in cells if (text := " ".join(cell.split())))
