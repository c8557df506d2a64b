"""``collections``: named sets of files, listed, made, renamed and deleted."""

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
from qwen3vl_app.cli.language import said
from qwen3vl_app.messages import Message


@click.command()
@click.option("--make", multiple=True, metavar="NAME", help="Make an empty one.")
@click.option(
    "--rename", nargs=2, multiple=True, metavar="NAME NEW", help="Give one another name."
)
@click.option("--delete", multiple=True, metavar="NAME", help="Delete one; its files stay.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@shared_options
@click.pass_context
def collections(
    context: click.Context,
    /,
    *,
    make: Sequence[str],
    rename: Sequence[tuple[str, str]],
    delete: Sequence[str],
    as_json: bool,
    **given: Any,  # noqa: ANN401  # the shared options
) -> None:
    """List the collections and how many items each has; make, rename or delete some.

    Files come into one by ``index --collection``, or on the page.
    """
    settings = settings_from(context, given)
    changes = bool(make or rename or delete)
    with failures_said(), opened(settings, writable=changes) as services:
        listings = services.library.listings
        for name in make:
            listings.make_collection(name)
        for name, new in rename:
            listings.rename_collection(name, new)
        for name in delete:
            listings.delete_collection(name)
        found = services.library.collections()
    if as_json:
        say_json({"collections": dict(found)})
        return
    for name, count in found:
        click.echo(one_line(f"{name}  {count}"))
    if not found:
        click.echo(said(Message.of("cli.no_collections")), err=True)
