"""Why a file failed, or which of its parts are missing, in one line of the outcome table."""

from __future__ import annotations

from collections.abc import Sequence

from qwen3vl_app.messages import NOTHING, Message
from qwen3vl_app.types import Kind, Part

_NOUNS = {
    Kind.PICTURE: Message.of("noun.pictures"),
    Kind.PAGE: Message.of("noun.pages"),
    Kind.PASSAGE: Message.of("noun.passages"),
    Kind.VIDEO: Message.of("noun.parts"),
    Kind.MOMENT: Message.of("noun.parts"),
}

Failures = Sequence[tuple[Part, Message]]
"""Parts that could not be indexed, each with the reason."""


def reason(parts: Sequence[Part], failures: Failures) -> Message:
    """The reason for a file of these parts; nothing where nothing failed.

    A file of one part, or of which nothing worked, gives the reason itself; otherwise it
    counts what is missing and quotes the first: ``2 of 40 pages could not be read: page 7: …``.
    """
    if not failures:
        return NOTHING
    first, why = failures[0]
    if len(failures) >= len(parts):
        return why
    noun = _NOUNS[parts[0].kind]
    return Message.of(
        "reason.partly",
        n=str(len(failures)),
        all=str(len(parts)),
        parts=noun,
        where=label(first),
        reason=why,
    )


def label(part: Part) -> str:
    """Where a part stands: ``page 7``, ``Slide 3, lines 3–9``, ``0:16–0:24``, or its kind."""
    place = part.place
    if place.page is not None:
        return f"page {place.page}"
    if place.first_line is not None:
        lines = f"lines {place.first_line}–{place.last_line}"
        return f"{place.section}, {lines}" if place.section else lines
    if part.kind is Kind.MOMENT and place.start is not None and place.end is not None:
        return f"{_clock(place.start)}–{_clock(place.end)}"
    return "the whole video" if part.kind is Kind.VIDEO else part.kind.value


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02}"
