"""Getting models, drawn on standard error."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from qwen3vl_app.cli.common import one_line
from qwen3vl_app.cli.language import said
from qwen3vl_app.errors import AppError
from qwen3vl_app.messages import Message
from qwen3vl_app.models.getting.jobs import Downloads
from qwen3vl_app.models.getting.progress import Stage

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from qwen3vl_app.models.getting.jobs import DownloadStatus
    from qwen3vl_app.models.getting.sources import Source


def get_all(repositories: list[str], source: Source | None) -> list[DownloadStatus]:
    """Get models one after the other, and say how far each is.

    Raises:
        AppError: One of them failed, or Ctrl+C was pressed; what is there is kept.
    """
    downloads = Downloads()
    try:
        for repository in repositories:
            downloads.start(repository, source)
        _draw(downloads)
    except KeyboardInterrupt as error:
        raise AppError(Message.of("cli.get_paused")) from error
    finally:
        downloads.close()
    asked = [one for one in downloads.statuses() if one.repository in repositories]
    for one in asked:
        if one.stage is Stage.FAILED:
            raise AppError(one.message)
    return asked


def _draw(downloads: Downloads) -> None:
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, TextColumn
    from rich.progress import Progress as Bars

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        DownloadColumn(),
        TextColumn("{task.fields[speed]} {task.fields[left]}"),
        TextColumn("{task.fields[note]}", markup=False),
    )
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks: dict[str, TaskID] = {}
        while not downloads.wait(0.2):
            for one in downloads.statuses():
                if one.stage is Stage.GETTING:
                    _show(bars, tasks, one)


def _show(bars: Progress, tasks: dict[str, TaskID], one: DownloadStatus) -> None:
    if one.repository not in tasks:
        tasks[one.repository] = bars.add_task(one.repository, speed="", left="", note="")
    amount = one.amount
    seconds = amount.seconds_left
    left = ""
    if seconds is not None:
        clock = time.strftime("%H:%M:%S", time.gmtime(seconds))
        left = said(Message.of("cli.left", time=clock))
    bars.update(
        tasks[one.repository],
        total=amount.total or None,
        completed=amount.done,
        speed=f"{amount.speed / 1e6:.1f} MB/s" if amount.speed else "",
        left=left,
        note=one_line(said(amount.note)) if amount.note else "",
    )
