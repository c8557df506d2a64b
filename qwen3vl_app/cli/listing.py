"""``search`` with filters and nothing to look for: what passes them, the newest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from qwen3vl_app.cli.common import in_columns, one_line
from qwen3vl_app.cli.item_rows import item_row
from qwen3vl_app.search.recall import NONE_PASSES
from qwen3vl_app.types import Item, ItemFilter, check_results

if TYPE_CHECKING:
    from qwen3vl_app.store.library import Library

WANTED = (*("images", "videos", "also", "also_image", "also_video", "like", "not_like", "unlike"),)
"""Options that say what to look for, or what to leave out of that."""


def is_listing(text: str, given: Mapping[str, Any], where: ItemFilter) -> bool:
    """Whether nothing was asked for but what passes the filters."""
    return not text.strip() and where != ItemFilter() and not any(given[name] for name in WANTED)


def listed(library: Library, where: ItemFilter, limit: int) -> tuple[list[Item], int]:
    """The newest ``limit`` items that pass, and how many do.

    Raises:
        UsageError: ``limit`` is out of range, or the filter names a folder that is hidden.
    """
    check_results(limit)
    total = sum(library.count_items(where).values())
    return library.list_items(where, limit=limit), total


def listing_answer(
    asked: dict[str, object], found: Sequence[Item], total: int
) -> dict[str, object]:
    """What ``search --json`` prints then."""
    return {"query": asked, "listed": [item_row(item) for item in found], "total": total}


def say_listing(found: Sequence[Item], total: int) -> None:
    """A line an item, and on standard error how many there are."""
    for item in found:
        click.echo(one_line(in_columns(item_row(item))))
    passes = "passes" if total == 1 else "pass"
    note = f"{total} {passes} the filters; showing the newest {len(found)}."
    click.echo(note if total else NONE_PASSES, err=True)
