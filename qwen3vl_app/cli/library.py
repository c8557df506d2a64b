"""``index`` and ``status``: what goes into the library, and what is in it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qwen3vl_app.cli.common import failures_said, opened, say_json, settings_from, shared_options
from qwen3vl_app.errors import AppError, UsageError
from qwen3vl_app.indexing.progress import IndexProgress, IndexState
from qwen3vl_app.settings import SAMPLE_COLLECTION, SAMPLES
from qwen3vl_app.types import Outcome

if TYPE_CHECKING:
    from qwen3vl_app.services import Services

_OVER = frozenset({IndexState.IDLE, IndexState.FAILED})


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--collection", metavar="NAME", help="Put the files into this collection.")
@click.option("--sample", is_flag=True, help="Add the sample collection.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@shared_options
@click.pass_context
def index(
    context: click.Context,
    /,
    *,
    paths: Sequence[Path],
    collection: str | None,
    sample: bool,
    as_json: bool,
    **given: Any,  # noqa: ANN401  # the shared options
) -> None:
    """Index files and folders where they are; nothing of them is changed.

    Without PATHS, continues what an earlier run left unfinished.
    """
    settings = settings_from(context, given)
    with failures_said(), opened(settings, writable=True) as services:
        _add(services, paths, collection=collection, sample=sample)
        services.start()
        progress = _watch(services)
        if progress.state is IndexState.FAILED:
            raise AppError(progress.message)
        if as_json:
            say_json(summary(progress))
        else:
            _say(services, progress)


def _add(
    services: Services, paths: Sequence[Path], *, collection: str | None, sample: bool
) -> None:
    if not paths and not sample and not services.library.counts().pending:
        raise UsageError("Name a file or folder to index, or --sample; nothing is unfinished.")
    if sample:
        services.indexer.add([SAMPLES], collection=collection or SAMPLE_COLLECTION)
    if paths:
        services.indexer.add([path.absolute() for path in paths], collection=collection)


def _watch(services: Services) -> IndexProgress:
    """Draw the bar on standard error until the run is over."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (
        TextColumn("{task.fields[state]:<10}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]} {task.fields[left]}"),
        TextColumn("{task.fields[current]}", markup=False),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None, state="", rate="", left="", current="")
        while True:
            progress = services.indexer.wait(timeout=0.2)
            bar.update(
                task,
                total=progress.files or None,
                completed=progress.done,
                state=progress.state.value,
                rate=f"{progress.rate:.1f}/s" if progress.rate else "",
                left=_left(progress.seconds_left),
                current=progress.current[:60],
            )
            if progress.state in _OVER:
                return progress


def _left(seconds: float | None) -> str:
    return "" if seconds is None else time.strftime("%H:%M:%S left", time.gmtime(seconds))


def summary(progress: IndexProgress) -> dict[str, object]:
    """What ``index --json`` prints; the five outcomes add up to ``files``."""
    counts = {outcome.value: progress.outcomes.get(outcome, 0) for outcome in Outcome}
    return {
        "files": progress.files,
        **counts,
        "items": progress.items,
        "seconds": round(progress.seconds, 3),
    }


def _say(services: Services, progress: IndexProgress) -> None:
    parts = [f"{n} {outcome.value}" for outcome, n in progress.outcomes.items() if n]
    click.echo(f"{progress.files} files: {', '.join(parts) or 'nothing to do'}.")
    click.echo(f"{progress.items} items added in {progress.seconds:.1f} s.")
    for failure in services.library.failures()[:20]:
        click.echo(f"failed: {failure.path}: {failure.reason}", err=True)


@click.command()
@click.option("--failures", is_flag=True, help="List the files that failed, with the reason.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@shared_options
@click.pass_context
def status(
    context: click.Context,
    /,
    *,
    failures: bool,
    as_json: bool,
    **given: Any,  # noqa: ANN401  # the shared options
) -> None:
    """What is in the library, how its files ended, what is still to do. Loads no model."""
    settings = settings_from(context, given)
    with failures_said(), opened(settings, writable=False) as services:
        found = state(services, failures=failures)
    if as_json:
        say_json(found)
        return
    for heading, value in found.items():
        if isinstance(value, dict):
            click.echo(f"{heading}: " + ", ".join(f"{k} {v}" for k, v in value.items()))
        else:
            for row in value if isinstance(value, list) else [value]:
                cells = row.values() if isinstance(row, dict) else [row]
                click.echo(f"{heading}: " + "  ".join(map(str, cells)))


def state(services: Services, *, failures: bool) -> dict[str, object]:
    """What ``status --json`` prints."""
    library = services.library
    counts = library.counts()
    embedder, reranker = services.models.status()
    found: dict[str, object] = {
        "files": {outcome.value: n for outcome, n in counts.files.items()},
        "items": {kind.value: n for kind, n in counts.items.items()},
        "spaces": [
            {"model": s.model, "dimension": s.dimension, "fingerprint": s.fingerprint, "items": n}
            for s, n in library.spaces()
        ],
        "search": library.storage.describe(),
        "model": {"embedder": embedder.name, "reranker": reranker.name},
        "indexing": {"pending": counts.pending},
    }
    if failures:
        found["failures"] = [
            {"path": str(row.path), "reason": row.reason, "when": row.when}
            for row in library.failures()
        ]
    return found
