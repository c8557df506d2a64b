"""Lines in Arabic and Hebrew, put from where they are printed into the order of reading.

A page says where each letter stands, not in which order it is read: browsers print a line from
left to right, office programs from right to left, and some a word this way and the next that. So
the order is made anew from the positions: a simple form of what Unicode's bidirectional algorithm
(UAX 9) does, backwards.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import attrgetter

RIGHT_TO_LEFT = re.compile(
    "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)

_SPACE_GAP = 0.25
"""Of the height of a line: two letters that are farther apart are in two words. Letters that do
not join leave 0.2, a space leaves 0.3."""

_MIRRORED = str.maketrans("()[]{}<>«»", ")(][}{><»«")
_OPENING, _CLOSING = "([{«", ")]}»"


@dataclass(frozen=True, slots=True)
class Letter:
    """A character as it is printed."""

    sign: str
    left: float
    """In PDF units, as all places."""

    right: float
    bottom: float
    top: float

    @property
    def middle(self) -> float:
        """Between left and right."""
        return (self.left + self.right) / 2


@dataclass(slots=True)
class _Cluster:
    """A letter with the vowels above and below it."""

    text: str
    left: float
    right: float

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2

    @property
    def direction(self) -> str:
        """``R`` or ``L`` for letters, ``N`` for digits, a space, or empty for other signs."""
        first = self.text[0]
        kind = unicodedata.bidirectional(first)
        if kind in ("R", "AL"):
            return "R"
        if kind in ("EN", "AN"):
            return "N"
        return "L" if kind == "L" else " " if first.isspace() else ""


def in_reading_order(letters: Sequence[Letter]) -> str:
    """The text of one line."""
    clusters = _clusters(letters)
    if _begins_right(clusters):
        runs = _runs(clusters[::-1], _is_left_to_right)
        text = "".join(_said(run[::-1] if turned else run) for turned, run in runs)
        text = _brackets(text)
    else:
        runs = _runs(clusters, _is_right_to_left)
        text = "".join(_said(run[::-1] if turned else run) for turned, run in runs)
    return unicodedata.normalize("NFC", " ".join(_decomposed(text).split()))


def _begins_right(clusters: Sequence[_Cluster]) -> bool:
    """Whether the line itself is read from right to left: as its ends are, or most of it."""
    strong = [cluster.direction for cluster in clusters if cluster.direction in ("R", "L")]
    if strong and strong[0] == strong[-1]:
        return strong[0] == "R"
    return strong.count("R") >= strong.count("L")


def _clusters(letters: Iterable[Letter]) -> list[_Cluster]:
    """From left to right, with spaces where there are gaps."""
    seen = list(letters)
    bases = [one for one in seen if not _is_mark(one.sign)]
    clusters = [_Cluster(one.sign, one.left, one.right) for one in bases]
    if not clusters:
        return [_Cluster(one.sign, one.left, one.right) for one in seen]
    for one in seen:
        if _is_mark(one.sign):
            at = min(range(len(bases)), key=lambda n: _distance(bases[n], one))
            its = clusters[at]
            its.text += one.sign
            its.left, its.right = min(its.left, one.left), max(its.right, one.right)
    clusters.sort(key=attrgetter("middle"))
    height = max(one.top for one in bases) - min(one.bottom for one in bases)
    return _with_gaps(clusters, _SPACE_GAP * height)


def _distance(base: Letter, mark: Letter) -> tuple[bool, float]:
    """How far a vowel is from a letter; what has a glyph in common with it is nearest."""
    apart = abs(base.middle - mark.middle)
    shared = (base.bottom, base.top) == (mark.bottom, mark.top)
    return not (shared and apart < base.top - base.bottom), apart


def _with_gaps(clusters: Sequence[_Cluster], widest: float) -> list[_Cluster]:
    found = [clusters[0]]
    for cluster in clusters[1:]:
        before = found[-1]
        if cluster.left - before.right > widest and not (before.text + cluster.text).isspace():
            found.append(_Cluster(" ", before.right, cluster.left))
        found.append(cluster)
    return found


def _is_mark(sign: str) -> bool:
    return unicodedata.category(sign) == "Mn"


def _runs(clusters: Sequence[_Cluster], is_turned: object) -> list[tuple[bool, list[_Cluster]]]:
    """The line in runs, and which of them are read against its direction.

    Spaces and signs belong to such a run where it goes on behind them.
    """
    turned = is_turned(clusters)  # type: ignore[operator]
    runs: list[tuple[bool, list[_Cluster]]] = []
    for cluster, is_against in zip(clusters, turned, strict=True):
        if runs and runs[-1][0] == is_against:
            runs[-1][1].append(cluster)
        else:
            runs.append((is_against, [cluster]))
    return runs


def _is_left_to_right(clusters: Sequence[_Cluster]) -> list[bool]:
    directions = [cluster.direction for cluster in clusters]
    turned = [direction in ("L", "N") for direction in directions]
    for first, last in _between(turned):
        ends = directions[first - 1], directions[last + 1]
        spaced = " " in directions[first : last + 1]
        if not spaced or ends == ("L", "L"):
            turned[first : last + 1] = [True] * (last + 1 - first)
    return turned


def _is_right_to_left(clusters: Sequence[_Cluster]) -> list[bool]:
    turned = [cluster.direction == "R" for cluster in clusters]
    for first, last in _between(turned):
        if not any(cluster.direction in ("L", "N") for cluster in clusters[first : last + 1]):
            turned[first : last + 1] = [True] * (last + 1 - first)
    return turned


def _between(turned: Sequence[bool]) -> list[tuple[int, int]]:
    """First and last of what stands between two that are turned."""
    at = [number for number, is_turned in enumerate(turned) if is_turned]
    return [(a + 1, b - 1) for a, b in pairwise(at) if b - a > 1]


def _said(run: Iterable[_Cluster]) -> str:
    return "".join(cluster.text for cluster in run)


def _brackets(text: str) -> str:
    """Brackets as they are read: fonts have them mirrored, and some programs say so."""
    opening = [text.find(sign) for sign in _OPENING if sign in text]
    closing = [text.find(sign) for sign in _CLOSING if sign in text]
    if opening and closing and min(closing) < min(opening):
        return text.translate(_MIRRORED)
    return text


def _decomposed(text: str) -> str:
    """Arabic letters instead of their printed forms."""
    return "".join(
        unicodedata.normalize("NFKC", sign) if "\ufb1d" <= sign <= "\ufefc" else sign
        for sign in text
    )
