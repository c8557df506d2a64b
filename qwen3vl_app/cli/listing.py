"""``search`` with filters and nothing to look for: what passes them, the newest first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from qwen3vl_app.cli.common import in_columns, one_line
from qwen3vl_app.cli.language import counted, said
from qwen3vl_app.search.answers import item_row
from qwen3vl_app.search.recall import NONE_PASSES
from qwen3vl_app.types import Item, ItemFilter, check_results

if TYPE_CHECKING:
    from qwen3vl_app.store.library import Library
    from qwen3vl_app.types.question import Question


def listed(library: Library, where: ItemFilter, limit: int) -> tuple[list[Item], int]:
    """The newest ``limit`` items that pass, and how many do.

    Raises:
        UsageError: ``limit`` is out of range, or the filter names a folder that is hidden.
    """
    check_results(limit)
    total = sum(library.count_items(where).values())
    return library.list_items(where, limit=limit), total


def listing_answer(question: Question, found: Sequence[Item], total: int) -> dict[str, object]:
    """What ``search --json`` prints then."""
    return {
        "question": question.written(),
        "listed": [item_row(item) for item in found],
        "total": total,
    }


def say_listing(found: Sequence[Item], total: int) -> None:
    """A line an item, and on standard error how many there are."""
    for item in found:
        click.echo(one_line(in_columns(item_row(item))))
    passing = counted("cli.listed", total, shown=len(found)) if total else NONE_PASSES
    click.echo(said(passing), err=True)
