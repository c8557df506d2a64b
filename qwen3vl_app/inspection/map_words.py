"""What clusters are called: words that are frequent in one and seldom in the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from math import log

from qwen3vl_app.types.folding import fold

MOST_WORDS = 3
"""Words of a label."""

LONGEST_TEXT = 2_000
"""Characters of an item that are read for it."""

_SHORTEST = 3
_FEWEST = 2
"""Items that a word must be in: what one alone says does not speak for its cluster."""

_TWICE = log(2)
"""A word that is not twice as frequent as elsewhere tells clusters apart for nobody."""


_COMMON_WORDS = (
    "all and any are but can did for from had has have her here him his how into its not now off "
    "one our out she some than that the their them then there these they this those too two was "
    "were what when where which who why will with you your"
)
"""English words that tell nothing, but are rare where most items are pictures."""

_COMMON = frozenset(_COMMON_WORDS.split())


def labels(clusters: Sequence[Iterable[str]]) -> list[tuple[str, ...]]:
    """The words of each cluster of texts, the most telling first; none where nothing tells.

    A word counts once for each text, by its share in the cluster times the logarithm of how much
    larger that is than its share in all.
    """
    counted = [_counted(texts) for texts in clusters]
    total = sum(size for _, size in counted)
    everywhere: Counter[str] = Counter()
    for words, _ in counted:
        everywhere.update(words)
    return [_telling(words, size, everywhere, total) for words, size in counted]


def words_of(text: str) -> Iterator[str]:
    """The folded words of a text; of Chinese and Japanese, every two signs that are neighbours."""
    for kind, signs in groupby(fold(text[:LONGEST_TEXT]), _script):
        run = "".join(signs)
        if kind == "ideographs":
            yield from (run[at : at + 2] for at in range(len(run) - 1))
        elif kind == "letters" and len(run) >= _SHORTEST and run not in _COMMON:
            yield run


def _script(sign: str) -> str:
    if "\u3040" <= sign <= "\u30ff" or "\u3400" <= sign <= "\u9fff" or sign >= "\U00020000":
        return "ideographs"
    return "letters" if sign.isalpha() or sign == "'" else ""


def _counted(texts: Iterable[str]) -> tuple[Counter[str], int]:
    words: Counter[str] = Counter()
    size = 0
    for text in texts:
        words.update(set(words_of(text)))
        size += 1
    return words, size


def _telling(
    words: Counter[str], size: int, everywhere: Counter[str], total: int
) -> tuple[str, ...]:
    alone = total == size  # one cluster has nothing to differ from
    scored: list[tuple[float, str]] = []
    for word, n in words.items():
        share = n / size
        gain = 1.0 if alone else log(share * total / everywhere[word])
        if n >= _FEWEST and gain >= _TWICE:
            scored.append((-share * gain, word))
    chosen: list[str] = []
    for _, word in sorted(scored):
        if not any(word in other or other in word for other in chosen):
            chosen.append(word)
        if len(chosen) == MOST_WORDS:
            break
    return tuple(chosen)
