"""``removed``: what was taken out of the library, brought back or deleted for good."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import asdict
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
from qwen3vl_app.cli.progress import run_to_the_end, summary
from qwen3vl_app.errors import UsageError
from qwen3vl_app.messages import Message
from qwen3vl_app.store.encoding import display

if TYPE_CHECKING:
    from qwen3vl_app.services import Services
    from qwen3vl_app.store.rows import Removal, RemovalId

_PATH = GivenPath(path_type=Path)


@click.command()
@click.option("--restore", "back", type=_PATH, multiple=True, help="Bring back what was there.")
@click.option(
    "--discard", "gone", type=_PATH, multiple=True, help="Delete for good what was there."
)
@click.option("--empty", is_flag=True, help="Delete for good all that can be brought back.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@shared_options
@click.pass_context
def removed(
    context: click.Context,
    /,
    *,
    back: Sequence[Path],
    gone: Sequence[Path],
    empty: bool,
    as_json: bool,
    **given: Any,  # noqa: ANN401  # the shared options
) -> None:
    """List what was taken out of the library, bring it back, or delete it for good.

    For 30 days everything comes back as it was. What stays out of a folder that was added stays
    so until it is brought back, also after that.
    """
    settings = settings_from(context, given)
    changes = bool(back or gone or empty)
    with failures_said(), opened(settings, writable=changes) as services:
        trash = services.library.trash
        returning, leaving = _named(services, back), _named(services, gone)
        found: dict[str, object] = {}
        deleted: int | None = None
        if returning:
            services.indexer.folders.restore(returning)
            found["run"] = summary(run_to_the_end(services))
        if leaving or empty:
            found["deleted"] = deleted = trash.discard(None if empty else leaving)
        rows = [_row(one) for one in trash.all()]
    if as_json:
        say_json(found | {"removed": rows})
        return
    if returning:
        click.echo(said(Message.of("cli.returned", n=len(returning))))
    if deleted is not None:
        click.echo(said(Message.of("cli.deleted", n=deleted)))
    for row in rows:
        click.echo(one_line(in_columns({k: v for k, v in row.items() if k != "id"})))
    if not rows:
        click.echo(said(Message.of("cli.no_removals")), err=True)


def _named(services: Services, paths: Sequence[Path]) -> list[RemovalId]:
    """The newest removal of each path.

    Raises:
        UsageError: Nothing was removed there.
    """
    known: dict[Path, Removal] = {}
    for one in services.library.trash.all():
        known.setdefault(one.path, one)
    wanted = [Path(os.path.abspath(path.expanduser())) for path in paths]
    for path in wanted:
        if path not in known:
            raise UsageError(Message.of("removed.none", path=display(path)))
    return [known[path].id for path in wanted]


def _row(removal: Removal) -> dict[str, object]:
    row = asdict(removal) | {"path": display(removal.path), "kind": removal.kind.value}
    del row["thumbnail"]
    return row
