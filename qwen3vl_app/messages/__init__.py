"""What is said to a person, as a code with values until the moment somebody reads it.

The words stand in one catalogue for each language, ``en.json`` and ``zh.json`` beside this module,
which the page is served as well: there is no other place where a code becomes a sentence.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any, Self, TypeAlias

LANGUAGES = ("en", "zh")
"""English first: what the others lack is said in it."""

FREE = "said"
"""Code of what has no words of ours."""

Value: TypeAlias = "str | int | float | Message"


@dataclass(frozen=True, slots=True)
class Message:
    """A code of the catalogues with what it names; one without a code says nothing and is false.

    ``str`` gives the English sentence, for logs and for programs that read what we print.
    """

    code: str = ""
    values: Mapping[str, Value] = field(default_factory=dict, hash=False)
    """By the names that stand in the words: texts as they are shown, numbers, and messages."""

    @classmethod
    def of(cls, code: str, /, **values: Value) -> Self:
        """The message of this code with these values."""
        return cls(code, values)

    @classmethod
    def free(cls, text: str) -> Self:
        """What another program said, which stays as it is in any language."""
        return cls(FREE, {"said": text}) if text else cls()

    def __bool__(self) -> bool:
        return bool(self.code)

    def __str__(self) -> str:
        return worded(self)

    def to_json(self) -> str:
        """As libraries keep it: equal messages give equal texts, and nothing gives ``""``."""
        return json.dumps(_plain(self), ensure_ascii=False, sort_keys=True) if self else ""

    @classmethod
    def from_json(cls, text: str) -> Self:
        """What ``to_json`` wrote.

        Raises:
            ValueError: It is something else.
        """
        return cls._read(json.loads(text)) if text else cls()

    @classmethod
    def _read(cls, found: Any) -> Self:  # noqa: ANN401  # any JSON
        if not (
            isinstance(found, list)
            and len(found) == 2
            and isinstance(found[0], str)
            and isinstance(found[1], dict)
        ):
            raise ValueError(f"{found!r:.80} is no message")
        values = {
            str(name): cls._read(value) if isinstance(value, list) else value
            for name, value in found[1].items()
        }
        return cls(found[0], values)


NOTHING = Message()
"""Where there is nothing to say."""


def listed(parts: Sequence[Message], code: str = "list.longer") -> Message:
    """Messages as one, with commas between them or whatever ``code`` puts there."""
    if len(parts) < 2:
        return parts[0] if parts else NOTHING
    return Message(code, {"first": parts[0], "rest": listed(parts[1:], code)})


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Words by code, with ``{name}`` where a value stands, ``{name:,}`` for one with thousands.

    Args:
        language: One of ``LANGUAGES``.
    """
    found: dict[str, str] = json.loads(catalogue_file(language).read_bytes())
    return found


def catalogue_file(language: str) -> Path:
    """Where the words of a language stand."""
    return Path(__file__).with_name(f"{language}.json")


def worded(message: Message, language: str = LANGUAGES[0]) -> str:
    """The sentence; where a language has no words for it, the English one.

    A code that no catalogue knows, as a newer program may have written it, is shown itself.
    """
    words = catalogue(language).get(message.code) or catalogue(LANGUAGES[0]).get(message.code)
    if words is None:
        return message.code
    return "".join(_pieces(words, message.values, language))


def _pieces(words: str, values: Mapping[str, Value], language: str) -> Iterator[str]:
    # Only what stands in the catalogue is parsed: a brace in a file's name is a brace.
    for fixed, name, form, _ in Formatter().parse(words):
        yield fixed
        if name is not None:
            value = values.get(name, "")
            if isinstance(value, Message):
                yield worded(value, language)
            else:
                yield format(value, form or "") if not isinstance(value, str) else value


def _plain(message: Message) -> list[Any]:
    values = {
        name: _plain(value) if isinstance(value, Message) else value
        for name, value in message.values.items()
    }
    return [message.code, values]
