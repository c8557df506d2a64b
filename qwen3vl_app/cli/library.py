"""``index`` and ``status``: what goes into the library, and what is in it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qwen3vl_app.cli.common import (
    failures_said,
    in_columns,
    in_words,
    one_line,
    opened,
    say_json,
    settings_from,
    shared_options,
)
from qwen3vl_app.cli.far import checked, ray_options
from qwen3vl_app.cli.given import GivenPath
from qwen3vl_app.cli.language import said
from qwen3vl_app.cli.progress import as_row, run_to_the_end, say_summary, summary, words_row
from qwen3vl_app.errors import UsageError
from qwen3vl_app.indexing.picture_words import OVER
from qwen3vl_app.indexing.progress import IndexProgress, IndexState
from qwen3vl_app.indexing.progress_file import is_alive, read_progress_file
from qwen3vl_app.indexing.words_progress import WordsProgress
from qwen3vl_app.media import ocr
from qwen3vl_app.messages import Message
from qwen3vl_app.settings import SAMPLE_COLLECTION, SAMPLES
from qwen3vl_app.types import Outcome

if TYPE_CHECKING:
    from qwen3vl_app.services import Services
    from qwen3vl_app.store.library import Library

_AT_REST = frozenset({IndexState.IDLE, IndexState.FAILED})

LOOK = 0.5
"""Seconds between looks whether something was indexed, while folders are watched."""


@click.command()
@click.argument("paths", nargs=-1, type=GivenPath(path_type=Path))
@click.option("--collection", metavar="NAME", help="Put the files into this collection.")
@click.option("--sample", is_flag=True, help="Add the sample collection.")
@click.option(
    "--ignore",
    "patterns",
    metavar="PATTERN",
    multiple=True,
    help="Leave out what fits, as in .gitignore; joins the library's list (see ignore).",
)
@click.option("--watch", is_flag=True, help="Go on noticing what changes, until Ctrl+C.")
@click.option(
    "--no-backup",
    "backup",
    flag_value=False,
    default=None,
    help="Do not keep daily copies of the library's file.",
)
@click.option(
    "--no-ocr",
    "ocr",
    flag_value=False,
    default=None,
    help="Do not read words in pictures; else index goes on until all are read, but for those of "
    "--sample alone, which hold few.",
)
@click.option(
    "--json", "as_json", is_flag=True, help="One JSON object; with --watch, a line each."
)
@ray_options
@shared_options
@click.pass_context
def index(
    context: click.Context,
    /,
    *,
    paths: Sequence[Path],
    collection: str | None,
    sample: bool,
    patterns: Sequence[str],
    watch: bool,
    as_json: bool,
    **given: Any,  # noqa: ANN401  # where the models are, and the shared options
) -> None:
    """Index files and folders where they are; nothing of them is changed.

    Without PATHS, continues what an earlier run left unfinished, and embeds again what another
    model embedded. A file .searchignore in a folder leaves out what fits its patterns.
    """
    if sample and not paths:  # minutes for headings that the models read by themselves
        given["ocr"] = False
    settings = settings_from(context, given | {"watch": watch})
    if settings.ray:  # nobody searches with the workers
        settings = replace(settings, reranker="none")
    with failures_said(), opened(checked(settings, given), writable=True) as services:
        folders = services.indexer.folders
        if patterns:
            folders.ignore([*folders.patterns, *patterns])
        _add(services, paths, collection=collection, sample=sample, watch=watch)
        _tell(services, run_to_the_end(services), as_json=as_json)
        if watch:
            _watch(services, as_json=as_json)
        elif services.keeper is not None:
            services.keeper.tidy()


def _add(
    services: Services,
    paths: Sequence[Path],
    *,
    collection: str | None,
    sample: bool,
    watch: bool,
) -> None:
    library = services.library
    ordered = paths or sample or (watch and library.folders())
    if not ordered and not library.counts().pending and not services.indexer.catch_up():
        raise UsageError(Message.of("index.nothing"))
    if sample:
        services.indexer.add([SAMPLES], collection=collection or SAMPLE_COLLECTION)
    if paths:
        services.indexer.add([path.absolute() for path in paths], collection=collection)


def _tell(services: Services, progress: IndexProgress, *, as_json: bool) -> None:
    if as_json:
        say_json(summary(progress))
        if progress.message:
            click.echo(one_line(said(progress.message)), err=True)
    else:
        say_summary(services, progress)


def _watch(services: Services, *, as_json: bool) -> None:
    """Say what was indexed whenever something has changed; ends with Ctrl+C."""
    click.echo(said(Message.of("cli.watching")), err=True)
    services.indexer.folders.start_watching()
    told = services.indexer.progress().rev
    try:
        while True:
            time.sleep(LOOK)
            progress = services.indexer.progress()
            if progress.rev != told and progress.state in _AT_REST:
                told = progress.rev
                if progress.done > progress.outcomes.get(Outcome.UNCHANGED, 0):
                    _tell(services, progress, as_json=as_json)
    except KeyboardInterrupt:
        return


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
    """What is in the library, how its files ended, what is still to do. Loads no model.

    While another program indexes, this shows how far it has come.
    """
    settings = settings_from(context, given)
    with failures_said(), opened(settings, writable=False) as services:
        found = state(services, failures=failures, say=str if as_json else said)
    if as_json:
        say_json(found)
        return
    for heading, value in found.items():
        if isinstance(value, list):
            for row in value:
                click.echo(one_line(f"{heading}: {in_columns(row)}"))
        else:
            click.echo(one_line(f"{heading}: {in_words(value)}"))


def state(
    services: Services, *, failures: bool, say: Callable[[Message], str] = str
) -> dict[str, object]:
    """What ``status --json`` prints; ``say`` words the messages."""
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
        "search": say(library.storage.describe()),
        "model": {"embedder": embedder.name, "reranker": reranker.name},
        "folders": [
            {"path": str(folder.path), "collection": folder.collection, "watched": folder.watched}
            for folder in library.folders()
        ],
        "indexing": {
            "pending": counts.pending,
            **_indexing(library.directory, counts.pending, say),
        },
        "words": _words(library, say),
    }
    if library.notices:
        found["notices"] = [{"notice": say(notice)} for notice in library.notices]
    if failures:
        found["failures"] = [
            {"path": str(row.path), "reason": say(row.reason), "when": row.when}
            for row in library.failures()
        ]
    return found


def _words(library: Library, say: Callable[[Message], str]) -> dict[str, object]:
    """How many pictures have been read, counted in the library, and what is being done now."""
    read = library.picture_texts.count_read(ocr.VERSION)
    waiting = len(library.picture_texts.unread(ocr.VERSION))
    found = read_progress_file(library.directory)
    running = found is not None and is_alive(found[1]) and found[0].words.state not in OVER
    row = words_row(found[0].words if found and running else WordsProgress(), say)
    state = {} if running else {"state": "stopped" if waiting else "idle"}
    return row | {"done": read, "total": read + waiting} | state


def _indexing(directory: Path, pending: int, say: Callable[[Message], str]) -> dict[str, object]:
    """The run under way in whatever program, or the last one."""
    found = read_progress_file(directory)
    if found is None:
        return {"running": False}
    progress, writer = found
    running = is_alive(writer) and progress.state not in _AT_REST
    row = as_row(progress, say)
    if not running and progress.state not in _AT_REST:
        row |= {"state": "stopped" if pending else "idle", "rate": None, "left": None}
    return {"running": running, **row}
