"""``items``: what the program made of the files in a library."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qwen3vl_app.cli.common import (
    failures_said,
    in_columns,
    one_line,
    opened,
    say_json,
    settings_from,
    shared_options,
)
from qwen3vl_app.cli.given import GivenPath
from qwen3vl_app.cli.language import said
from qwen3vl_app.cli.query import filter_options, read_filter
from qwen3vl_app.errors import UsageError
from qwen3vl_app.messages import Message
from qwen3vl_app.search.answers import item_row
from qwen3vl_app.store.encoding import display
from qwen3vl_app.types import Item, ItemFilter, ItemId

if TYPE_CHECKING:
    from qwen3vl_app.store.library import Library

_PAGE = 1000
"""Items read from the library at once."""


@click.command()
@click.argument("paths", nargs=-1, type=GivenPath(path_type=Path))
@filter_options
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@shared_options
@click.pass_context
def items(
    context: click.Context,
    /,
    *,
    paths: Sequence[Path],
    as_json: bool,
    **given: Any,  # noqa: ANN401  # the filters and the shared options
) -> None:
    """List the items of PATHS, of all inside folders named there, or of the whole library.

    One row an item, in the order of the files. Loads no model.
    """
    settings = settings_from(context, given)
    with failures_said(), opened(settings, writable=False) as services:
        found = _listed(services.library, paths, read_filter(given))
        notes = services.library.notes(item.content_hash for item in found)
    if as_json:
        rows = [full_row(one) | {"note": str(notes.get(one.content_hash, ""))} for one in found]
        say_json({"items": rows})
        return
    for item in found:
        click.echo(one_line(in_columns(full_row(item))))
    if not found:
        click.echo(said(Message.of("cli.no_items")), err=True)


def _listed(library: Library, paths: Sequence[Path], where: ItemFilter) -> list[Item]:
    """The items that pass, by path and place.

    Raises:
        UsageError: The library has nothing at one of the paths.
    """
    unknown = [display(path) for path in paths if not library.knows(path)]
    if unknown:
        raise UsageError(Message.of("items.unknown", paths=", ".join(unknown)))
    chosen = [replace(where, folder=Path(os.path.abspath(path.expanduser()))) for path in paths]
    found = {item.id: item for one in chosen or [where] for item in _pages(library, one)}
    if paths and where.folder is not None:
        inside = {item.id for item in _pages(library, where)}
        found = {key: item for key, item in found.items() if key in inside}
    return sorted(found.values(), key=lambda item: (str(item.path), item.ordinal))


def _pages(library: Library, where: ItemFilter) -> Iterator[Item]:
    after: ItemId | None = None
    while page := library.list_items(where, after=after, limit=_PAGE):
        yield from page
        after = page[-1].id


def full_row(item: Item) -> dict[str, object]:
    """An item as ``items --json`` and ``show --json`` have it."""
    size = {"width": item.width, "height": item.height}
    return item_row(item) | size | {"taken": item.taken, "section": item.place.section}
