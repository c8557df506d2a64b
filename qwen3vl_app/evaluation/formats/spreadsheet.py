"""A test set as one table: a line for each grade.

``question``, ``document`` and ``grade`` must be there. A document without ``path`` is the path
itself; a line without a question is a document that nobody graded, and one without a document a
question without grades.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from qwen3vl_app.evaluation.formats.bad_files import Grades, bad, grade_of
from qwen3vl_app.messages import Message
from qwen3vl_app.types.test_set import PAGE_MARK, Entry, Graded, TestSet

COLUMNS = (
    *("question_id", "question", "image", "document", "path", "page", "title", "text", "grade"),
)

REQUIRED = ("question", "document", "grade")

csv.field_size_limit(2**30)  # of characters: a text may be longer than the usual 131,072

_DIGITS = 10
"""Of the number of a page, and there are fewer."""

_CALCULATED = ("=", "+", "-", "@", "\t", "\r", "'")
"""How a cell begins that a spreadsheet would calculate, or that has the mark against that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """What a table holds."""

    questions: tuple[Entry, ...]
    documents: tuple[Entry, ...]
    grades: tuple[Graded, ...]


def read_csv(text: str, name: str = "set.csv") -> Table:
    """From the text of a file, whose columns may be in any order.

    Raises:
        UsageError: Line, column and what was expected there.
    """
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    rows = _rows(reader, name)
    heading = _heading(*next(rows, (1, [])), name)
    documents: dict[str, Entry] = {}
    asked_at, found_at, grade_at = (heading.index(one) + 1 for one in REQUIRED)
    page_at = heading.index("page") + 1 if "page" in heading else 1
    id_at = heading.index("question_id") + 1 if "question_id" in heading else asked_at
    grades = Grades(name=name, columns=(asked_at, found_at))
    read = [(line, _row(name, line, heading, cells)) for line, cells in rows]
    questions = _Questions(name, read)
    for line, row in read:
        asked = questions.of(row, line, id_at)
        document = _document(row, name, line, page_at)
        if document is not None:
            alone = not any(row.get(key) for key in ("path", "title", "text"))
            known = documents.setdefault(document.id, document)
            if known != document and not alone:  # else it is said above what it is
                raise bad(name, line, found_at, Message.of("sets.expected.same"), document.id)
        if asked and document is not None:
            grade = grade_of(name, line, grade_at, row["grade"])
            grades.add(line, Graded(asked, document.id, grade))
        else:
            _check_alone(row, name, line, grade_at)
    return Table(
        questions=questions.all(),
        documents=tuple(documents.values()),
        grades=tuple(grades.found.values()),
    )


def write_csv(test_set: TestSet) -> str:
    """Text of a file, with the mark that spreadsheets look for; ``read_csv`` reads the same set.

    What an entry says beside the columns is left out.
    """
    questions = {one.id: one for one in test_set.questions}
    documents = {one.id: one for one in test_set.named}
    graded = {one.document for one in test_set.grades}
    written = io.StringIO()
    table = csv.writer(written)
    table.writerow(COLUMNS)
    for one in test_set.grades:
        asked, found = questions[one.question], documents[one.document]
        table.writerow([*_asked(asked), *_found(found), one.grade])
    for one_asked in test_set.questions:
        if one_asked.id not in test_set.graded:
            table.writerow([*_asked(one_asked), *("",) * 6])
    for one_found in test_set.named:
        if one_found.id not in graded:
            table.writerow(["", "", "", *_found(one_found), ""])
    return "\ufeff" + written.getvalue()


def _heading(line: int, heading: Sequence[str], name: str) -> Sequence[str]:
    for wanted in REQUIRED:
        if wanted not in heading:
            expected = Message.of("sets.expected.named", names=", ".join(REQUIRED))
            raise bad(name, line, len(heading) + 1, expected, ",".join(heading))
    for n, column in enumerate(heading, start=1):
        if column in COLUMNS and column in heading[: n - 1]:
            raise bad(name, line, n, Message.of("sets.expected.column_once"), column)
    return heading


