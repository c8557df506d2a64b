"""A hit of a search that the history keeps, by the numbers of its run and of its item."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from qwen3vl_app.cli.common import one_line, shared_options
from qwen3vl_app.cli.given import GivenPath, Whole
from qwen3vl_app.cli.language import said
from qwen3vl_app.cli.query import files_at
from qwen3vl_app.errors import UsageError
from qwen3vl_app.messages import NOTHING, Message
from qwen3vl_app.search.resolve import resolve_query
from qwen3vl_app.types import Item, ItemId, Query
from qwen3vl_app.types.run import RunId

if TYPE_CHECKING:
    from PIL.Image import Image

    from qwen3vl_app.services import Services


Function = TypeVar("Function", bound=Callable[..., object])


def hit_options(out: str) -> Callable[[Function], Function]:
    """What a command about a hit of a search takes; ``out`` says what it writes into a folder."""
    given = (
        click.argument("run", type=Whole()),
        click.argument("item", type=Whole()),
        click.option(
            "--out",
            type=GivenPath(path_type=Path, file_okay=False),
            metavar="DIR",
            help=out,
        ),
        click.option("--json", "as_json", is_flag=True, help="One JSON object."),
        shared_options,
        click.pass_context,
    )

    def decorated(command: Function) -> Function:
        for decorate in reversed(given):
            command = decorate(command)
        return command

    return decorated


def hit_of(services: Services, run: int, item: int) -> tuple[Query, Item]:
    """The query of a run, and the item.

    Raises:
        UsageError: There is no such run, or no such item.
        AppError: A file of the question cannot be used any more.
    """
    runs = services.library.runs
    kept = runs.find(RunId(run))
    if kept is None:
        raise UsageError(Message.of("inspect.no_run", run=run))
    found = services.library.item(ItemId(item))
    if found is None:
        raise UsageError(Message.of("item.unknown", item=item))
    known = files_at(Path.cwd(), runs.files.find)
    budget = services.models.embedder_budget
    return resolve_query(kept.run.question, services.reader, known, budget), found


def say_other_models(services: Services, run: int) -> None:
    """Say, beside the answer, that other models than the present ones answered a run.

    To be called once these have been asked: before that, nothing is known of them.
    """
    from qwen3vl_app.inspection.other_models import other_models

    kept = services.library.runs.find(RunId(run))
    remark = NOTHING if kept is None else other_models(kept.run, services.models)
    if remark:
        click.echo(one_line(said(remark)), err=True)


def written(image: Image, folder: Path, name: str) -> str:
    """Write a picture as PNG into a folder, which is made; where it is.

    Raises:
        UsageError: The disk refuses.
    """
    path = folder / f"{name}.png"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        image.save(path)
    except OSError as error:
        why = Message.of("file.os", path=str(path), said=str(error.strerror or error))
        raise UsageError(why) from error
    return str(path)
