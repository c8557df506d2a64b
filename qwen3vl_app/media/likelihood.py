"""How likely it is that somebody wrote a text: what tells one encoding from another.

The same bytes are different texts in different encodings. Each text is a sequence of events, and
its cost here is minus the logarithm of their probability, so that costs of different decodings of
the same bytes can be compared whatever their lengths are. Words cost by pairs of letters, for each
of 36 languages; Chinese, Japanese and Korean characters by how common they are.
"""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from qwen3vl_app.media.ideographs import EAST_ASIAN

_LETTERS = Path(__file__).with_name("letters.json")
"""Letters and pairs of letters with their costs in tenths, by language: derived from the profiles
of langdetect 1.0.9 (Apache-2.0, Cybozu Labs), which counted them in Wikipedia."""

_STRANGE = 15.0
"""Cost of a letter that the language does not have. About 1 in 3 million."""

_PAIR_WEIGHT = 0.9
"""How much pairs say of the next letter; the rest is how common it is by itself."""

_SYMBOLS = {
    **dict.fromkeys("«»“”„’‘–—…€°§\u00a0•№", 5.5),
    **dict.fromkeys("£©®™·¿¡²³½±×ªº´‚‹›†¼¾¢¥µ¶", 7.5),
}
_OTHER_SYMBOL = 11.0
_DIGIT = 5.0
"""Of another script than ours, in whose texts ours are usual as well."""
_INSIDE = 6.0
"""More for a symbol between two letters, where only an apostrophe or a hyphen belongs, and for an
opening quotation mark behind a letter."""
_ALONE = 5.0
"""More for a Chinese character by itself in the middle of a Latin word, and for an uncommon one
that is the only one of its line."""
_NO_CHARACTER = 18.0
"""Controls, surrogates, private use, and what could not be decoded."""
_CASE = 7.0
"""A capital behind a small letter."""

