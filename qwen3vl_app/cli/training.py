"""Grades leave as training data: the options, the file, and pages as pictures beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from qwen3vl_app.cli.common import one_line
from qwen3vl_app.cli.given import GivenPath
from qwen3vl_app.cli.language import counted, said
from qwen3vl_app.errors import AppError, UsageError
from qwen3vl_app.messages import Message
from qwen3vl_app.types.content import Part
from qwen3vl_app.types.library import Item

if TYPE_CHECKING:
    from qwen3vl_app.evaluation.formats.training import Example
    from qwen3vl_app.services import Services

Command = TypeVar("Command", bound=Callable[..., Any])

_OPTIONS = (
    click.option(
        "--training",
        type=GivenPath(path_type=Path, dir_okay=False),
        metavar="FILE",
        help="Write the grades as training data: question, positive, hard negatives, with paths.",
    ),
    click.option(
        "--trainer",
        type=click.Choice(["sentence-transformers", "swift"]),
        default="sentence-transformers",
        show_default=True,
        help="With --training: whose format.",
    ),
)


def training_options(command: Command) -> Command:
    """``--training`` and ``--trainer``."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def write_examples(examples: Sequence[Example], file: Path, trainer: str) -> None:
    """Training data into a file that is not there yet, and how many lines that are.

    Raises:
        UsageError: There is a file already, nothing to write, or the disk refuses.
    """
    from qwen3vl_app.evaluation.formats.training import Trainer, write_training
    from qwen3vl_app.evaluation.importing import put_files

    text = write_training(examples, Trainer(trainer))
    if not text:
        raise UsageError(Message.of("training.nothing"))
    put_files(file.parent, {file.name: text})
    done = counted("cli.training", text.count("\n"), path=str(file))
    click.echo(one_line(said(done)))


def page_pictures(services: Services, file: Path) -> Callable[[Item], str]:
    """Writes the picture of a page into ``FILE.pages`` and says where; empty if it has gone.

    No trainer opens a PDF.
    """
    folder = file.absolute().with_name(f"{file.name}.pages")

    def picture(item: Item) -> str:
        path = folder / f"{item.content_hash}-{item.ordinal}.webp"
        if path.exists():
            return str(path)
        part = Part(ordinal=item.ordinal, kind=item.kind, place=item.place)
        try:
            drawn = services.reader.preview(item.path, part)
        except AppError:  # moved away or damaged since: this page is left out
            return ""
        try:
            folder.mkdir(parents=True, exist_ok=True)
            path.write_bytes(drawn)
        except OSError as error:
            why = Message.of("file.os", path=str(path), said=str(error.strerror or error))
            raise UsageError(why) from error
        return str(path)

    return picture
