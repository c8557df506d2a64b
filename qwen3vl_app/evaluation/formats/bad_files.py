"""What is said of a file that is not what it should be: where, and what was expected there."""

from __future__ import annotations

from collections.abc import Container, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from qwen3vl_app.errors import UsageError
from qwen3vl_app.messages import Message
from qwen3vl_app.types.test_set import Graded

LONGEST_SHOWN = 40
"""Characters of what was found instead."""

MOST_GRADE = 10_000
"""Either way: ``trec_eval`` keeps an array as long as the greatest grade."""


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
    """A whole number, such as the rank in a run.

    Raises:
        UsageError: It is none.
    """
    if said.isascii() and "_" not in said:  # which ``int`` passes over
        with suppress(ValueError):
            return int(said)
    raise bad(name, line, column, Message.of("sets.expected.grade"), said)


def grade_of(name: str, line: int, column: int, said: str) -> int:
    """A grade.

    Raises:
        UsageError: It is no whole number, or one that cannot be measured.
    """
    found = whole(name, line, column, said)
    if abs(found) > MOST_GRADE:
        expected = Message.of("sets.expected.grade_to", most=MOST_GRADE)
        raise bad(name, line, column, expected, said)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Grades:
    """The grades of a file, each for a pair of its own and of what the set has."""

    name: str
    """Of the file."""

    columns: tuple[int, int]
    """Of question and document; from 1."""

    questions: Container[str] | None = None
    """Ids that may be graded; any where it is None."""

    documents: Container[str] | None = None
    found: dict[tuple[str, str], Graded] = field(default_factory=dict)

    def add(self, line: int, one: Graded) -> None:
        """Take the grade of a line.

        Raises:
            UsageError: The set has no such question or document, or they have a grade already.
        """
        of_question, of_document = self.columns
        if self.questions is not None and one.question not in self.questions:
            expected = Message.of("sets.expected.question")
            raise bad(self.name, line, of_question, expected, one.question)
        if self.documents is not None and one.document not in self.documents:
            expected = Message.of("sets.expected.document")
            raise bad(self.name, line, of_document, expected, one.document)
        pair = (one.question, one.document)
        if pair in self.found:
            expected = Message.of("sets.expected.pair_once")
            raise bad(self.name, line, of_document, expected, ", ".join(pair))
        self.found[pair] = one


def add_new(id_: str, seen: set[str], name: str, line: int, column: int) -> None:
    """Note an id.

    Raises:
        UsageError: It is there already.
    """
    if id_ in seen:
        raise bad(name, line, column, Message.of("sets.expected.new"), id_)
    seen.add(id_)
