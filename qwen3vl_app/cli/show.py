"""``show``: all that is known of one item, and what the models get of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qwen3vl_app.cli.common import (
    failures_said,
    in_words,
    one_line,
    opened,
    say_json,
    settings_from,
    shared_options,
)
from qwen3vl_app.cli.given import GivenPath, Whole
from qwen3vl_app.cli.items import full_row
from qwen3vl_app.cli.language import said
from qwen3vl_app.errors import AppError, UnreadableMediaError, UsageError
from qwen3vl_app.media.originals import GONE
from qwen3vl_app.messages import NOTHING, Message
from qwen3vl_app.types import Item, ItemId, Kind, Part

if TYPE_CHECKING:
    from qwen3vl_app.budget import Budget
    from qwen3vl_app.services import Services
    from qwen3vl_app.settings import Settings

FRAMES_TOGETHER = 4
"""Frames decoded in one call: one at full size may have 200 megapixels."""


@click.command()
@click.argument("item", type=Whole())
@click.option(
    "--out",
    type=GivenPath(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write thumbnail.jpg, and picture.png or frame-000.png and so on, into this folder.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@shared_options
@click.pass_context
def show(
    context: click.Context,
    /,
    *,
    item: int,
    out: Path | None,
    as_json: bool,
    **given: Any,  # noqa: ANN401  # the shared options
) -> None:
    """Show all that is known of ITEM, a number that items and search --json list.

    The seconds of frames count from the start of the video or moment. With --out, also what the
    models are given of it, before it is resized for them. Loads no model.
    """
    settings = settings_from(context, given)
    with failures_said(), opened(settings, writable=False) as services:
        found = services.library.item(ItemId(item))
        if found is None:
            raise UsageError(Message.of("item.unknown", item=item))
        note = services.library.notes([found.content_hash]).get(found.content_hash, NOTHING)
        row = full_row(found) | {"note": str(note) if as_json else said(note), "text": found.text}
        row |= {"picture_text": found.picture_text}
        row |= _seen(services, found, out, _budget(services.settings))
    if as_json:
        say_json(row)
        return
    for name, value in row.items():
        if value not in ("", []):
            click.echo(one_line(f"{name}: {in_words(value)}"))


def _budget(settings: Settings) -> Budget:
    """How the chosen model looks at clips; the reference's where the model is not there."""
    from qwen3vl_app.budget import Budget, load_budget
    from qwen3vl_app.models.checkpoint.resolve import Role, resolve

    def has_gpu(device: str) -> bool:  # torch takes seconds, and is rarely asked
        from qwen3vl_app.models.checkpoint import load as loader

        return loader.has_gpu(device)

    try:
        chosen = resolve(settings.model, Role.EMBEDDER, gpu=lambda: has_gpu(settings.device))
        return load_budget(chosen.folder)
    except AppError as error:
        found = Message.of("show.as_reference", reason=error.message)
        click.echo(one_line(said(found)), err=True)
        return Budget()


def _seen(services: Services, item: Item, out: Path | None, budget: Budget) -> dict[str, object]:
    """The seconds of its frames, and with ``out`` the files that were written."""
    written: list[str] = []
    if out is not None:
        _make(out)
        thumbnail = services.library.thumbnail_path(item.thumbnail)
        if thumbnail is not None:
            written.append(_write(out / "thumbnail.jpg", thumbnail.read_bytes()))
    row: dict[str, Any] = {}
    if item.kind in (Kind.VIDEO, Kind.MOMENT):
        row["seconds"] = _seconds(services, item, budget, must=out is not None)
        if out is not None:
            written += _write_frames(services, item, out, budget, len(row["seconds"]))
    elif item.kind is not Kind.PASSAGE and out is not None:
        found = services.reader.originals(_file(services, item), _part(item), budget=budget)
        written.append(_write(out / "picture.png", found[0]))
    return row | ({"files": written} if out is not None else {})


def _seconds(services: Services, item: Item, budget: Budget, *, must: bool) -> list[float]:
    """None where the file can no longer be read, unless they ``must`` be known."""
    try:
        file = _file(services, item)
        return list(services.reader.frame_seconds(file, _part(item), budget=budget))
    except UnreadableMediaError as error:
        if must:
            raise
        click.echo(one_line(said(error)), err=True)
        return []


def _write_frames(
    services: Services, item: Item, out: Path, budget: Budget, count: int
) -> Iterator[str]:
    for first in range(0, count, FRAMES_TOGETHER):
        numbers = range(first, min(first + FRAMES_TOGETHER, count))
        file = _file(services, item)
        frames = services.reader.originals(file, _part(item), numbers, budget=budget)
        for number, frame in frames.items():
            yield _write(out / f"frame-{number:03}.png", frame)


def _part(item: Item) -> Part:
    return Part(ordinal=item.ordinal, kind=item.kind, place=item.place)


def _file(services: Services, item: Item) -> Path:
    paths = [item.path, *services.library.paths_of(item.content_hash)]
    present = next((path for path in paths if path.is_file()), None)
    if present is None:
        raise UnreadableMediaError(item.path, GONE)
    return present


def _make(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _refused(out, error) from error


def _write(path: Path, data: bytes) -> str:
    try:
        path.write_bytes(data)
    except OSError as error:
        raise _refused(path, error) from error
    return str(path)


def _refused(path: Path, error: OSError) -> UsageError:
    return UsageError(Message.of("file.os", path=str(path), said=str(error.strerror)))
