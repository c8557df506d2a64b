"""What every command shares: the options, opening the parts, saying what went wrong."""

from __future__ import annotations

import logging
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
import orjson

from qwen3vl_app.cli.given import FinitePart, GivenPath
from qwen3vl_app.cli.language import language_option, said
from qwen3vl_app.errors import AppError, UsageError
from qwen3vl_app.messages import Message
from qwen3vl_app.settings import Limits, Settings

if TYPE_CHECKING:
    from qwen3vl_app.services import Services

Command = TypeVar("Command", bound=Callable[..., Any])

_STEERING = {"Cc", "Cs", "Zl", "Zp"}
_TURNING = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}

_FOLDER = GivenPath(path_type=Path, file_okay=False)

_SHARED = (
    click.option("--library", type=_FOLDER, help="Folder of the library.  [default: user data]"),
    click.option(
        "--vectors",
        metavar="ADDRESS",
        help="Where vectors are searched: local or milvus://HOST:PORT/NAME.",
    ),
    click.option(
        "--model", metavar="NAME", help="Embedder: auto, demo, 2b, 8b, a folder or a model id."
    ),
    click.option(
        "--reranker", metavar="NAME", help="As --model; none turns reranking off for good."
    ),
    click.option("--adapter", metavar="DIR", help="LoRA adapter to merge into the embedder."),
    click.option("--reranker-adapter", metavar="DIR", help="The same for the reranker."),
    click.option(
        "--device", type=click.Choice(["auto", "cpu", "cuda", "mps"]), help="Where models run."
    ),
    click.option(
        "--reader-memory",
        metavar="GIB",
        type=FinitePart(0.25, 1024),
        help="Memory that each process that reads files may take.  [default: 2]",
    ),
    click.option(
        "--unload-after",
        metavar="MINUTES",
        type=FinitePart(0),
        help="Let go a model that nobody asks, 0 for never.  [default: 30 from 1 GB on]",
    ),
    click.option("--threads", type=click.IntRange(1), help="CPU threads of the models."),
    click.option(
        "--allow-download/--no-download",
        default=None,
        help="Fetch a missing model from its hub; several gigabytes.  [default: no]",
    ),
    language_option,
    click.option("--verbose", is_flag=True, default=None, help="Log to standard error."),
)


def shared_options(command: Command) -> Command:
    """Options that stand before or behind the name of a command; behind wins."""
    for option in reversed(_SHARED):
        command = option(command)
    return command


def settings_from(context: click.Context, given: dict[str, Any]) -> Settings:
    """Settings from the defaults, the options before the command and those behind it."""
    before = dict(context.obj or {})
    merged = before | {name: value for name, value in given.items() if value is not None}
    logging.basicConfig(
        # a warning that matters to a command is its error sentence already
        level=logging.INFO if merged.get("verbose") else logging.ERROR,
        format="%(levelname)s %(name)s: %(message)s",
    )
    known = {field.name for field in fields(Settings)}
    values = {name: value for name, value in merged.items() if name in known}
    if "library" in values:
        values["library"] = values["library"].expanduser().absolute()
    if "reader_memory" in merged:
        most = int(merged["reader_memory"] * 2**30)
        values["limits"] = replace(Limits(), max_reader_bytes=most)
    return Settings(**values)


@contextmanager
def failures_said() -> Iterator[None]:
    """End the program with one sentence and 1 (failed) or 2 (usage) on an expected failure."""
    try:
        yield
    except AppError as error:
        sentence = said(Message.of("cli.error", said=error.message))
        click.echo(one_line(sentence), err=True)
        raise SystemExit(2 if isinstance(error, UsageError) else 1) from error


@contextmanager
def opened(settings: Settings, *, writable: bool) -> Iterator[Services]:
    """The parts of the program, closed again at the end."""
    from qwen3vl_app.services import build_services

    services = build_services(settings, writable=writable)
    try:
        yield services
    finally:
        services.close()


def say_json(value: object) -> None:
    """One line of JSON on standard output."""
    click.echo(orjson.dumps(_utf8(value), option=orjson.OPT_NON_STR_KEYS).decode())


def one_line(text: str | Path) -> str:
    r"""A name or a sentence that holds one, as a terminal may show it: on one line, in its order.

    File names may hold anything: line feeds, codes that steer the terminal, marks that turn the
    direction of writing, bytes that are no text. Those are shown as Python writes them (``\n``,
    ``\x1b``, ``\u202e``, ``\udcff``).
    """
    return "".join(
        sign.encode("unicode_escape").decode() if _steers(sign) else sign for sign in str(text)
    )


def _steers(sign: str) -> bool:
    return unicodedata.category(sign) in _STEERING or unicodedata.bidirectional(sign) in _TURNING


def in_words(value: object) -> str:
    """A value as ``--json`` has it, for people: what is unknown, empty or not so is not said."""
    if isinstance(value, dict):
        return ", ".join(
            name if found is True else f"{name} {in_words(found)}" for name, found in _said(value)
        )
    if isinstance(value, list | tuple):
        return ", ".join(map(in_words, value)) or "none"
    if isinstance(value, float):
        return f"{value:.1f}"
    return str(value)


def in_columns(row: dict[str, object]) -> str:
    """A row of a table: its values, but the name of what is so (``watched``)."""
    return "  ".join(name if found is True else in_words(found) for name, found in _said(row))


def _said(row: dict[str, object]) -> list[tuple[str, object]]:
    return [pair for pair in row.items() if pair[1] not in (None, "") and pair[1] is not False]


def _utf8(value: object) -> object:
    """Replace what is not valid Unicode, which file names on Linux may contain."""
    if isinstance(value, str):
        return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    if isinstance(value, dict):
        return {_utf8(key): _utf8(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_utf8(entry) for entry in value]
    return value
