"""``judgements``: the grades that people gave to hits, and what they say of both stages."""

from __future__ import annotations

from collections.abc import Mapping
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
from qwen3vl_app.cli.language import counted, said
from qwen3vl_app.cli.training import page_pictures, training_options, write_examples
from qwen3vl_app.errors import UsageError
from qwen3vl_app.messages import Message

if TYPE_CHECKING:
    from qwen3vl_app.evaluation.judging import Judging
    from qwen3vl_app.services import Services

Row = dict[str, Any]


@click.command()
@click.option("--report", is_flag=True, help="What the grades say of recall and reranking.")
@click.option(
    "-k",
    "first",
    type=click.IntRange(1, 50),
    default=10,
    show_default=True,
    help="With --report: how many of the first hits count.",
)
@click.option(
    "--import",
    "given_file",
    type=GivenPath(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="Add the grades of a file that the Lab or this command has written.",
)
@training_options
@click.option("--csv", "as_csv", is_flag=True, help="The grades as a table for spreadsheets.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@shared_options
@click.pass_context
def judgements(
    context: click.Context,
    /,
    *,
    report: bool,
    first: int,
    given_file: Path | None,
    training: Path | None,
    trainer: str,
    as_csv: bool,
    as_json: bool,
    **given: Any,  # noqa: ANN401  # the shared options
) -> None:
    """List the grades that were given in the Lab, say whether reranking helped, or add some."""
    from qwen3vl_app.evaluation.judging import Judging

    with failures_said():
        if as_csv and (as_json or report):
            raise UsageError(Message.of("judgements.csv_alone"))
        if given_file is not None and (as_csv or as_json or report):
            raise UsageError(Message.of("judgements.import_alone"))
        if training is not None and (as_csv or as_json or report or given_file is not None):
            raise UsageError(Message.of("judgements.training_alone"))
        writable = given_file is not None
        with opened(settings_from(context, given), writable=writable) as services:
            if given_file is not None:
                _bring(services, given_file)
                return
            judging = Judging(services.library)
            if training is not None:
                _training(services, judging, training, trainer)
            elif report:
                _report(judging, first, as_json=as_json)
            else:
                _list(services, judging, as_csv=as_csv, as_json=as_json)


def _bring(services: Services, file: Path) -> None:
    from qwen3vl_app.evaluation.grade_files import read_grades

    try:
        text = file.read_text("utf-8")
    except (OSError, ValueError) as error:
        raise UsageError(Message.of("judgements.strange")) from error
    found = read_grades(text)
    added = services.library.judgements.bring(found)
    click.echo(said(Message.of("cli.imported", n=added, found=len(found))))


def _training(services: Services, judging: Judging, file: Path, trainer: str) -> None:
    from qwen3vl_app.evaluation.training_data import of_judgements

    found = judging.judgements(owner=None)
    pages = page_pictures(services, file)
    write_examples(of_judgements(services.library, found, pages), file, trainer)


def _list(services: Services, judging: Judging, *, as_csv: bool, as_json: bool) -> None:
    from qwen3vl_app.ui.judgement_rows import judgement_row, judgements_csv

    found = judging.judgements(owner=None)
    known = services.library.items([one.item for one in found if one.item is not None])
    rows = [judgement_row(one, known) for one in found]
    if as_csv:
        click.echo(judgements_csv(rows), nl=False)
    elif as_json:
        say_json({"judgements": rows})
    else:
        for row in rows:
            shown = ("question", "grade", "judge", "path", "note", "judged")
            click.echo(one_line(in_columns({name: row[name] for name in shown})))
        if not rows:
            click.echo(said(Message.of("cli.no_judgements")), err=True)


def _report(judging: Judging, first: int, *, as_json: bool) -> None:
    from qwen3vl_app.ui.judgement_rows import report_row

    row = report_row(judging.report(first, owner=None))
    if as_json:
        say_json(row)
        return
    if not row["parts"]:
        click.echo(said(Message.of("cli.no_report")), err=True)
    for part in row["parts"]:
        click.echo(one_line(said(_answer(part, first))))
    for metric, found in row["differences"].items():
        click.echo(one_line(f"{metric}  {_interval(found)}"))
    alpha = row["agreement"]["alpha"]
    if alpha is not None:
        shared = row["agreement"]["shared"]
        click.echo(said(counted("cli.alpha", shared, alpha=f"{alpha:.3f}")))


def _answer(part: Row, first: int) -> Message:
    """A part with its verdict, in words."""
    named = Message.of(f"cli.part.{part['group']}", name=part["name"])
    one = ".one" if part["n"] == 1 else ""
    return Message.of(
        f"cli.verdict.{part['verdict']}{one}",
        n=part["n"],
        part=named,
        interval=_interval(part),
        k=first,
        wins=part["wins"],
        ties=part["ties"],
        losses=part["losses"],
    )


def _interval(found: Mapping[str, Any]) -> str:
    if found["low"] is None:
        return f"{found['mean']:+.3f}"
    return f"{found['mean']:+.3f} [{found['low']:+.3f}, {found['high']:+.3f}]"
