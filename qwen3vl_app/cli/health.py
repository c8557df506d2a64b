"""``doctor``: is all well."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from qwen3vl_app.cli.common import failures_said, in_words, say_json, settings_from, shared_options
from qwen3vl_app.cli.language import said
from qwen3vl_app.messages import Message

if TYPE_CHECKING:
    from qwen3vl_app.doctor import Passport


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.option(
    "--passport",
    "with_passports",
    is_flag=True,
    help="Load both models and hold them to the reference, point by point.",
)
@shared_options
@click.pass_context
def doctor(
    context: click.Context,
    /,
    *,
    as_json: bool,
    with_passports: bool,
    **given: Any,  # noqa: ANN401  # the shared options
) -> None:
    """Versions, device and why, models found, and a check of the library.

    Exit status 1 if the library has something wrong, or a passport has.
    """
    from qwen3vl_app.doctor import diagnose

    with failures_said():
        settings = settings_from(context, given)
        say = str if as_json else said
        found = diagnose(settings, say, with_passports=with_passports)
    if as_json:
        say_json(asdict(found))
    else:
        for heading in ("versions", "models", "memory", "library"):
            _say("", heading, "")
            for name, value in getattr(found, heading).items():
                _say("  ", name, in_words(value))
        _say("", "device", found.device)
        for passport in found.passports:
            _say_passport(passport)
        if found.advice:
            click.echo(found.advice)
        for finding in found.findings:
            click.echo(said(Message.of("cli.finding", finding=finding)))
        if not found.findings:
            well = Message.of("cli.well") if found.library else Message.of("cli.no_library")
            click.echo(said(well))
    red = [one for each in found.passports for one in each.checks if not one["holds"]]
    if found.findings or red:
        raise SystemExit(1)


def _say(indent: str, name: str, value: str) -> None:
    """A line under the name that it has in ``--json``."""
    click.echo(f"{indent}{name}: {value}".rstrip())


def _say_passport(passport: Passport) -> None:
    _say("", f"passport, {passport.role}", passport.name)
    for check in passport.checks:
        mark = "✓" if check["holds"] else "✗"
        click.echo(f"  {mark} {check['what']} ({check['reference']})")
        if check["found"]:
            click.echo(f"    {check['found']}")
    for shortcut, far in passport.shortcuts.items():
        mark = "✗" if shortcut in passport.switched_off else "✓"
        what = Message.of(f"shortcut.{shortcut}")
        click.echo(f"  {mark} {said(Message.of('passport.far', what=what, far=f'{far:.1g}'))}")
