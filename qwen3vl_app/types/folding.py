"""One form for all ways to write a word, used on both sides of every comparison of texts.

What is indexed and what is asked go through :func:`fold`; texts are stored and shown as they are.
``assets/page/kit/folding.js`` does the same for the words that the page marks, held to this by a
test.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_INVISIBLE = (
    "\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"  # no width
    "\ufe00-\ufe0f\U000e0100-\U000e01ef"  # which picture of a sign is meant
    "\u0640"  # tatweel, which only makes an Arabic word longer
    "\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u08d3-\u08ff"
    "\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"  # Hebrew points and accents
)
"""Left out. The joiners of Persian and Indic scripts are among them: keyboards give them or not.
Arabic vowels and the hamza above or below a letter go as Lucene's ``ArabicNormalizer`` and
``PersianNormalizer`` have it (the latter for all hamzas: ئ is ي and ؤ is و), Hebrew points too."""

_DROPPED = re.compile(f"[{_INVISIBLE}]+")

_ACCENTS = re.compile(
    "(?<=[Ее])[\u0300\u0301\u0308]+"  # ё is written е nearly everywhere
    "|(?<=[\u0400-\u052f])[\u0300\u0301]+"  # stress in dictionaries; й and ї are other letters
    "|(?<![\u0400-\u052f\u0300-\u036f])[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]+"
)
"""Marks above and below letters, after decomposition; of scripts with vowel signs, none."""

_QUOTES = "‘’‚‛′‵ʼʹʻʽ`´＇ꞌ" + "“”„‟″‶«»〝〞〟＂"
_DASHES = "‐‑‒–—―−⁃﹘﹣－־"
_SAME = {
    **dict.fromkeys(_QUOTES[:14], "'"),
    **dict.fromkeys(_QUOTES[14:], '"'),
    **dict.fromkeys(_DASHES, "-"),
    # letters with a stroke, and pairs, which Unicode does not decompose
    **dict(zip("øłđðħıŧ", "olddhit", strict=True)),
    **dict(zip("æœþ", ("ae", "oe", "th"), strict=True)),
    # Arabic as keyboards of neighbouring languages write it (Lucene, as above)
    **dict(zip("ٱىیےکةہھۀە", "ايييكههههه", strict=True)),
}
_ZEROS = (
    0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xE50,
    0xED0, 0xF20, 0x1040, 0x17E0, 0x1810,
)  # fmt: skip
"""Where the digits of other scripts begin: ٢٠٢٤ is 2024."""
_SAME |= {chr(zero + digit): str(digit) for zero in _ZEROS for digit in range(10)}
_ODD = re.compile(f"[{''.join(map(re.escape, _SAME))}]")


def fold(text: str) -> str:
    """``text`` as it is compared: equal for everything that a reader takes for the same word.

    Half and full width, ligatures and other compatibility forms (NFKC), upper and lower case
    with ß and final sigma, accents of Latin, Greek and Cyrillic letters, typographic quotation
    marks, apostrophes and hyphens, digits of all scripts, invisible signs, vowels of Arabic and
    Hebrew. Folding twice changes nothing. About 4 million characters a second, of ASCII 500.
    """
    if text.isascii():
        return text.lower().replace("`", "'")
    plain = unicodedata.normalize("NFKD", _DROPPED.sub("", text).replace("´", "'"))
    plain = _ACCENTS.sub("", _DROPPED.sub("", plain)).casefold()
    return unicodedata.normalize("NFC", _ODD.sub(_as_usual, plain))


def _as_usual(found: re.Match[str]) -> str:
    return _SAME[found[0]]


def fold_with_places(text: str) -> tuple[str, list[int]]:
    """The folded text, and for each of its characters and its end where that begins in ``text``.

    So what was found in the folded text can be shown in the other.
    """
    pieces: list[str] = []
    places: list[int] = []
    for start, cluster in _clusters(text):
        piece = fold(cluster)
        pieces.append(piece)
        places += [start] * len(piece)
    return "".join(pieces), [*places, len(text)]


def _clusters(text: str) -> Iterator[tuple[int, str]]:
    """Characters with all that follows and may become one with them, and where they begin."""
    start = 0
    for at in range(1, len(text) + 1):
        if at == len(text) or not _continues(text[at]):
            yield start, text[start:at]
            start = at


def _continues(character: str) -> bool:
    if character.isascii():
        return False
    if _DROPPED.match(character):
        return True
    first = unicodedata.normalize("NFKD", character)[0]
    return unicodedata.category(first)[0] == "M" or "\u1160" <= first <= "\u11ff"
