"""``restore``: a copy of the library's file, put back so that nothing is spoiled."""

from __future__ import annotations

from collections.abc import Sequence
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
from qwen3vl_app.cli.given import GivenPath
from qwen3vl_app.cli.language import said
from qwen3vl_app.messages import Message

if TYPE_CHECKING:
    from qwen3vl_app.store.backups import Backup
    from qwen3vl_app.store.restoring import Restored


@click.command()
@click.argument("file", required=False, type=GivenPath(path_type=Path))
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
            _say_all(list_backups(settings.library), as_json=as_json)
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


def _say_all(backups: Sequence[Backup], *, as_json: bool) -> None:
    if as_json:
        say_json({"backups": [_row(backup) for backup in backups]})
        return
    for backup in backups:
        click.echo(one_line(f"{backup.file.name}  {said(_held(backup))}"))
    if not backups:
        click.echo(said(Message.of("cli.no_backups")))


def _held(backup: Backup) -> Message:
    from qwen3vl_app.store.backups import look

    damage, held = look(backup.file)
    state = Message.of("cli.damaged", damage=damage.message) if damage else Message.of("cli.whole")
    if held is None:
        return Message.of("cli.backup_unread", bytes=backup.bytes, state=state)
    return Message.of(
        "cli.backup", items=held.items, files=held.files, bytes=backup.bytes, state=state
    )


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
    held = {"items": done.contents.items, "files": done.contents.files}
    path = str(done.source)
    back = (
        Message.of("cli.restored_of", path=path, made=done.made, **held)
        if done.made
        else Message.of("cli.restored", path=path, **held)
    )
    click.echo(one_line(said(back)))
    if done.aside:
        click.echo(one_line(said(Message.of("cli.aside", name=done.aside))))
