"""Data that only looks like text: pictures in base64, hex dumps, minified code.

It is left out of lines, so that no passage is made of it; the text around it stays where it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

_DATA_URI = re.compile(
    r"data:(?:[\w.+-]{1,100}/[\w.+*-]{1,100})?(?:;[\w-]{1,40}=[^;,\s\"'<>()]{0,100}){0,8}"
    r"(?:;base64,(?:[A-Za-z0-9+/=_-]|%[0-9A-Fa-f]{2})*"
    r"|(?:;utf-?8)?,[^\s\"'<>()]{64,})",
    re.IGNORECASE,
)
"""RFC 2397. Without base64 they are left out from 64 characters on, short ones are readable."""

_RUN = re.compile(r"[A-Za-z0-9+/_=-]{60,}")
"""What base64 is made of, in both its alphabets; whether it is some, its letters tell."""

_HEX = re.compile(r"(?<![0-9A-Za-z])(?:0x)?[0-9A-Fa-f]{129,}(?![0-9A-Za-z])")
"""Longer than SHA-512, the longest hash that people search for."""

_BYTES = re.compile(
    r"(?<!\w)(?:(?:0x|\\x)?[0-9A-Fa-f]{2}[\s,:]{1,3}|\\x[0-9A-Fa-f]{2}){31,}(?:(?:0x|\\x)?[0-9A-Fa-f]{2})?(?!\w)"
)
"""Bytes one by one: 32 and more in a line."""

_DUMP = re.compile(
    r"^\s*(?:[0-9A-Fa-f]{4,16}[:\s]\s*)?(?:[\"'{]?\\?(?:0x|x)?(?:[0-9A-Fa-f]{2}){1,4}[\s,:|-]+){7,}"
    r"\S.{0,30}$"
)
"""A line of a hex dump (xxd, hexdump, od), or of bytes in source code."""

_LONGEST_LINE = 400
"""Characters of a line of a dump or of base64; what is longer is looked at by itself."""

_DRAWING = re.compile(
    r"(\b(?:d|points|values|keyTimes|path)=[\"'])[-+.,\seE0-9A-Za-z]{100,}(?=[\"'])"
)
_NUMBERS_MOST = 0.6
"""Share of digits, signs and white space from which an attribute of SVG is a drawing."""

_BASE64_LINE = re.compile(r"^[\s>\"'+]*[A-Za-z0-9+/]{40,}={0,2}[\s\"'+,;\\]*$")
_BASE64_TAIL = re.compile(r"^[\s>\"']*[A-Za-z0-9+/]{1,76}={0,2}[\s\"',;]*$")
_UU_LINE = re.compile(r"^M[\x20-\x60]{60}$")
_UU_TAIL = re.compile(r"^(?:[\x21-\x60][\x20-\x60]{0,60}|`)$")
_BEGIN = re.compile(r"-----BEGIN [A-Z0-9 ]+-----")
_END = re.compile(r"-----END [A-Z0-9 ]+-----")

_BLOCK = 3
"""Lines of encoded data in a row that are no accident."""

_CHANGES = 0.3
"""Share of neighbours of different kinds (small, capital, digit) in base64: 0.6 when random.
Names in programs have 0.2, paths less."""

_MOST_SIGNS = 0.1
"""Share of signs in base64: 0.03 when random. Paths and addresses have more."""

_MINIFIED = 1000
"""Characters of a line from which it may be minified; nobody writes such lines without spaces."""
_SPACES = 0.06
"""Share of white space below which a long line is no prose: that has 0.15, minified code 0.03."""
_SIGNS = 0.08
"""Share of signs that are neither letters nor digits; prose without spaces has less."""
_QUOTED = re.compile(r'\\.|"((?:[^"\\]|\\.)*+)"')
_WORDS = re.compile(r"[^\W\d_]{2}\s[^\W\d_]")
"""Two words: what tells a sentence in a value of JSON or of a program."""


def readable(lines: Sequence[str]) -> list[str]:
    """The lines without encoded data, as many as there were; about 20 MB a second.

    Left out are data URIs, base64, PEM, uuencode, hex longer than a hash, dumps, drawings of SVG
    and minified lines, of which sentences in quotation marks are kept.
    """
    blocked = _blocks(lines)
    return ["" if number in blocked else _without(line) for number, line in enumerate(lines)]


def _without(line: str) -> str:
    if len(line) < _FEWEST:
        return line
    if "data:" in line or "DATA:" in line:
        line = _DATA_URI.sub("", line)
    line = _RUN.sub(_unless_base64, line)
    line = _BYTES.sub("", _HEX.sub("", line))
    if "=" in line and len(line) > 100:
        line = _DRAWING.sub(_unless_drawing, line)
    if len(line) >= _MINIFIED and _is_minified(line):
        return " ".join(said for said in _QUOTED.findall(line) if _WORDS.search(said))
    return line


_FEWEST = 60
"""Characters; nothing shorter is looked at by itself."""


def _unless_base64(found: re.Match[str]) -> str:
    return "" if _is_random(found[0]) else found[0]


def _is_random(run: str) -> bool:
    kinds = [_kind(sign) for sign in run.rstrip("=")]
    if len(set(kinds) & {0, 1, 2}) < 3 or kinds.count(3) > _MOST_SIGNS * len(kinds):
        return False
    changes = sum(a != b for a, b in pairwise(kinds))
    return changes >= _CHANGES * len(kinds)


def _kind(sign: str) -> int:
    if sign.isdigit():
        return 2
    return 3 if not sign.isalpha() else int(sign.isupper())


def _unless_drawing(found: re.Match[str]) -> str:
    drawing = found[0][len(found[1]) :]
    numbers = sum(not sign.isalpha() for sign in drawing)
    return found[1] if numbers >= _NUMBERS_MOST * len(drawing) else found[0]


def _is_minified(line: str) -> bool:
    spaces = sum(map(line.count, " \t\u00a0"))
    if spaces >= _SPACES * len(line):
        return False
    ascii_letters = sum(sign.isascii() for sign in line)
    signs = sum(not sign.isalnum() for sign in line) - spaces
    return ascii_letters > len(line) / 2 and signs >= _SIGNS * len(line)


def _blocks(lines: Sequence[str]) -> set[int]:
    """Numbers of lines, from 0, that belong to encoded data of several lines."""
    found: set[int] = set()
    for line, tail in (
        (_is_base64, _BASE64_TAIL),
        (_UU_LINE.match, _UU_TAIL),
        (_DUMP.match, None),
    ):
        for first, last in _runs(lines, line):
            end = last + 1
            if tail is not None and end < len(lines) and tail.match(lines[end]):
                end += 1
            digits = any(sign.isdigit() for number in range(first, end) for sign in lines[number])
            if end - first >= _BLOCK and digits:  # long words one below the other have none
                found |= set(range(first, end))
    return found | set(_armoured(lines))


def _is_base64(line: str) -> bool:
    return _BASE64_LINE.match(line) is not None and " " not in line.strip(" >\"'+,;\\")


def _runs(lines: Sequence[str], matches: object) -> Iterator[tuple[int, int]]:
    """First and last of lines in a row that match."""
    first: int | None = None
    for number, line in enumerate([*lines, ""]):
        matched = 0 < len(line) <= _LONGEST_LINE and matches(line)  # type: ignore[operator]
        if matched and first is None:
            first = number
        elif not matched and first is not None:
            yield first, number - 1
            first = None


def _armoured(lines: Sequence[str]) -> Iterator[int]:
    """What stands between the first and the last line of PEM and of PGP's armour."""
    inside: list[int] | None = None
    for number, line in enumerate(lines):
        if _BEGIN.search(line) and not _END.search(line):
            inside = []
        elif _END.search(line):
            yield from inside or ()
            inside = None
        elif inside is not None:
            if " " in line.strip() and ":" not in line:
                inside = None  # a sentence: it was only a mention
            else:
                inside.append(number)
