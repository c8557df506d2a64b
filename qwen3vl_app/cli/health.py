"""``doctor``: is all well."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click

from qwen3vl_app.cli.common import failures_said, in_words, say_json, settings_from, shared_options
from qwen3vl_app.cli.language import said
from qwen3vl_app.messages import Message


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@shared_options
@click.pass_context
def doctor(
    context: click.Context,
    /,
    *,
    as_json: bool,
    **given: Any,  # noqa: ANN401  # the shared options
) -> None:
    """Versions, device and why, models found, and a check of the library.

    Exit status 1 if the library has something wrong.
    """
    from qwen3vl_app.doctor import diagnose

    with failures_said():
        found = diagnose(settings_from(context, given), str if as_json else said)
    if as_json:
        say_json(asdict(found))
    else:
        for heading in ("versions", "models", "library"):
            _say("", heading, "")
            for name, value in getattr(found, heading).items():
                _say("  ", name, in_words(value))
        _say("", "device", found.device)
        if found.advice:
            click.echo(found.advice)
        for finding in found.findings:
            click.echo(said(Message.of("cli.finding", finding=finding)))
        if not found.findings:
            well = Message.of("cli.well") if found.library else Message.of("cli.no_library")
            click.echo(said(well))
    if found.findings:
        raise SystemExit(1)


def _say(indent: str, name: str, value: str) -> None:
    """A line under the name that it has in ``--json``."""
    click.echo(f"{indent}{name}: {value}".rstrip())
