"""``tag`` and ``tags``: names that people give to items."""

from __future__ import annotations

from collections.abc import Sequence
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
from qwen3vl_app.cli.given import Whole
from qwen3vl_app.cli.language import counted, said
from qwen3vl_app.errors import UsageError
from qwen3vl_app.messages import Message
from qwen3vl_app.types import ItemId


@click.command()
@click.argument("name")
@click.argument("items", type=Whole(), nargs=-1, required=True, metavar="ITEM...")
@click.option("--remove", is_flag=True, help="Take the tag away.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@shared_options
@click.pass_context
def tag(
    context: click.Context,
    /,
    *,
    name: str,
    items: Sequence[int],
    remove: bool,
    as_json: bool,
    **given: Any,  # noqa: ANN401  # the shared options
) -> None:
    """Give the tag NAME to items, by the numbers that search --json shows."""
    with failures_said(), opened(settings_from(context, given), writable=True) as services:
        ids = [ItemId(item) for item in items]
        known = services.library.items(ids)
        for item in ids:
            if item not in known:
                click.echo(said(Message.of("cli.no_item", item=item)), err=True)
        if not known:
            raise UsageError(Message.of("tag.no_item"))
        change = services.library.untag if remove else services.library.tag
        changed = change(ids, name)
    if as_json:
        say_json({"tag": name, "changed": changed})
    else:
        click.echo(said(counted("cli.tagged", changed)))


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@shared_options
@click.pass_context
def tags(
    context: click.Context,
    /,
    *,
    as_json: bool,
    **given: Any,  # noqa: ANN401  # the shared options
) -> None:
    """List the tags and how many items have each."""
    with failures_said(), opened(settings_from(context, given), writable=False) as services:
        found = services.library.tags()
    if as_json:
        say_json({"tags": dict(found)})
        return
    for name, count in found:
        click.echo(one_line(f"{name}  {count}"))
