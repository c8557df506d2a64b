"""JSON that every parser reads alike, and that is safe to read."""

from __future__ import annotations

import json
import math
from collections import Counter
from typing import Any, NoReturn

from qwen3vl_app.messages import Message

DEEPEST = 32
"""Levels of lists and objects; the page's own go to 6. Beyond a thousand, readers fail."""

GREATEST = 2**53
"""Of whole numbers: those that the page's scripts can tell apart. Beyond 4,300 digits, which take
long to read, Python refuses them with an error."""

LONGEST_NUMBER = 400
"""Characters of a number with a point or an exponent: the longest that Python writes has 26."""


class NotPlainError(Exception):
    """JSON that cannot be read, or not in one way only.

    Attributes:
        why: What is wrong with it.
    """

    def __init__(self, why: Message) -> None:
        super().__init__(str(why))
        self.why = why


def check_plain(body: bytes) -> None:
    """Return if ``body`` is JSON as the page sends it; about 10 ms for 256 KiB at worst.

    Raises:
        NotPlainError: It is no JSON in UTF-8, too deep, names a key twice, or holds a number
            that is none (``NaN``) or too great.
    """
    try:
        value = json.loads(
            body.decode(),
            object_pairs_hook=_object,
            parse_constant=_no_number,
            parse_int=_whole,
            parse_float=_fraction,
        )
    except RecursionError as error:
        raise NotPlainError(Message.of("body.deeper", limit=DEEPEST)) from error
    except UnicodeDecodeError as error:
        raise NotPlainError(Message.of("body.utf8", number=error.start)) from error
    except json.JSONDecodeError as error:
        raise NotPlainError(Message.of("body.json", said=error.msg, number=error.pos)) from error
    if (depth := _depth(value)) > DEEPEST:
        raise NotPlainError(_too_deep(depth))


def _too_deep(depth: int) -> Message:
    return Message.of("body.deep", n=depth, limit=DEEPEST)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        (twice, _), *_ = Counter(name for name, _ in pairs).most_common(1)
        raise NotPlainError(Message.of("body.twice", name=repr(twice[:40])))
    return found


def _no_number(text: str) -> NoReturn:
    raise NotPlainError(Message.of("body.no_number", value=text))


def _whole(text: str) -> int:
    if len(text) > len(str(GREATEST)) + 1 or abs(int(text)) > GREATEST:
        raise NotPlainError(_too_great(text))
    return int(text)


def _fraction(text: str) -> float:
    if len(text) > LONGEST_NUMBER or not math.isfinite(value := float(text)):
        raise NotPlainError(_too_great(text))
    return value


def _too_great(text: str) -> Message:
    shown = text if len(text) <= 40 else f"{text[:20]}… ({len(text):,} characters)"
    return Message.of("body.great", value=shown, limit=GREATEST)


def _depth(value: object) -> int:
    """Levels of lists and objects, found without recursion."""
    depth, level = 0, [value]
    while level := [one for one in level if isinstance(one, dict | list)]:
        depth += 1
        level = [
            inner for one in level for inner in (one.values() if isinstance(one, dict) else one)
        ]
    return depth
