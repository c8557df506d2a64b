"""``retry``, ``forget``, ``folders`` and ``ignore``: what becomes of files in the library."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qwen3vl_app.cli.common import (
    failures_said,
    one_line,
    opened,
    say_json,
    settings_from,
    shared_options,
)
from qwen3vl_app.cli.given import GivenPath
from qwen3vl_app.cli.language import counted, said
from qwen3vl_app.cli.progress import run_to_the_end, say_summary, summary
from qwen3vl_app.errors import UsageError
from qwen3vl_app.messages import Message
from qwen3vl_app.store.encoding import display

if TYPE_CHECKING:
    from qwen3vl_app.services import Services

_PATH = GivenPath(path_type=Path)


@click.command()
@click.argument("paths", nargs=-1, type=_PATH)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@shared_options
@click.pass_context
def retry(
    context: click.Context,
    /,
    *,
    paths: Sequence[Path],
    as_json: bool,
    **given: Any,  # noqa: ANN401  # the shared options
) -> None:
    """Try failed files again: PATHS, all inside folders named there, or every one."""
    settings = settings_from(context, given)
    with failures_said(), opened(settings, writable=True) as services:
        _check_known(services, paths)
        services.indexer.retry(paths or None)
        progress = run_to_the_end(services)
        if as_json:
            say_json(summary(progress))
        else:
            say_summary(services, progress)


@click.command()
@click.argument("paths", nargs=-1, required=True, type=_PATH)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@shared_options
@click.pass_context
def forget(
    context: click.Context,
    /,
    *,
    paths: Sequence[Path],
    as_json: bool,
    **given: Any,  # noqa: ANN401  # the shared options
) -> None:
    """Take PATHS, or all that is inside folders, out of the library; undo it with ``removed``.

    Files of folders stay where they are, and no scan takes them in again, also not with another
    content. Copies of files that were dropped on the page go to the trash for 30 days.
    """
    settings = settings_from(context, given)
    with failures_said(), opened(settings, writable=True) as services:
        _check_known(services, paths)
        removed = services.indexer.folders.remove(paths)
    if as_json:
        say_json({"files": removed.files})
        return
    click.echo(said(counted("cli.taken", removed.files)))
    if removed.copies:
        click.echo(said(Message.of("cli.taken_copies", n=removed.copies)))
    if removed.files > removed.copies:
        click.echo(said(Message.of("cli.taken_files")))
    click.echo(said(Message.of("cli.undo")))


def _check_known(services: Services, paths: Sequence[Path]) -> None:
    """Before anything is done.

    Raises:
        UsageError: The library has nothing at or inside one of these paths.
    """
    unknown = [display(path) for path in paths if not services.library.knows(path)]
    if unknown:
        raise UsageError(Message.of("files.unknown", paths=", ".join(unknown)))


@click.command()
@click.option("--watch", "on", type=_PATH, multiple=True, help="Watch this folder from now on.")
@click.option("--unwatch", "off", type=_PATH, multiple=True, help="Do not watch it any more.")
@click.option(
    "--rescan",
    is_flag=True,
    help="Scan all folders for what has changed, and retry what failed.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@shared_options
@click.pass_context
def folders(
    context: click.Context,
    /,
    *,
    on: Sequence[Path],
    off: Sequence[Path],
    rescan: bool,
    as_json: bool,
    **given: Any,  # noqa: ANN401  # the shared options
) -> None:
    """List the folders that were added; scan them again, or have serve watch them."""
    settings = settings_from(context, given)
    changes = bool(on or off or rescan)
    with failures_said(), opened(settings, writable=changes) as services:
        known = services.indexer.folders
        for path, watched in (*((p, True) for p in on), *((p, False) for p in off)):
            known.watch(path, on=watched)
        found: dict[str, object] = {}
        if rescan:
            services.indexer.retry([one.path for one in known.all()])
        if rescan and known.rescan():
            found["run"] = summary(run_to_the_end(services))
        found["folders"] = [
            {"path": display(one.path), "collection": one.collection, "watched": one.watched}
            for one in known.all()
        ]
        if as_json:
            say_json(found)
            return
        for one in known.all():
            name = one.collection
            about = [Message.of("cli.collection", name=name)] if name else []
            about += [Message.of("cli.watched")] if one.watched else []
            click.echo(one_line("  ".join([str(one.path), *map(said, about)])))


@click.command()
@click.argument("patterns", nargs=-1)
@click.option("--remove", is_flag=True, help="Take PATTERNS off the list.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@shared_options
@click.pass_context
def ignore(
    context: click.Context,
    /,
    *,
    patterns: Sequence[str],
    remove: bool,
    as_json: bool,
    **given: Any,  # noqa: ANN401  # the shared options
) -> None:
    """Leave out what fits PATTERNS, in the syntax of .gitignore; without PATTERNS, list them.

    They count for every folder, from its next scan on. A file .searchignore does the same for one
    folder and those inside it.
    """
    settings = settings_from(context, given)
    with failures_said(), opened(settings, writable=bool(patterns)) as services:
        known = services.indexer.folders
        now = known.patterns
        if patterns:
            kept = [one for one in now if one not in patterns]
            now = known.ignore(kept if remove else [*now, *patterns])
    if as_json:
        say_json({"patterns": list(now)})
    else:
        for pattern in now:
            click.echo(pattern)
