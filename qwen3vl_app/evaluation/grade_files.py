"""Grades that come back: read from what the Lab and ``judgements`` write, as JSON or CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from qwen3vl_app.errors import AppError, UsageError
from qwen3vl_app.messages import Message
from qwen3vl_app.types.ids import ContentHash
from qwen3vl_app.types.judgement import GRADES, Judgement, asked_key
from qwen3vl_app.types.question import Question

MOST_ROWS = 20_000
"""Grades of one file."""

LARGEST_ORDINAL = 2**31
"""Far beyond the pages and passages of any file."""


def read_grades(text: str) -> list[Judgement]:
    """The grades of a file, whichever of the two forms it has.

    Raises:
        UsageError: It is neither, a row of it means nothing, or there are too many.
    """
    rows = _rows(text.removeprefix("\ufeff"))
    if len(rows) > MOST_ROWS:
        raise UsageError(Message.of("judgements.many", found=len(rows), most=MOST_ROWS))
    return [_read(row, n) for n, row in enumerate(rows, start=1)]


def _rows(text: str) -> list[Mapping[str, Any]]:
    if text.lstrip().startswith("{"):
        try:
            rows = json.loads(text)["judgements"]
            if all(isinstance(row, dict) for row in rows):
                return [*rows]
        except (KeyError, RecursionError, TypeError, ValueError) as error:
            raise UsageError(Message.of("judgements.strange")) from error
        raise UsageError(Message.of("judgements.strange"))
    table = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        if {"asked", "content", "grade", "judge"} <= {*(table.fieldnames or ())}:
            return [*table]
    except csv.Error as error:
        raise UsageError(Message.of("judgements.strange")) from error
    raise UsageError(Message.of("judgements.strange"))


def _read(row: Mapping[str, Any], n: int) -> Judgement:
    try:
        asked = row["asked"]
        said = json.loads(asked) if isinstance(asked, str) else asked
        grade, ordinal = int(row["grade"]), int(row.get("ordinal") or 0)
        when = datetime.fromisoformat(str(row["judged"])).isoformat(timespec="seconds")
        if grade not in GRADES or not 0 <= ordinal < LARGEST_ORDINAL:
            raise UsageError(Message.of("judgements.row", n=n))
        return Judgement(
            asked=asked_key(Question.read(said)),
            content=ContentHash(str(row["content"])),
            ordinal=ordinal,
            item=None,
            judge=_plain(row["judge"]),
            grade=grade,
            note=_plain(row.get("note") or ""),
            when=when,
        )
    except (AppError, AttributeError, KeyError, RecursionError, TypeError, ValueError) as error:
        raise UsageError(Message.of("judgements.row", n=n)) from error


def _plain(given: object) -> str:
    """A text of a table, without the quote that keeps spreadsheets from computing it."""
    text = str(given)
    return text[1:] if text.startswith("'") and text[1:2] in set("=+-@\t\r") else text