def _row(name: str, line: int, heading: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    if len(cells) != len(heading):
        expected = Message.of("sets.expected.columns", n=len(heading))
        raise bad(name, line, min(len(cells), len(heading)) + 1, expected, ",".join(cells))
    return dict(zip(heading, map(_plain, cells), strict=True))


def _check_alone(row: Mapping[str, str], name: str, line: int, grade_at: int) -> None:
    """A line without a question, or without a document, has one of them and no grade."""
    found = ",".join(row.values())
    if row["grade"].strip():
        raise bad(name, line, grade_at, Message.of("sets.expected.ungraded"), found)
    if not (row["question"].strip() or row.get("image") or row["document"]):
        raise bad(name, line, 1, Message.of("sets.expected.pair"), found)


def _rows(reader: Iterator[list[str]], name: str) -> Iterator[tuple[int, list[str]]]:
    while True:
        line = getattr(reader, "line_num", 0) + 1  # where a row begins, which may have several
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise bad(name, line, 1, Message.of("sets.expected.csv"), str(error)) from error
        if cells is None:
            return
        if any(cell.strip() for cell in cells):
            yield line, cells


class _Questions:
    """The questions of a table, of which some have no id there."""

    def __init__(self, name: str, rows: Sequence[tuple[int, Mapping[str, str]]]) -> None:
        self._name = name
        self._taken = {row.get("question_id", "") for _, row in rows}
        self._ids: dict[tuple[str, str], str] = {}
        self._known: dict[str, Entry] = {}

    def of(self, row: Mapping[str, str], line: int, column: int) -> str:
        """The id of a line's question, which is noted; empty where there is none.

        Raises:
            UsageError: Another question has this id.
        """
        text, image = row["question"], row.get("image", "")
        if not (text.strip() or image):
            return ""
        given = row.get("question_id") or self._ids.get((text, image))
        name = given or self._free()
        said = {"_id": name, "text": text} | ({"image": image} if image else {})
        if self._known.setdefault(name, Entry(said)) != Entry(said):
            raise bad(self._name, line, column, Message.of("sets.expected.same"), name)
        self._ids.setdefault((text, image), name)
        return name

    def all(self) -> tuple[Entry, ...]:
        """In the order of the table."""
        return tuple(self._known.values())

    def _free(self) -> str:
        number = len(self._known) + 1
        while (name := f"q{number}") in self._taken or name in self._known:
            number += 1
        return name


def _document(row: dict[str, str], name: str, line: int, column: int) -> Entry | None:
    if not row["document"]:
        return None
    page, text = row.get("page", ""), row.get("text", "")
    said: dict[str, str | int] = {"_id": row["document"]}
    if path := row.get("path") or ("" if text else row["document"]):
        said["path"] = path
    if page:
        if not page.isascii() or not page.isdigit() or not 0 < len(page.lstrip("0")) < _DIGITS:
            raise bad(name, line, column, Message.of("sets.expected.page"), page)
        said["page"] = int(page)
        if not row.get("path"):  # one file, several documents
            said["_id"] = f"{row['document']}{PAGE_MARK}{page}"
    for key in ("title", "text"):
        if row.get(key):
            said[key] = row[key]
    return Entry(said)


def _asked(one: Entry) -> list[str]:
    return [_cell(one.id), _cell(one.text), _cell(one.path)]


def _found(one: Entry) -> list[str]:
    page = "" if one.page is None else str(one.page)
    return [_cell(one.id), _cell(one.path), page, _cell(one.title), _cell(one.text)]


def _cell(text: str) -> str:
    return f"'{text}" if text.startswith(_CALCULATED) else text


def _plain(text: str) -> str:
    return text[1:] if text.startswith("'") and text[1:].startswith(_CALCULATED) else text
