"""Lines become passages of about 300 words that end where paragraphs end."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

WORDS = 300
"""Most words of a passage: about 400 tokens, a page of a paperback. Longer ones blur in one
vector, shorter ones lose their context."""

OVERLAP = 50
"""Words at the end of a passage that the next repeats, as whole lines."""

_MIN_FILL = 0.5
"""A passage may end early, at the end of a paragraph, once it is half full."""

_CHARACTERS_PER_WORD = 12
"""Where words are longer than this on average (data, minified code), characters count."""

_CJK = re.compile("[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]")
_WORDS_PER_CJK = 0.6
"""A Chinese word has about 1.6 characters."""

_TOKEN = re.compile(r"[^\s。！？]{1,400}[。！？]{0,3}|[。！？]{1,400}|\s+")
"""Pieces at which a line that is too long may be cut: words, Chinese sentences, and the space
between, so that a megabyte of spaces is looked at once."""

_AT_ONCE = 2**16
"""Characters of a line that are split into words at once: every word is an object of 50 bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A run of lines of a text."""

    text: str
    first_line: int
    """From 1."""

    last_line: int
    """Inclusive."""

    section: str = ""
    """The slide or sheet it is from, if any."""


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    text: str
    words: float


def split_passages(lines: Sequence[str]) -> list[Passage]:
    """Cut ``lines`` into passages; the same lines always give the same passages.

    Every line with something in it is in at least one passage. A line longer than a passage is
    cut into pieces, whose passages carry the same line number. Runs of blank lines count as
    one. About 5 MB a second.
    """
    passages: list[Passage] = []
    window: list[_Line] = []
    filled, repeated = 0.0, 0  # words in the window; its leading lines that were given before
    for line in _pieces(lines):
        while window and filled + line.words > WORDS:
            if not any(member.words for member in window[repeated:]):
                window = []  # nothing new in it
            else:
                cut = _end(window, repeated)
                passages.append(_passage(window[:cut]))
                again = _overlap(window[:cut])
                repeated, window = len(again), again + window[cut:]
            filled = sum(member.words for member in window)
            repeated = min(repeated, len(window))
        window.append(line)
        filled += line.words
    if any(member.words for member in window[repeated:]):
        passages.append(_passage(window))
    return passages


def count_words(text: str) -> float:
    """How much of a passage ``text`` fills, in English words."""
    length = len(text.strip())
    if text.isascii():
        return max(_count_spaced(text), length / _CHARACTERS_PER_WORD)
    rest, cjk = _CJK.subn(" ", text)
    spaced = max(_count_spaced(rest), (length - cjk) / _CHARACTERS_PER_WORD)
    return spaced + cjk * _WORDS_PER_CJK


def _count_spaced(text: str) -> int:
    """``len(text.split())``, without holding all words of a long line."""
    if len(text) <= _AT_ONCE:
        return len(text.split())
    count, within = 0, False
    for begin in range(0, len(text), _AT_ONCE):
        piece = text[begin : begin + _AT_ONCE]
        count += len(piece.split()) - (within and not piece[0].isspace())
        within = not piece[-1].isspace()
    return count


def _pieces(lines: Sequence[str]) -> Iterator[_Line]:
    """The lines, long ones in pieces, and of several blank ones the first."""
    blank = True
    for number, text in enumerate(lines, start=1):
        if text.strip():
            for piece in _cut(text.rstrip()):
                yield _Line(number, piece, count_words(piece))
            blank = False
        elif not blank:
            yield _Line(number, "", 0.0)
            blank = True


def _cut(text: str) -> Iterator[str]:
    if count_words(text) <= WORDS:
        yield text
        return
    piece, filled, space = "", 0.0, ""
    for found in _TOKEN.finditer(text):
        if found[0].isspace():
            space = found[0]
            continue
        token, space = space + found[0], ""
        words = count_words(token)
        if piece and filled + words > WORDS:
            yield piece.strip()
            piece, filled = "", 0.0
        piece += token
        filled += words
    yield piece.strip()


def _end(window: list[_Line], repeated: int) -> int:
    """Where a full window is cut: at its last paragraph end that leaves it half full, if any."""
    filled, best = 0.0, len(window)
    for position, line in enumerate(window):
        filled += line.words
        if not line.words and position >= repeated and filled >= _MIN_FILL * WORDS:
            best = position + 1
    return best if any(line.words for line in window[repeated:best]) else len(window)


def _overlap(window: list[_Line]) -> list[_Line]:
    """The last lines of a passage that together have at most :data:`OVERLAP` words."""
    filled, start = 0.0, len(window)
    while start > 1 and filled + window[start - 1].words <= OVERLAP:
        start -= 1
        filled += window[start].words
    return window[start:]


def _passage(window: list[_Line]) -> Passage:
    written = [line for line in window if line.words]
    text = ""
    previous = written[0].number
    for line in window:
        text += (" " if text and line.number == previous else "\n") + line.text
        previous = line.number
    return Passage(
        text=text.strip("\n").rstrip(),
        first_line=written[0].number,
        last_line=written[-1].number,
    )
