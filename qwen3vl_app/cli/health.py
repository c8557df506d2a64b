"""``doctor``: is all well."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qwen3vl_app.cli.common import failures_said, in_words, say_json, settings_from, shared_options
from qwen3vl_app.cli.given import GivenPath
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
@click.option(
    "--published",
    "with_published",
    is_flag=True,
    help="Load both models and compare with the numbers of the reference's README.",
)
@click.option(
    "--published-picture",
    "picture",
    type=GivenPath(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="Its demo.jpeg, which most of these numbers need.",
)
@shared_options
@click.pass_context
def doctor(
    context: click.Context,
    /,
    *,
    as_json: bool,
    with_passports: bool,
    with_published: bool,
    picture: Path | None,
    **given: Any,  # noqa: ANN401  # the shared options
) -> None:
    """Versions, device and why, models found, and a check of the library.

    Exit status 1 if the library has something wrong, a passport has, or a published number is
    another.
    """
    from qwen3vl_app.doctor import diagnose

    with failures_said():
        settings = settings_from(context, given)
        say = str if as_json else said
        found = diagnose(
            settings,
            say,
            with_passports=with_passports,
            with_published=with_published or picture is not None,
            picture=picture,
        )
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
        for number in found.published:
            _say_published(number)
        if found.advice:
            click.echo(found.advice)
        for finding in found.findings:
            click.echo(said(Message.of("cli.finding", finding=finding)))
        if not found.findings:
            well = Message.of("cli.well") if found.library else Message.of("cli.no_library")
            click.echo(said(well))
    red = [one for each in found.passports for one in each.checks if not one["holds"]]
    other = [one for one in found.published if not one.get("agrees", True)]
    if found.findings or red or other:
        raise SystemExit(1)


def _say(indent: str, name: str, value: str) -> None:
    """A line under the name that it has in ``--json``."""
    click.echo(f"{indent}{name}: {value}".rstrip())


def _say_published(number: Mapping[str, object]) -> None:
    if "note" in number:
        click.echo(str(number["note"]))
        return
    mark = "✓" if number["agrees"] else "✗"
    values = {name: str(value) for name, value in number.items()}
    line = Message.of(
        "published.number",
        name=values["name"],
        measure=Message.of(f"published.{values['measure']}"),
        document=Message.of(f"published.{values['document']}"),
        found=values["found"],
        expected=values["expected"],
        tolerance=values["tolerance"],
    )
    click.echo(f"  {mark} {said(line)}")


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
