"""``history``: what was asked on the page."""

from __future__ import annotations

from typing import Any

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
from qwen3vl_app.cli.language import counted, said
from qwen3vl_app.messages import Message
from qwen3vl_app.types.run import KeptRun


@click.command()
@click.option("-k", "limit", default=20, show_default=True, help="Searches, the newest first.")
@click.option("--clear", is_flag=True, help="Delete all that are not pinned.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@shared_options
@click.pass_context
def history(
    context: click.Context,
    /,
    *,
    limit: int,
    clear: bool,
    as_json: bool,
    **given: Any,  # noqa: ANN401  # the shared options
) -> None:
    """List the searches that were made on the page, or clear them.

    With --json, each has its question, which search --question asks again, and both rankings.
    """
    with failures_said(), opened(settings_from(context, given), writable=clear) as services:
        if clear:
            deleted = services.library.runs.clear()
            if as_json:
                say_json({"deleted": deleted})
            else:
                click.echo(said(Message.of("cli.history_cleared", n=deleted)))
            return
        runs = services.library.runs.newest(max(1, limit))
    if as_json:
        say_json({"runs": [_row(one) for one in runs]})
        return
    for one in runs:
        click.echo(one_line(in_columns(_short(one))))
    if not runs:
        click.echo(said(Message.of("cli.no_history")), err=True)


def _row(one: KeptRun) -> dict[str, object]:
    return {
        "run": one.id,
        "asked": one.asked,
        "pinned": one.pinned,
        "question": one.run.question.written(),
        **one.run.answer(),
    }


def _short(one: KeptRun) -> dict[str, object]:
    question = one.run.question
    words = [question.text, *(further.text for further in question.also)]
    return {
        "run": one.id,
        "asked": one.asked,
        "pinned": "pinned" if one.pinned else "",
        "question": " + ".join(filter(None, (*words, *question.files))) or "items",
        "hits": said(counted("cli.hits", len(one.run.hits))),
    }