_WORD = re.compile(
    r"(?:[^\W\d_²³¹¼½¾ªºµ]|[\u0300-\u036f\u0591-\u05c7\u064b-\u0655\u0e31-\u0e4e\u200c])+"
)
_EAST = re.compile(
    "[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]+"
)
_UNSPACED = "[\u3040-\u9fff\uac00-\ud7af\uff66-\uff9f]"
_IN_LATIN = re.compile(
    rf"(?<=[A-Za-z]){_UNSPACED}(?=[A-Za-z]|\s|$)|(?<=\s){_UNSPACED}(?=[A-Za-z])"
)
_OTHERS = r"[\x00-\x09\x0b-\x7f]*"
_BY_ITSELF = re.compile(f"^{_OTHERS}({_EAST.pattern[:-1]}){_OTHERS}$", re.MULTILINE)
_NON_ASCII = re.compile(r"[^\x00-\x7f]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class _Language:
    letters: Mapping[str, float]
    """Costs of letters."""

    pairs: Mapping[str, float]
    """Costs of a letter behind another, or at the begin (after a space) or end of a word."""

    def word(self, word: str) -> float:
        """What a word in small letters costs."""
        cost, before = 0.0, " "
        for letter in word + " ":
            pair = self.pairs.get(before + letter)
            if pair is None:
                pair = self.letters.get(letter, _STRANGE) - math.log(1 - _PAIR_WEIGHT)
            cost += min(pair, _STRANGE)
            before = letter
        return cost


class Likelihood:
    """Costs of texts that are decodings of the same bytes; one for each file."""

    def __init__(self) -> None:
        self._ascii: dict[str, float] = {}

    def cost(self, text: str, languages: Iterable[str]) -> float:
        """What ``text`` costs in that of ``languages`` in which it costs least, in nats.

        ASCII words count as English or as that language, whichever is cheaper: a Russian
        letter may speak of Windows, a program has comments in French.
        """
        signs = sum(_sign(text, found.start()) for found in _NON_ASCII.finditer(text))
        signs += _NO_CHARACTER * len(_CONTROL.findall(text))
        words = Counter(_WORD.findall(_EAST.sub(" ", text)))
        signs += sum(
            n * _CASE * _capitals(word) for word, n in words.items() if not word.isascii()
        )
        small = Counter[str]()
        for word, n in words.items():
            small[word.lower()] += n
        costs = (self._words(small, language) + _east(text, language) for language in languages)
        return signs + min(costs)

    def _words(self, words: Mapping[str, int], name: str) -> float:
        language, english = _language(name), _language("en")
        cost = 0.0
        for word, n in words.items():
            if word.isascii():
                if word not in self._ascii:
                    self._ascii[word] = english.word(word)
                cost += n * min(language.word(word), self._ascii[word] + _FOREIGN)
            else:
                cost += n * language.word(word)
        return cost


_FOREIGN = 3.0
"""Cost of a word being English in a text of another language."""


@cache
def _languages() -> dict[str, _Language]:
    known = json.loads(_LETTERS.read_text("utf-8"))
    return {name: _read(entry) for name, entry in known.items()}


def _language(name: str) -> _Language:
    return _languages().get(name) or _languages()["en"]


def _read(entry: Mapping[str, str]) -> _Language:
    letters = _costs(list(entry["letters"]), entry["letter_costs"])
    written = entry["pairs"]
    pairs = _costs([written[at : at + 2] for at in range(0, len(written), 2)], entry["pair_costs"])
    firsts = Counter[str]()
    for pair, cost in pairs.items():
        firsts[pair[0]] += math.exp(-cost)  # type: ignore[assignment]
    conditional = {
        pair: -math.log(
            _PAIR_WEIGHT * math.exp(-cost) / firsts[pair[0]]
            + (1 - _PAIR_WEIGHT) * math.exp(-letters.get(pair[1], _STRANGE))
        )
        for pair, cost in pairs.items()
    }
    return _Language(letters, conditional)


def _costs(keys: list[str], tenths: str) -> dict[str, float]:
    return dict(zip(keys, (int(cost) / 10 for cost in tenths.split()), strict=True))


def _sign(text: str, at: int) -> float:
    """What a character that belongs to no word costs; a letter costs nothing here."""
    sign = text[at]
    category = unicodedata.category(sign)
    if sign not in _SYMBOLS and (category[0] in "LM" or _EAST.match(sign)):
        return 0.0
    if sign == "\ufffd" or (
        category[0] == "C" and sign not in "\u200c\u200d\u200e\u200f\u00ad\ufeff"
    ):
        return _NO_CHARACTER
    cost = _SYMBOLS.get(sign, _DIGIT if category == "Nd" else _OTHER_SYMBOL)
    return cost + _INSIDE if _is_misplaced(text, at) else cost


def _is_misplaced(text: str, at: int) -> bool:
    """Whether a symbol stands where nobody puts it: amid a word, or on the wrong side of one."""
    sign, after = text[at], text[at + 1 : at + 2].isalpha()
    if not text[at - 1 : at].isalpha():
        return sign in "¼½¾" and after
    if sign in "ªº":
        return text[at - 2 : at].isalpha()
    return sign in "“„‚‘«¿¡" or (sign not in "’·\u00ad\u200c" and after)


def _capitals(word: str) -> int:
    """How often a capital stands behind a small letter."""
    return sum(before.islower() and after.isupper() for before, after in pairwise(word))


def _east(text: str, language: str) -> float:
    """What the Chinese, Japanese and Korean characters of a text cost."""
    found = Counter("".join(_EAST.findall(text)))
    if not found:
        return 0.0
    known = EAST_ASIAN.get(language)
    common = known.common if known else ""
    alone = len(_IN_LATIN.findall(text))
    alone += sum(sign not in common for sign in _BY_ITSELF.findall(text))
    return _ALONE * alone + sum(
        n * (known.cost(sign) if known else _STRANGE) for sign, n in found.items()
    )
