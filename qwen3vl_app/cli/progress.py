"""A run of the indexer, drawn on standard error and summed up on standard output."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from qwen3vl_app.cli.common import one_line
from qwen3vl_app.cli.language import counted, said
from qwen3vl_app.errors import AppError
from qwen3vl_app.indexing.picture_words import OVER
from qwen3vl_app.indexing.progress import IndexProgress, IndexState
from qwen3vl_app.indexing.words_progress import WordsProgress, WordsState
from qwen3vl_app.messages import Message, listed
from qwen3vl_app.types import Outcome

if TYPE_CHECKING:
    from qwen3vl_app.services import Services

_OVER = frozenset({IndexState.IDLE, IndexState.FAILED})

MOST_FAILURES = 20
"""Shown after a run; more would push its summary out of sight."""

STOPPED = Message.of("index.interrupted")


def run_to_the_end(services: Services) -> IndexProgress:
    """Start what was ordered and wait for it.

    Raises:
        AppError: It failed, or Ctrl+C was pressed; it can be continued.
    """
    services.start()
    try:
        progress = _drawn(services)
    except KeyboardInterrupt as error:
        raise AppError(STOPPED) from error
    if progress.state is IndexState.FAILED:
        raise AppError(progress.message)
    if progress.words.state is WordsState.FAILED:
        raise AppError(progress.words.message)
    return progress


def _drawn(services: Services) -> IndexProgress:
    """Draw the bar until the run is over."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (
        TextColumn("{task.fields[state]:<10}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]} {task.fields[failed]} {task.fields[left]}"),
        TextColumn("{task.fields[current]}", markup=False),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None, state="", rate="", failed="", left="", current="")
        while True:
            progress = services.indexer.wait(timeout=0.2)
            bar.update(
                task,
                total=progress.files or None,
                completed=progress.done,
                state=said(Message(f"cli.state.{progress.state.value}")),
                rate=f"{progress.rate:.1f}/s" if progress.rate else "",
                failed=said(_outcome(Outcome.FAILED, progress.failed)) if progress.failed else "",
                left=_left(progress.seconds_left),
                current=one_line(progress.current[:60]),
            )
            if progress.state in _OVER:
                break
    return _with_words(services)


def _with_words(services: Services) -> IndexProgress:
    """Draw how words in pictures are read, until all are."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    words = services.indexer.words
    columns = (TextColumn("{task.fields[read]}"), BarColumn(), TextColumn("{task.fields[left]}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None, read="", left="")
        while (progress := words.wait(timeout=0.2)).state not in OVER:
            read = Message.of("cli.words_bar", done=progress.done, n=progress.total)
            bar.update(
                task,
                total=progress.total or None,
                completed=progress.done,
                read=said(read) if progress.total else "",
                left=_left(progress.seconds_left),
            )
    return services.indexer.progress()


def _left(seconds: float | None) -> str:
    if seconds is None:
        return ""
    return said(Message.of("cli.left", time=time.strftime("%H:%M:%S", time.gmtime(seconds))))


def _outcome(outcome: Outcome, n: int) -> Message:
    return Message(f"cli.outcome.{outcome.value}", {"n": n})


def summary(progress: IndexProgress) -> dict[str, object]:
    """What ``index --json`` prints; the five outcomes add up to ``files``."""
    counts = {outcome.value: progress.outcomes.get(outcome, 0) for outcome in Outcome}
    return {
        "files": progress.files,
        **counts,
        "items": progress.items,
        "seconds": round(progress.seconds, 3),
        "words": {"done": progress.words.done, "total": progress.words.total},
    }


def say_summary(services: Services, progress: IndexProgress) -> None:
    """The same for people, with the failures of this run on standard error."""
    ended = listed([_outcome(one, n) for one in Outcome if (n := progress.outcomes.get(one, 0))])
    outcomes = ended or Message.of("cli.nothing_to_do")
    click.echo(said(counted("cli.files", progress.files, outcomes=outcomes)))
    click.echo(said(counted("cli.added", progress.items, seconds=progress.seconds)))
    if (words := progress.words).total:
        click.echo(said(counted("cli.words", words.total, done=words.done)))
    if progress.message:
        click.echo(one_line(said(progress.message)), err=True)
    shown = min(progress.failed, MOST_FAILURES)
    for failure in services.library.failures()[:shown]:  # the latest come first
        failed = Message.of("cli.failed", path=str(failure.path), reason=failure.reason)
        click.echo(one_line(said(failed)), err=True)
    if progress.failed > shown:
        click.echo(said(Message.of("cli.failed_more", n=progress.failed - shown)), err=True)


def as_row(progress: IndexProgress, say: Callable[[Message], str] = str) -> dict[str, object]:
    """What ``status --json`` says of a run, in the words of the page's own status."""
    return {
        "state": progress.state.value,
        "files": progress.files,
        "done": progress.done,
        "failed": progress.failed,
        "items": progress.items,
        "items_total": progress.items_total,
        "rate": progress.rate,
        "left": progress.seconds_left,
        "seconds": round(progress.seconds, 3),
        "current": progress.current,
        "message": say(progress.message),
    }


def words_row(progress: WordsProgress, say: Callable[[Message], str] = str) -> dict[str, object]:
    """How far words in pictures have been read."""
    return {
        "state": progress.state.value,
        "done": progress.done,
        "total": progress.total,
        "left": progress.seconds_left,
        "message": say(progress.message),
    }
