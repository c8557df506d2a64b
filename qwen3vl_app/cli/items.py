"""``items`` and ``show``: what the program made of the files in a library."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
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
from qwen3vl_app.cli.query import filter_options, read_filter
from qwen3vl_app.errors import AppError, UnreadableMediaError, UsageError
from qwen3vl_app.store.encoding import display
from qwen3vl_app.types import Item, ItemFilter, ItemId, Kind, Part

if TYPE_CHECKING:
    from qwen3vl_app.budget import Budget
    from qwen3vl_app.services import Services
    from qwen3vl_app.settings import Settings
    from qwen3vl_app.store.library import Library

_PAGE = 1000
"""Items read from the library at once."""

FRAMES_TOGETHER = 4
"""Frames decoded in one call: one at full size may have 200 megapixels."""


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@filter_options
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@shared_options
@click.pass_context
def items(
    context: click.Context,
    /,
    *,
    paths: Sequence[Path],
    as_json: bool,
    **given: Any,  # noqa: ANN401  # the filters and the shared options
) -> None:
    """List the items of PATHS, of all inside folders named there, or of the whole library.

    One row an item, in the order of the files. Loads no model.
    """
    settings = settings_from(context, given)
    with failures_said(), opened(settings, writable=False) as services:
        found = _listed(services.library, paths, read_filter(given))
    if as_json:
        say_json({"items": [item_row(item) for item in found]})
        return
    for item in found:
        click.echo(one_line(in_columns(item_row(item))))
    if not found:
        click.echo("No items.", err=True)


def _listed(library: Library, paths: Sequence[Path], where: ItemFilter) -> list[Item]:
    """The items that pass, by path and place.

    Raises:
        UsageError: The library has nothing at one of the paths.
    """
    unknown = [display(path) for path in paths if not library.knows(path)]
    if unknown:
        raise UsageError(
            f"The library has nothing at {', '.join(unknown)}; check the spelling, or add it with "
            "the command index."
        )
    chosen = [replace(where, folder=Path(os.path.abspath(path.expanduser()))) for path in paths]
    found = {item.id: item for one in chosen or [where] for item in _pages(library, one)}
    if paths and where.folder is not None:
        inside = {item.id for item in _pages(library, where)}
        found = {key: item for key, item in found.items() if key in inside}
    return sorted(found.values(), key=lambda item: (str(item.path), item.ordinal))


def _pages(library: Library, where: ItemFilter) -> Iterator[Item]:
    after: ItemId | None = None
    while page := library.list_items(where, after=after, limit=_PAGE):
        yield from page
        after = page[-1].id


def item_row(item: Item) -> dict[str, object]:
    """An item as ``items --json`` and ``show --json`` have it; places as in ``search --json``."""
    place = item.place
    row: dict[str, object] = {"item": item.id, "path": str(item.path), "kind": item.kind.value}
    if place.page is not None:
        row["page"] = place.page
    if place.first_line is not None:
        row["lines"] = [place.first_line, place.last_line]
    if place.start is not None:
        row |= {"start": place.start, "end": place.end}
    size = {"width": item.width, "height": item.height}
    return row | size | {"taken": item.taken, "section": place.section}


@click.command()
@click.argument("item", type=int)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
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
        services.reader.budget = _budget(settings)
        found = services.library.item(ItemId(item))
        if found is None:
            raise UsageError(f"Item {item} is not in the library; the command items lists them.")
        row = item_row(found) | {"text": found.text}
        row |= _seen(services, found, out)
    if as_json:
        say_json(row)
        return
    for name, value in row.items():
        click.echo(one_line(f"{name}: {in_words(value)}"))


def _budget(settings: Settings) -> Budget:
    """How the chosen model looks at clips; the reference's where the model is not there."""
    from qwen3vl_app.budget import Budget, load_budget
    from qwen3vl_app.models.names import Role, resolve

    def has_gpu(device: str) -> bool:  # torch takes seconds, and is rarely asked
        from qwen3vl_app.models import loader

        return loader.has_gpu(device)

    try:
        chosen = resolve(settings.model, Role.EMBEDDER, gpu=lambda: has_gpu(settings.device))
        return load_budget(chosen.folder)
    except AppError as error:
        click.echo(one_line(f"{error} Frames are chosen as the reference does."), err=True)
        return Budget()


def _seen(services: Services, item: Item, out: Path | None) -> dict[str, object]:
    """The seconds of its frames, and with ``out`` the files that were written."""
    written: list[str] = []
    if out is not None:
        _make(out)
        thumbnail = services.library.thumbnail_path(item.thumbnail)
        if thumbnail is not None:
            written.append(_write(out / "thumbnail.jpg", thumbnail.read_bytes()))
    row: dict[str, object] = {}
    if item.kind in (Kind.VIDEO, Kind.MOMENT):
        seconds = services.reader.frame_seconds(_file(services, item), _part(item))
        row["seconds"] = list(seconds)
        if out is not None:
            written += _write_frames(services, item, out, len(seconds))
    elif item.kind is not Kind.PASSAGE and out is not None:
        found = services.reader.originals(_file(services, item), _part(item))
        written.append(_write(out / "picture.png", found[0]))
    return row | ({"files": written} if out is not None else {})


def _write_frames(services: Services, item: Item, out: Path, count: int) -> Iterator[str]:
    for first in range(0, count, FRAMES_TOGETHER):
        numbers = range(first, min(first + FRAMES_TOGETHER, count))
        frames = services.reader.originals(_file(services, item), _part(item), numbers)
        for number, frame in frames.items():
            yield _write(out / f"frame-{number:03}.png", frame)


def _part(item: Item) -> Part:
    return Part(ordinal=item.ordinal, kind=item.kind, place=item.place)


def _file(services: Services, item: Item) -> Path:
    paths = [item.path, *services.library.paths_of(item.content_hash)]
    present = next((path for path in paths if path.is_file()), None)
    if present is None:
        reason = "The file is no longer there; check the path, or index its folder again."
        raise UnreadableMediaError(item.path, reason)
    return present


def _make(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{out}: {error.strerror}.") from error


def _write(path: Path, data: bytes) -> str:
    try:
        path.write_bytes(data)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}.") from error
    return str(path)
