"""``export``: a search of the page as one file to take along."""

from __future__ import annotations

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
from qwen3vl_app.cli.history import short_row
from qwen3vl_app.cli.language import language, said
from qwen3vl_app.doctor import versions
from qwen3vl_app.errors import UsageError
from qwen3vl_app.inspection.bundle import bundle
from qwen3vl_app.inspection.bundle_page import bundle_json, bundle_page
from qwen3vl_app.messages import Message
from qwen3vl_app.types.run import KeptRun, RunId

if TYPE_CHECKING:
    from qwen3vl_app.services import Services

LISTED = 20
"""Searches that are listed where none is named."""

LAST = "last"
"""Names the newest search."""


@click.command()
@click.argument("run", required=False)
@click.option(
    "--out",
    type=GivenPath(path_type=Path, dir_okay=False, allow_dash=True),
    metavar="FILE",
    help="Where to write it; - for standard output.  [default: search-RUN.html]",
)
@click.option("--json", "as_json", is_flag=True, help="The JSON alone, to standard output.")
@shared_options
@click.pass_context
def export(
    context: click.Context,
    /,
    *,
    run: str | None,
    out: Path | None,
    as_json: bool,
    **given: Any,  # noqa: ANN401  # the shared options
) -> None:
    """Write a search of the page as one HTML file: RUN as history lists it, or last.

    It holds thumbnails, both rankings with scores, settings, fingerprints, versions and grades,
    opens from the disk without a network, and is shown by the page when dropped on it. Without
    RUN, the newest searches are listed.
    """
    with failures_said(), opened(settings_from(context, given), writable=False) as services:
        if run is None:
            _list(services, as_json=as_json)
            return
        kept = _found(services, run)
        made = bundle(services.library, services.reader, kept, versions(), owner=kept.owner)
        path = out or Path("-" if as_json else f"search-{kept.id}.html")
        content = bundle_json(made) if as_json else bundle_page(made, language())
        if str(path) == "-":
            click.echo(content, nl=False)
            return
        _write(path, content)
        size = f"{len(content) / 1e6:.1f}"
        done = Message.of("cli.exported", run=str(kept.id), path=str(path), megabytes=size)
        click.echo(one_line(said(done)))


def _list(services: Services, *, as_json: bool) -> None:
    runs = services.library.runs.newest(LISTED)
    if as_json:
        say_json({"runs": [{"run": one.id, "asked": one.asked, "name": one.name} for one in runs]})
        return
    for one in runs:
        click.echo(one_line(in_columns(short_row(one))))
    if not runs:
        click.echo(said(Message.of("cli.no_history")), err=True)


def _found(services: Services, run: str) -> KeptRun:
    runs = services.library.runs
    if run == LAST:
        newest = runs.newest(1)
        if not newest:
            raise UsageError(Message.of("cli.no_history"))
        return newest[0]
    found = runs.find(RunId(int(run))) if run.isascii() and run.isdigit() else None
    if found is None:
        raise UsageError(Message.of("history.none", run=run))
    return found


def _write(path: Path, content: bytes) -> None:
    """Make the file; one that is there stays as it is.

    Raises:
        UsageError: There is a file already, or the disk refuses.
    """
    try:
        with path.open("xb") as file:
            file.write(content)
    except FileExistsError as error:
        raise UsageError(Message.of("export.there", path=str(path))) from error
    except OSError as error:
        why = Message.of("file.os", path=str(path), said=str(error.strerror or error))
        raise UsageError(why) from error
