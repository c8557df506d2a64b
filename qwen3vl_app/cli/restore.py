"""``restore``: a copy of the library's file, put back so that nothing is spoiled."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qwen3vl_app.cli.common import (
    failures_said,
    one_line,
    say_json,
    settings_from,
    shared_options,
)

if TYPE_CHECKING:
    from qwen3vl_app.store.backups import Backup
    from qwen3vl_app.store.restoring import Restored


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--list", "listing", is_flag=True, help="Only list the backups, with their state.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@shared_options
@click.pass_context
def restore(
    context: click.Context,
    /,
    *,
    file: Path | None,
    listing: bool,
    as_json: bool,
    **given: Any,  # noqa: ANN401  # the shared options
) -> None:
    """Make FILE, or the newest whole backup, the library; what was there is moved aside.

    FILE is a copy of library.db, or the name of a backup. It is checked first and left as it is.
    """
    from qwen3vl_app.store.backups import list_backups
    from qwen3vl_app.store.restoring import restore as put_back

    settings = settings_from(context, given)
    with failures_said():
        if listing:
            _say_all([_row(backup) for backup in list_backups(settings.library)], as_json=as_json)
            return
        _say(put_back(settings.library, file), as_json=as_json)


def _row(backup: Backup) -> dict[str, object]:
    from qwen3vl_app.store.backups import look

    damage, contents = look(backup.file)
    return {
        "name": backup.file.name,
        "made": backup.made,
        "bytes": backup.bytes,
        "items": contents.items if contents else None,
        "files": contents.files if contents else None,
        "damage": str(damage),
    }


def _say_all(rows: list[dict[str, object]], *, as_json: bool) -> None:
    if as_json:
        say_json({"backups": rows})
        return
    for row in rows:
        state = f"damaged: {row['damage']}" if row["damage"] else "whole"
        held = f"{row['items']} items of {row['files']} files, {row['bytes']:,} bytes"
        click.echo(one_line(f"{row['name']}  {held}, {state}"))
    if not rows:
        click.echo("There are no backups; name a copy of library.db.")


def _say(done: Restored, *, as_json: bool) -> None:
    if as_json:
        say_json(
            {
                "restored": str(done.source),
                "made": done.made,
                "items": done.contents.items,
                "files": done.contents.files,
                "moved_aside": done.aside,
            }
        )
        return
    of = f" of {done.made}" if done.made else ""
    click.echo(
        one_line(
            f"Restored {done.source}{of}: {done.contents.items} items of {done.contents.files} "
            "files."
        )
    )
    if done.aside:
        click.echo(one_line(f"What was there before is kept as {done.aside}."))
