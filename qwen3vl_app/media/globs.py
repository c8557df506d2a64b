"""One pattern of ``.gitignore``, matched in time that grows with name times pattern at most.

Such patterns are usually translated to one regular expression for the whole path, which tries
every way to share a name among its wildcards: ``*a*a*a*a*a*b`` beside a long name of ``a`` then
takes minutes, with the interpreter held. Here a path is compared name by name, and inside a name
every run between two ``*`` is taken at the first place where it fits and never moved again. For
wildcards that match anything, a later place can only leave less room for what follows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

_ANY_NAMES = "**"
"""Stands for any number of names, also for none."""

_ANY_TEXT = "*"
_EVERYTHING = [_ANY_NAMES, _ANY_TEXT]
"""What ``*`` and ``**`` alone mean."""

_Token = str
"""``*``, or a regular expression that matches exactly one character (never the bare ``*``)."""


class Fit(IntEnum):
    """How a pattern fits a path; the larger one decides among several patterns."""

    NOT = 0
    ABOVE = 1
    """A folder above the path, or the path as a folder."""

    ITSELF = 2


@dataclass(frozen=True, slots=True, eq=False)
class Glob:
    """A pattern, ready to be compared with paths. Immutable and thread-safe."""

    leaves_out: bool
    """False for a pattern with ``!``, which takes in again."""

    _runs: tuple[tuple[re.Pattern[str], ...], ...]
    """Names that stand one behind the other; between two runs any number of further ones."""

    _rooted: bool
    """The first run stands at the very beginning."""

    _inside: bool
    """Only what is inside a folder that fits, as after ``drafts/`` and ``drafts/**``."""

    _strength: Fit
    """Of a fit that is not for the path itself."""

    def fit(self, names: Sequence[str], *, is_folder: bool) -> Fit:
        """How it fits a path.

        Args:
            names: From the folder that holds the pattern down to the path, at least one.
            is_folder: Whether the path is a folder.
        """
        room = len(names) if is_folder else len(names) - 1  # names that are folders
        begin = 0
        for run in self._runs[:-1]:
            found = _first(run, names, begin, len(names), rooted=self._rooted and begin == 0)
            if found is None:
                return Fit.NOT
            begin = found + len(run)
        return self._fit_last(names, begin, room)

    def _fit_last(self, names: Sequence[str], begin: int, room: int) -> Fit:
        run = self._runs[-1]
        rooted = self._rooted and len(self._runs) == 1
        last = len(names) - len(run)
        at_end = last == 0 if rooted else last >= begin
        if room < len(names) and not self._inside and at_end and _fits(run, names, last):
            return Fit.ITSELF
        found = _first(run, names, begin, room, rooted=rooted)
        return Fit.NOT if found is None else self._strength


@lru_cache(maxsize=16_384)
def compile_glob(pattern: str) -> Glob | None:
    r"""A line of ``.gitignore``; None where it fits nothing, as an empty line, a comment or ``[``.

    Everything as Git documents it: ``*``, ``?``, ``[a-z]``, ``[!a]``, ``**``, ``/`` at either end,
    ``!`` in front, ``\`` before a character that is meant as it is. Kept for the next time.

    Raises:
        ValueError: It means nothing, such as a lone ``!`` or a ``\`` at its end.
    """
    text = pattern if pattern.endswith("\\ ") else pattern.rstrip()
    if not text or text == "/" or text.startswith("#"):
        return None
    leaves_out = not text.startswith("!")
    names = _named(text.removeprefix("!"))
    for_folders = text.endswith("/")
    inside = names[-1] == _ANY_NAMES
    runs = _split(names[:-1] if inside else names)
    try:
        compiled = tuple(tuple(map(_compile_name, run)) for run in runs)
    except _UnclosedError:
        return None
    return Glob(
        leaves_out=leaves_out,
        _runs=compiled,
        _rooted=names[0] != _ANY_NAMES,
        _inside=inside,
        _strength=Fit.ITSELF if names == _EVERYTHING or inside > for_folders else Fit.ABOVE,
    )


class _UnclosedError(Exception):
    """A ``[`` without its ``]``: Git passes over such a pattern."""


def _named(text: str) -> list[str]:
    """The names of a pattern, with ``**`` where further ones may stand."""
    names = text.split("/")
    if not names[0]:
        del names[0]
    elif len(names) == 1 or (len(names) == 2 and not names[1]):
        names.insert(0, _ANY_NAMES)  # one name alone fits at any depth
    if not names:
        raise ValueError(text)
    if not names[-1]:
        names[-1] = _ANY_NAMES
    names = [
        name for at, name in enumerate(names) if at == 0 or {name, names[at - 1]} != {_ANY_NAMES}
    ]
    if names == [_ANY_NAMES]:
        return [*_EVERYTHING, _ANY_NAMES] if text.endswith("/") else _EVERYTHING
    return names


def _split(names: Sequence[str]) -> list[list[str]]:
    """Runs of names between ``**``; one empty run where there is nothing else."""
    runs: list[list[str]] = [[]]
    for name in names:
        if name != _ANY_NAMES:
            runs[-1].append(name)
        elif runs[-1]:
            runs.append([])
    return runs if runs[-1] or len(runs) == 1 else runs[:-1]


def _first(
    run: Sequence[re.Pattern[str]], names: Sequence[str], begin: int, end: int, *, rooted: bool
) -> int | None:
    """The first place from ``begin`` where ``run`` fits and ends before ``end``."""
    behind_last = end - len(run) + 1
    for place in range(begin, min(begin + 1, behind_last) if rooted else behind_last):
        if _fits(run, names, place):
            return place
    return None


def _fits(run: Sequence[re.Pattern[str]], names: Sequence[str], place: int) -> bool:
    for offset, one in enumerate(run):  # noqa: SIM110 - all() takes twice the time
        if not one.match(names[place + offset]):
            return False
    return True


def _compile_name(name: str) -> re.Pattern[str]:
    """One name with its wildcards; no part of the expression can be tried in two ways."""
    if name and not name.strip(_ANY_TEXT):
        return re.compile(r"(?s).+")
    first, *rest = _chunks(_tokens(name))
    if not rest:
        return re.compile(f"(?s){''.join(first)}\\Z" if first else r"(?!)")  # a//b fits nothing
    middle = "".join(f"(?>.*?{''.join(chunk)})" for chunk in rest[:-1] if chunk)
    end = "".join(rest[-1])
    if end:
        end = f"(?=.{{{len(rest[-1])}}}).*+(?<={end})"
    return re.compile(f"(?s){''.join(first)}{middle}{end}")


def _chunks(tokens: Iterator[_Token]) -> list[list[_Token]]:
    """What stands between the ``*`` of a name."""
    chunks: list[list[_Token]] = [[]]
    for token in tokens:
        if token == _ANY_TEXT:
            chunks.append([])
        else:
            chunks[-1].append(token)
    return chunks


def _tokens(name: str) -> Iterator[_Token]:
    at = 0
    while at < len(name):
        sign = name[at]
        at += 1
        if sign == "\\":
            if at == len(name):
                raise ValueError(name)
            yield re.escape(name[at])
            at += 1
        elif sign == "[":
            end = _closing(name, at)
            yield _one_of(name[at:end])
            at = end + 1
        elif sign == _ANY_TEXT:
            yield _ANY_TEXT
        else:
            yield "." if sign == "?" else re.escape(sign)


def _closing(name: str, at: int) -> int:
    """Where the ``]`` is that ends what begins behind a ``[``; one that stands first does not."""
    begin = at + (name[at : at + 1] in ("!", "^"))
    end = name.find("]", begin + 1)
    if end < 0:
        raise _UnclosedError
    return end


def _one_of(inside: str) -> _Token:
    """``[a-z_]`` or ``[!a-z_]``; a range that runs backwards holds nothing, as in Git."""
    negated = inside[:1] in ("!", "^")
    signs = inside[1:] if negated else inside
    members: list[str] = []
    at = 0
    while at < len(signs):
        low = high = signs[at]
        if signs[at + 1 : at + 2] == "-" and at + 2 < len(signs):
            high = signs[at + 2]
            at += 2
        at += 1
        if low <= high:
            members.append(f"{re.escape(low)}-{re.escape(high)}")
    if not members:
        return "." if negated else r"(?!.)."
    return f"[{'^' * negated}{''.join(members)}]"
