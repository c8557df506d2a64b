"""Exact words: how a person writes them, and what is to be looked for."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

MOST_TERMS = 32
"""Words beyond these are not looked for; whoever pastes a page wants its meaning."""

_QUOTES = str.maketrans("“”„‟«»「」『』＂－", '"' * 11 + "-")
"""Quotation marks and the hyphen as keyboards and input methods of other languages write them."""

_TERM = re.compile(r'(?P<minus>-?)(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')


_AROUND_WORDS = ".,;:!?…()[]{}-。，、；：！？（）"
"""Taken off a word that is not in quotation marks: it belongs to the sentence."""


class WordsMode(StrEnum):
    """What exact words do in a search."""

    OFF = "off"
    """The text is for the model alone."""

    ON = "on"
    """Items that contain the words rise; what is written with a minus is left out."""

    ONLY = "only"
    """Nothing but items that contain the words; needs no model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExactWords:
    """What a text asks for word by word: ``red "old boat" -river``. Any text can be read."""

    wanted: tuple[str, ...] = ()
    """Words and phrases that must all be there, upper and lower case being the same."""

    unwanted: tuple[str, ...] = ()
    """Words and phrases that must not be there."""

    @classmethod
    def read(cls, text: str) -> Self:
        """The words of a text; a quotation mark that is never closed reaches to the end."""
        wanted: dict[str, None] = {}
        unwanted: dict[str, None] = {}
        for found in _TERM.finditer(_readable(text)):
            word = (found["word"] or "").strip(_AROUND_WORDS)
            term = " ".join((found["phrase"] or word).split())
            if term:
                (unwanted if found["minus"] else wanted)[term] = None
        return cls(
            wanted=tuple(wanted)[:MOST_TERMS],
            unwanted=tuple(unwanted)[:MOST_TERMS],
        )


def plain_text(text: str) -> str:
    """The text as a model should read it: without quotation marks and words to leave out."""
    kept = (
        found["phrase"] or found["word"] or ""
        for found in _TERM.finditer(text.translate(_QUOTES))
        if not found["minus"]
    )
    return " ".join(" ".join(kept).split())


def _readable(text: str) -> str:
    """With what no index holds, such as control characters and lone surrogates, as spaces."""
    return "".join(
        " " if unicodedata.category(character) in ("Cc", "Cs") else character
        for character in text.translate(_QUOTES)
    )
