"""Words that were read from a picture (OCR), and where in it they stand."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from qwen3vl_app.messages import NOTHING, Message

Corners: TypeAlias = tuple[float, float, float, float, float, float, float, float]
"""x and y of the upper left, upper right, lower right and lower left corner of a line of words as
it is read, 0 to 1 of the picture's width and height."""


class PictureClass(StrEnum):
    """What kind of picture it probably is: those that are likely to hold words are read first."""

    PAGE = "page"
    """Of a document, without a text layer."""

    SCREENSHOT = "screenshot"
    SCAN = "scan"
    """In the shape of a sheet of paper, from no camera."""

    DRAWING = "drawing"
    """Any other picture from no camera."""

    FRAME = "frame"
    """Of a video."""

    PHOTOGRAPH = "photograph"


class TextOutcome(StrEnum):
    """How the reading of a picture ended."""

    READ = "read"
    NONE = "none"
    """No words are in it."""

    REFUSED = "refused"
    """It cannot be decoded, or is beyond the limits."""

    FAILED = "failed"
    """Its reader took too long or too much memory, or ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextLine:
    """Some words in one line."""

    text: str
    corners: Corners
    confidence: float
    """Of the recogniser, 0 to 1."""

    def __post_init__(self) -> None:
        if "\n" in self.text:
            raise ValueError(f"{self.text!r:.80} is more than one line")


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureText:
    """What was read from one picture, in the order of reading."""

    outcome: TextOutcome
    lines: tuple[TextLine, ...] = ()
    reason: Message = NOTHING
    """Why it could not be read."""

    @property
    def text(self) -> str:
        """The words, one line for each of the picture."""
        return "\n".join(line.text for line in self.lines)
