"""The choices that the page knows, of the types and sizes that it sends; nothing else is taken.

What stands here is about shape only. Whether a value means something is said by ``Question.read``
with a sentence on the board, since a person may have typed it into an address.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from qwen3vl_app.errors import UsageError
from qwen3vl_app.messages import Message
from qwen3vl_app.types.question import Question

Json: TypeAlias = dict[str, Any]

QUERY_CHARACTERS = 20_000
"""Of a text of the query: more than the models take in (8,192 tokens), as pasted from a page."""

VALUE_CHARACTERS = 4096
"""Of a folder or an instruction; names are shorter. Paths of most systems end there."""

KEY_CHARACTERS = 300
"""Of the key of a query file: a name may have 255 bytes."""

MOST = 64
"""Entries of any list. How many examples, files and queries make sense is less, and said later."""

LARGEST = 2**53
"""Of an item's id. Beyond it a browser has no whole numbers, and the database soon none."""

SCALARS = (
    *("collection", "folder", "taken_from", "taken_to", "modified_from", "modified_to", "tag"),
    *("min_bytes", "max_bytes", "min_seconds", "max_seconds", "orientation", "words", "top"),
    *("depth", "unlike_weight", "instruction", "rerank", "picture_words", "collapse"),
)


def known_choices(given: object) -> Json:
    """A copy of the choices, which holds nothing that the page does not send.

    Raises:
        UsageError: There is more in it, or something of another type or beyond a size.
    """
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise _unknown("the choices")
    return {name: _reader(name)(name, value) for name, value in given.items()}


def known_question(given: Mapping[str, Any]) -> Question:
    """A question as the page sends it: text and files beside the choices.

    Raises:
        UsageError: There is more in it, or something that means nothing.
    """
    rest = {name: value for name, value in given.items() if name not in ("text", "files")}
    text, files = known_text(given.get("text")), known_keys(given.get("files"))
    return Question.read({"text": text, "files": files, **known_choices(rest)})


def known_text(given: object, name: str = "the query") -> str:
    """A text that a person asked with.

    Raises:
        UsageError: It is none, or longer than ``QUERY_CHARACTERS``.
    """
    return "" if given is None else _text(name, given, QUERY_CHARACTERS)


def known_keys(given: object, name: str = "files") -> list[str]:
    """Keys of query files; whether there are such files is another question.

    Raises:
        UsageError: It is no list of keys.
    """
    return [_text(name, one, KEY_CHARACTERS) for one in _list(name, given)]


def _reader(name: object) -> Callable[[str, object], object]:
    if name in SCALARS:
        return _scalar
    known = {
        "kinds": _kinds,
        "like": _ids,
        "not_like": _ids,
        "unlike": lambda name, value: known_text(value, name),
        "crops": _crops,
        "also": _also,
        "quota": _quota,
    }
    if name not in known:
        raise _unknown(f"the choice {str(name)[:40]!r}")
    return known[str(name)]


def _scalar(name: str, value: object) -> object:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _text(name, value, VALUE_CHARACTERS)
    return _number(name, value)


def _number(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise _unknown(name)
    return value


def _id(name: str, value: object) -> float:
    number = _number(name, value)
    if not abs(number) <= LARGEST:
        raise _unknown(name)
    return number


def _text(name: str, value: object, most: int) -> str:
    if not isinstance(value, str) or len(value) > most:
        raise _unknown(name)
    return value


def _list(name: str, value: object) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list) or len(value) > MOST:
        raise _unknown(name)
    return value


def _kinds(name: str, value: object) -> object:
    return [_text(name, one, VALUE_CHARACTERS) for one in _list(name, value)]


def _ids(name: str, value: object) -> object:
    return [_id(name, one) for one in _list(name, value)]


def _crops(name: str, value: object) -> object:
    if value is None:
        return {}
    if not isinstance(value, dict) or len(value) > MOST:
        raise _unknown(name)
    return {_text(name, key, KEY_CHARACTERS): _region(name, at) for key, at in value.items()}


def _region(name: str, value: object) -> object:
    """Numbers, or what a person may have typed into an address instead of them."""
    if isinstance(value, list):
        return [_scalar(name, one) for one in _list(name, value)]
    return _scalar(name, value)


def _quota(name: str, value: object) -> object:
    if value is None:
        return {}
    if not isinstance(value, dict) or len(value) > MOST:
        raise _unknown(name)
    return {_text(name, kind, KEY_CHARACTERS): _scalar(name, n) for kind, n in value.items()}


def _also(name: str, value: object) -> object:
    found = []
    for one in _list(name, value):
        if not isinstance(one, dict) or not one.keys() <= {"text", "files"}:
            raise _unknown(name)
        found.append({"text": known_text(one.get("text")), "files": known_keys(one.get("files"))})
    return found


def _unknown(what: str) -> UsageError:
    return UsageError(Message.of("page.other", what=what))
