"""Items as a table or a list to take along: where they are, and what was said of them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

import orjson

from qwen3vl_app.store.browsing import Described
from qwen3vl_app.store.encoding import display
from qwen3vl_app.ui.serialize import Json

_COLUMNS = (
    *("item", "path", "kind", "page", "first_line", "last_line", "section", "start", "end"),
    *("width", "height", "taken", "tags", "collections", "copies"),
)

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet would calculate: a file may be called like a formula."""

BETWEEN = "; "
"""Stands between several tags in one cell."""


def export_row(described: Described) -> Json:
    """One item; what does not apply to its kind is null."""
    item = described.item
    place = item.place
    paths = [display(path) for path in described.paths]
    return {
        "item": int(item.id),
        "path": display(item.path),
        "kind": item.kind.value,
        "page": place.page,
        "first_line": place.first_line,
        "last_line": place.last_line,
        "section": place.section or None,
        "start": place.start,
        "end": place.end,
        "width": item.width or None,
        "height": item.height or None,
        "taken": item.taken or None,
        "tags": list(described.tags),
        "collections": list(described.collections),
        "copies": [path for path in paths if path != display(item.path)],
    }


def as_json(described: Iterable[Described]) -> bytes:
    """A JSON document: ``{"items": […]}``."""
    rows = [export_row(one) for one in described]
    return orjson.dumps({"items": rows}, option=orjson.OPT_INDENT_2)


def as_csv(described: Iterable[Described]) -> bytes:
    """A table of items, as ``csv_table`` writes it."""
    return csv_table(_COLUMNS, map(export_row, described))


def csv_table(columns: Sequence[str], rows: Iterable[Json]) -> bytes:
    """A table with a line of headings, in UTF-8 with the mark that spreadsheets look for.

    Cells that a spreadsheet would take for a formula begin with an apostrophe.
    """
    written = io.StringIO()
    table = csv.writer(written)
    table.writerow(columns)
    for row in rows:
        table.writerow([_cell(row[column]) for column in columns])
    return b"\xef\xbb\xbf" + written.getvalue().encode()


def _cell(value: str | float | Sequence[str] | None) -> str | float:
    if value is None:
        return ""
    if isinstance(value, int | float):
        return value
    text = value if isinstance(value, str) else BETWEEN.join(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
