"""``duplicates``: nearly equal pictures, and which of them to keep."""

from __future__ import annotations

from typing import Any

import click

from qwen3vl_app.cli.common import (
    failures_said,
    one_line,
    opened,
    say_json,
    settings_from,
    shared_options,
)
from qwen3vl_app.cli.language import said
from qwen3vl_app.messages import Message
from qwen3vl_app.types import DuplicateGroup, Item


@click.command()
@click.option(
    "--limit",
    default=100,
    show_default=True,
    type=click.IntRange(1),
    help="Groups, those of most copies first.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@shared_options
@click.pass_context
def duplicates(
    context: click.Context,
    /,
    *,
    limit: int,
    as_json: bool,
    **given: Any,  # noqa: ANN401  # the shared options
) -> None:
    """List nearly equal pictures, and which of them to keep. Needs no model, deletes nothing."""
    with failures_said(), opened(settings_from(context, given), writable=False) as services:
        spaces = services.library.spaces()
        # the vectors of any model will do, and most pictures have one in the largest space
        largest = max(spaces, key=lambda found: found[1], default=None)
        groups = services.library.duplicates(largest[0], limit=limit) if largest else []
    if as_json:
        say_json({"groups": [_row(group) for group in groups]})
        return
    for group in groups:
        keep = Message.of("cli.keep", path=str(group.keeper.path), reason=group.reason)
        click.echo(one_line(said(keep)))
        for copy in group.copies:
            click.echo(f"     {one_line(copy.path)}  {copy.width} × {copy.height}")
    if not groups:
        click.echo(said(Message.of("cli.no_duplicates")), err=True)


def _row(group: DuplicateGroup) -> dict[str, object]:
    return {
        "keeper": _item(group.keeper),
        "reason": str(group.reason),
        "copies": [_item(copy) for copy in group.copies],
    }


def _item(item: Item) -> dict[str, object]:
    size = {"width": item.width, "height": item.height}
    return {"item": item.id, "path": str(item.path), **size}
