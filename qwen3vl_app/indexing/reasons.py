"""Why a file failed, or which of its parts are missing, in one line of the outcome table."""

from __future__ import annotations

from collections.abc import Sequence

from qwen3vl_app.types import Kind, Part

_NOUNS = {
    Kind.PICTURE: "pictures",
    Kind.PAGE: "pages",
    Kind.PASSAGE: "passages",
    Kind.VIDEO: "parts",
    Kind.MOMENT: "parts",
}

Failures = Sequence[tuple[Part, str]]
"""Parts that could not be indexed, each with the reason."""


def reason(parts: Sequence[Part], failures: Failures) -> str:
    """One line for a file of these parts; empty where nothing failed.

    A file of one part, or of which nothing worked, gives the reason itself; otherwise the line
    counts what is missing and quotes the first: ``2 of 40 pages could not be read: page 7: …``.
    """
    if not failures:
        return ""
    first, why = failures[0]
    if len(failures) >= len(parts):
        return why
    noun = _NOUNS[parts[0].kind]
    return f"{len(failures)} of {len(parts)} {noun} could not be read: {label(first)}: {why}"


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
