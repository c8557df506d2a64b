"""What is said of a file that is not what it should be: where, and what was expected there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from qwen3vl_app.errors import UsageError
from qwen3vl_app.messages import Message

LONGEST_SHOWN = 40
"""Characters of what was found instead."""


def bad(name: str, line: int, column: int, expected: Message, found: str) -> UsageError:
    """The failure of reading a file.

    Args:
        name: Of the file.
        line: From 1.
        column: From 1; of a table the number of the field, of JSON that of the character.
        expected: What should stand there.
        found: What stands there instead.
    """
    shown = found.strip()[:LONGEST_SHOWN]
    return UsageError(
        Message.of("sets.bad", name=name, line=line, column=column, expected=expected, found=shown)
    )


def lines(text: str) -> Iterator[tuple[int, str]]:
    """Number and text of the lines that are not empty, without their ends.

    Only line feeds end a line: ``str.splitlines`` would also split at signs that texts hold.
    """
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
        if line.strip():
            yield number, line.removesuffix("\r")


def whole(name: str, line: int, column: int, said: str) -> int:
    """A grade.

    Raises:
        UsageError: It is no whole number.
    """
    if said.isascii():
        with suppress(ValueError):
            return int(said)
    raise bad(name, line, column, Message.of("sets.expected.grade"), said)
