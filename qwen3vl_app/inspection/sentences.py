"""A text in its sentences, in any script."""

from __future__ import annotations

from itertools import pairwise

SPACED_ENDS = frozenset(".!?…")
"""End a sentence where white space follows."""

ENDS = frozenset("。！？｡؟।")
"""End a sentence wherever they stand: most of their scripts write no space behind it."""

CLOSING = frozenset("\"'”’»」』)）】]")
"""Belong to the sentence that ends before them."""

MARKS = frozenset("#-*•|")
"""Begin a heading, an entry of a list or a row of a table: what stands before has ended."""


def sentences(text: str) -> list[str]:
    """Pieces of the text that together are the text; white space belongs to the piece before it.

    A line feed ends a sentence before an empty line, a heading or an entry of a list; elsewhere it
    is only where the line is full. A full stop does not end one before a small letter.
    """
    ends = [0, *_ends(text), len(text)]
    pieces = [text[begin:end] for begin, end in pairwise(ends) if end > begin]
    joined: list[str] = []
    for piece in pieces:
        if joined and not (piece.strip() and joined[-1].strip()):
            joined[-1] += piece
        else:
            joined.append(piece)
    return joined


def _ends(text: str) -> list[int]:
    """Where a sentence begins behind another."""
    found, at = [], 0
    while at < len(text):
        sign = text[at]
        at += 1
        if sign in ENDS or sign in SPACED_ENDS:
            while at < len(text) and (text[at] in CLOSING or text[at] in ENDS | SPACED_ENDS):
                at += 1
            following = _skip(text, at)
            if sign in ENDS or (following > at and not text[following : following + 1].islower()):
                found.append(following)
                at = following
        elif sign == "\n":
            following = _skip(text, at)
            if "\n" in text[at:following] or text[following : following + 1] in MARKS:
                found.append(following)
            at = following
    return found


def _skip(text: str, at: int) -> int:
    """The next place that is no white space."""
    while at < len(text) and text[at].isspace():
        at += 1
    return at
