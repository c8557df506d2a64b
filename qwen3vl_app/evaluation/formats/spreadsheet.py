"""A test set as one table: a line for each grade.

``question``, ``document`` and ``grade`` must be there. A document without ``path`` is the path
itself; a line without a question is a document that nobody graded, and one without a document a
question without grades.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from qwen3vl_app.evaluation.formats.bad_files import Grades, bad, whole
from qwen3vl_app.messages import Message
from qwen3vl_app.types.test_set import PAGE_MARK, Entry, Graded, TestSet

COLUMNS = (
    *("question_id", "question", "image", "document", "path", "page", "title", "text", "grade"),
)

REQUIRED = ("question", "document", "grade")

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
    heading = next(rows, (1, []))[1]
    for wanted in REQUIRED:
        if wanted not in heading:
            expected = Message.of("sets.expected.named", names=", ".join(REQUIRED))
            raise bad(name, 1, len(heading) + 1, expected, ",".join(heading))
    questions: dict[str, Entry] = {}
    documents: dict[str, Entry] = {}
    asked_at, found_at, grade_at = (heading.index(one) + 1 for one in REQUIRED)
    page_at = heading.index("page") + 1 if "page" in heading else 1
    grades = Grades(name=name, columns=(asked_at, found_at))
    for line, cells in rows:
        if len(cells) != len(heading):
            expected = Message.of("sets.expected.columns", n=len(heading))
            raise bad(name, line, min(len(cells), len(heading)) + 1, expected, ",".join(cells))
        row = dict(zip(heading, map(_plain, cells), strict=True))
        asked = _question(row, questions)
        document = _document(row, name, line, page_at)
        if document is not None:
            documents.setdefault(document.id, document)
        if asked and document is not None:
            grade = whole(name, line, grade_at, row["grade"])
            grades.add(line, Graded(asked, document.id, grade))
        elif not asked and document is None:
            raise bad(name, line, 1, Message.of("sets.expected.pair"), ",".join(cells))
    return Table(
        questions=tuple(questions.values()),
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


def _rows(reader: Iterator[list[str]], name: str) -> Iterator[tuple[int, list[str]]]:
    line = 1
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            line = getattr(reader, "line_num", line)
            raise bad(name, line, 1, Message.of("sets.expected.csv"), str(error)) from error
        if cells is None:
            return
        line = getattr(reader, "line_num", line)
        if any(cell.strip() for cell in cells):
            yield line, cells


def _question(row: dict[str, str], known: dict[str, Entry]) -> str:
    """The id of a line's question, which is noted; empty where there is none."""
    text, image = row["question"], row.get("image", "")
    if not (text or image):
        return ""
    name = row.get("question_id") or next(
        (one.id for one in known.values() if (one.text, one.path) == (text, image)),
        f"q{len(known) + 1}",
    )
    said = {"_id": name, "text": text} | ({"image": image} if image else {})
    known.setdefault(name, Entry(said))
    return name


def _document(row: dict[str, str], name: str, line: int, column: int) -> Entry | None:
    if not row["document"]:
        return None
    page, text = row.get("page", ""), row.get("text", "")
    said: dict[str, str | int] = {"_id": row["document"]}
    if path := row.get("path") or ("" if text else row["document"]):
        said["path"] = path
    if page:
        if not page.isascii() or not page.isdigit() or int(page) < 1:
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
