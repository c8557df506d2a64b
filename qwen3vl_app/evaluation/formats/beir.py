"""Folders of BEIR: ``corpus.jsonl``, ``queries.jsonl`` and ``qrels/SPLIT.tsv``.

A document is its ``text`` and ``title``, or a file: ``image``, ``video`` or ``path`` (from the
folder on), with ``page`` for one page of a PDF. A question may have a file beside its words, too.
"""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from qwen3vl_app.errors import UsageError
from qwen3vl_app.evaluation.formats.bad_files import Grades, add_new, bad, grade_of, lines
from qwen3vl_app.messages import Message
from qwen3vl_app.types.test_set import MEDIA, Entry, Graded, TestSet

CORPUS, QUERIES, QRELS = "corpus.jsonl", "queries.jsonl", "qrels"

HEADING = ("query-id", "corpus-id", "score")


@dataclass(frozen=True, slots=True, kw_only=True)
class Beir:
    """What the files of a folder hold."""

    documents: tuple[Entry, ...]
    questions: tuple[Entry, ...]
    grades: tuple[Graded, ...]
    ascii: bool
    """Whether all other letters stand as escapes."""


def read_beir(corpus: str, queries: str, qrels: str, split: str = "test") -> Beir:
    """From the texts of the three files.

    All questions stay, also those of other splits: those without grades are not measured.

    Raises:
        UsageError: Line, column and what was expected there.
    """
    documents, questions = read_entries(corpus, CORPUS), read_entries(queries, QUERIES)
    return Beir(
        documents=documents,
        questions=questions,
        grades=read_qrels(
            qrels,
            f"{QRELS}/{split}.tsv",
            questions={one.id for one in questions},
            documents={one.id for one in documents},
        ),
        ascii=corpus.isascii() and queries.isascii() and "\\u" in corpus + queries,
    )


def write_beir(test_set: TestSet) -> dict[str, str]:
    """The texts of the files, by their paths in the folder."""
    return {
        CORPUS: write_entries(test_set.named, escaped=test_set.ascii),
        QUERIES: write_entries(test_set.questions, escaped=test_set.ascii),
        f"{QRELS}/{test_set.split}.tsv": write_qrels(test_set.grades),
    }


def read_entries(text: str, name: str) -> tuple[Entry, ...]:
    """Of one JSON object a line, each with an id of its own."""
    found, seen = [], set[str]()
    for number, line in lines(text):
        one = Entry(_object(line, name, number))
        add_new(one.id, seen, name, number, _column(line, "_id"))
        found.append(one)
    return tuple(found)


def write_entries(entries: Iterable[Entry], *, escaped: bool = False) -> str:
    """One JSON object a line, as Python's ``json`` writes it, which BEIR's files come from."""
    return "".join(f"{json.dumps(dict(one.said), ensure_ascii=escaped)}\n" for one in entries)


def read_qrels(
    text: str,
    name: str = "qrels.tsv",
    *,
    questions: Container[str] | None = None,
    documents: Container[str] | None = None,
) -> tuple[Graded, ...]:
    """Three columns parted by tabs, below a heading; of these ids, or of any."""
    found = Grades(name=name, columns=(1, 2), questions=questions, documents=documents)
    rows = [*lines(text)]
    if rows and tuple(rows[0][1].split("\t")) != HEADING:
        number, line = rows[0]
        raise bad(name, number, 1, Message.of("sets.expected.heading"), line)
    for number, line in rows[1:]:
        columns = line.split("\t")
        if len(columns) != len(HEADING):
            expected = Message.of("sets.expected.tabs", n=len(HEADING))
            raise bad(name, number, min(len(columns), len(HEADING)) + 1, expected, line)
        question, document, grade = columns
        found.add(number, Graded(question, document, grade_of(name, number, 3, grade)))
    return tuple(found.found.values())


def write_qrels(grades: Iterable[Graded]) -> str:
    """As ``read_qrels`` takes it.

    Raises:
        UsageError: An id has a tab or a line feed.
    """
    rows = [HEADING, *((one.question, one.document, str(one.grade)) for one in grades)]
    for row in rows:
        for name in row:
            if any(sign in name for sign in "\t\n\r"):
                raise UsageError(Message.of("sets.blank", id=name))
    return "".join("\t".join(row) + "\n" for row in rows)


def _object(line: str, name: str, number: int) -> Mapping[str, Any]:
    try:
        said = json.loads(line)
    except json.JSONDecodeError as error:
        expected = Message.of("sets.expected.json")
        raise bad(name, number, error.colno, expected, line[error.pos :]) from error
    except (RecursionError, ValueError) as error:  # nested or longer than any that is meant
        raise bad(name, number, 1, Message.of("sets.expected.json"), line) from error
    if not isinstance(said, dict):
        raise bad(name, number, 1, Message.of("sets.expected.object"), line)
    id_ = said.get("_id")
    if not isinstance(id_, (str, int)) or isinstance(id_, bool) or not str(id_).strip():
        raise bad(name, number, _column(line, "_id"), Message.of("sets.expected.id"), line)
    for key in ("text", "title", *MEDIA):
        if not isinstance(said.get(key, ""), (str, type(None))):
            expected = Message.of("sets.expected.words", name=key)
            raise bad(name, number, _column(line, key), expected, repr(said[key]))
    page = said.get("page")
    if page is not None and (not isinstance(page, int) or isinstance(page, bool) or page < 1):
        expected = Message.of("sets.expected.page")
        raise bad(name, number, _column(line, "page"), expected, repr(page))
    if not any(said.get(key) for key in ("text", "title", *MEDIA)):
        raise bad(name, number, 1, Message.of("sets.expected.content"), line)
    return said


def _column(line: str, key: str) -> int:
    """Where a name of an object stands in its line; 1 where it does not."""
    return line.find(f'"{key}"') + 1 or 1
