"""The options that make up a query, and what they mean."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

import click
import orjson

from qwen3vl_app.cli.given import Finite, GivenPath, Whole
from qwen3vl_app.errors import UsageError
from qwen3vl_app.messages import Message
from qwen3vl_app.search.question_files import QuestionFile
from qwen3vl_app.types import (
    MOST_RESULTS,
    ItemFilter,
    ItemId,
    Kind,
    Orientation,
    WordsMode,
)
from qwen3vl_app.types.paths import usable_path
from qwen3vl_app.types.question import DEPTH, TOP, UNLIKE_WEIGHT, Further, Question

if TYPE_CHECKING:
    from qwen3vl_app.search.resolve import KnownFiles

MOST_BYTES = 2**20
"""Of a file with a question: the longest one has some 200,000."""

Command = TypeVar("Command", bound=Callable[..., Any])

_PATH = GivenPath(path_type=Path)
_FILE = GivenPath(path_type=Path, exists=True)


class _Day(click.ParamType[date]):
    name = "day"

    def convert(
        self, value: str | date, param: click.Parameter | None, ctx: click.Context | None
    ) -> date:
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no day; write it as 2026-03-31.", param, ctx)


_DAY = _Day()


class _Quota(click.ParamType[tuple[str, int]]):
    name = "quota"

    def convert(
        self,
        value: str | tuple[str, int],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> tuple[str, int]:
        if isinstance(value, tuple):
            return value
        kind, _, most = value.partition("=")
        if kind not in {*Kind} or not most.isascii() or not most.isdigit():
            self.fail(f"{value!r} is no quota; write it as picture=5.", param, ctx)
        return kind, int(most)


_QUERY = (
    click.option("--image", "images", type=_FILE, multiple=True, help="A picture in the query."),
    click.option("--video", "videos", type=_FILE, multiple=True, help="A clip in the query."),
    click.option(
        "--document",
        "documents",
        type=_FILE,
        multiple=True,
        help="The first page or passage of a document in the query.",
    ),
    click.option(
        "--also",
        multiple=True,
        metavar="TEXT",
        help="Ask this as well, as a query of its own; the rankings become one.",
    ),
    click.option(
        "--also-image", type=_FILE, multiple=True, help="The same with a picture as the query."
    ),
    click.option(
        "--also-video", type=_FILE, multiple=True, help="The same with a clip as the query."
    ),
    click.option(
        "--words",
        type=click.Choice([mode.value for mode in WordsMode]),
        default=WordsMode.OFF.value,
        show_default=True,
        help='Exact words, "phrases" and -words: beside meaning (on) or instead of it (only, '
        "which needs no model).",
    ),
    click.option(
        "--like",
        type=Whole(),
        multiple=True,
        metavar="ITEM",
        help="Like this item of the library.",
    ),
    click.option(
        "--not-like", type=Whole(), multiple=True, metavar="ITEM", help="Unlike this item."
    ),
    click.option("--unlike", default="", metavar="TEXT", help="Unlike this text."),
    click.option(
        "--unlike-weight",
        type=float,
        default=UNLIKE_WEIGHT,
        show_default=True,
        help="What is not wanted against what is, 0 to 1.",
    ),
)

_FILTERS = (
    click.option(
        "--kind",
        "kinds",
        multiple=True,
        type=click.Choice([k.value for k in Kind]),
        help="Only these.",
    ),
    click.option("--collection", metavar="NAME", help="Only files of this collection."),
    click.option("--folder", type=_PATH, help="Only files inside this folder."),
    click.option("--tag", metavar="NAME", help="Only items with this tag."),
    click.option(
        "--modified-from", type=_DAY, metavar="DAY", help="Files changed on this day or later."
    ),
    click.option(
        "--modified-to", type=_DAY, metavar="DAY", help="Files changed on this day or earlier."
    ),
    click.option(
        "--taken-from", type=_DAY, metavar="DAY", help="Pictures and clips of this day or later."
    ),
    click.option(
        "--taken-to", type=_DAY, metavar="DAY", help="Pictures and clips of this day or earlier."
    ),
    click.option("--min-bytes", type=Whole(), help="Files of this size or larger."),
    click.option("--max-bytes", type=Whole(), help="Files of this size or smaller."),
    click.option(
        "--orientation",
        type=click.Choice([shape.value for shape in Orientation]),
        help="Only this shape.",
    ),
    click.option(
        "--min-seconds", type=Finite(), help="Clips and moments of this length or longer."
    ),
    click.option(
        "--max-seconds", type=Finite(), help="Clips and moments of this length or shorter."
    ),
)

_RESULTS = (
    click.option(
        "-k", "top_k", default=TOP, show_default=True, help=f"Results, 1 to {MOST_RESULTS}."
    ),
    click.option(
        "--depth",
        default=DEPTH,
        show_default=True,
        help="Candidates the reranker sees; as many as -k at least.",
    ),
    click.option("--no-rerank", is_flag=True, help="Recall only."),
    click.option(
        "--picture-words",
        is_flag=True,
        help="Give the reranker the words that were read from a picture, too.",
    ),
    click.option("--no-collapse", is_flag=True, help="Nearly equal pictures side by side."),
    click.option(
        "--quota",
        type=_Quota(),
        multiple=True,
        metavar="KIND=N",
        help="At most N of this kind among the results, such as picture=5; several times.",
    ),
    click.option("--instruction", metavar="TEXT", help="What counts as a match, in a sentence."),
)


def query_options(command: Command) -> Command:
    """Everything that ``read_question`` reads, and a question in a file."""
    command = click.option(
        "--question",
        type=click.File("rb"),
        metavar="FILE",
        help="Ask what FILE says, as --json prints it, instead (- is standard input).",
    )(command)
    for option in reversed((*_QUERY, *_FILTERS, *_RESULTS)):
        command = option(command)
    return command


QUERY_NAMES = tuple(
    option.name or ""
    for option in click.command()(query_options(lambda: None)).params
    if option.name != "question"
)
"""The options that a question in a file replaces."""


def filter_options(command: Command) -> Command:
    """Everything that ``read_filter`` reads."""
    for option in reversed(_FILTERS):
        command = option(command)
    return command


def read_question(text: str, given: dict[str, Any], *, reranker: bool) -> Question:
    """The question that the options ask; files stand in it by their absolute paths.

    Exact words alone are not reranked here, so that they need no model.

    Args:
        text: The argument.
        given: The options.
        reranker: Whether there is one.

    Raises:
        UsageError: A value is out of its range.
    """
    words = WordsMode(given["words"])
    wants_rerank = not given["no_rerank"] and words is not WordsMode.ONLY
    return Question(
        text=text.strip(),
        files=_paths(*given["images"], *given["videos"], *given["documents"]),
        also=(
            *(Further(text=one) for one in given["also"]),
            *(Further(files=_paths(path)) for path in given["also_image"]),
            *(Further(files=_paths(path)) for path in given["also_video"]),
        ),
        like=tuple(map(ItemId, given["like"])),
        not_like=tuple(map(ItemId, given["not_like"])),
        unlike=given["unlike"].strip(),
        unlike_weight=given["unlike_weight"],
        words=words,
        where=read_filter(given),
        instruction=(given["instruction"] or "").strip() or None,
        top=given["top_k"],
        depth=given["depth"],
        rerank=wants_rerank and reranker,
        picture_words=given["picture_words"],
        collapse=not given["no_collapse"],
        quota={Kind(kind): most for kind, most in given["quota"]},
    )


def written_question(source: BinaryIO) -> Question:
    """The question in a file: its JSON, or the whole answer of ``search --json`` around it.

    Raises:
        UsageError: It is no such file.
    """
    try:
        found = orjson.loads(source.read(MOST_BYTES + 1)[:MOST_BYTES])
    except orjson.JSONDecodeError as error:
        raise _no_question(source, f"it is no JSON of up to {MOST_BYTES:,} bytes") from error
    if isinstance(found, dict) and isinstance(found.get("question"), dict):
        found = found["question"]
    if not isinstance(found, dict):
        raise _no_question(source, "it holds no object")
    return Question.read(found)


def files_at(base: Path, kept: Callable[[str], Path | None]) -> KnownFiles:
    """Finds the files of questions by their paths, from ``base`` on where they are relative.

    Where there is none, a key of the history is meant, whose file ``kept`` finds.
    """

    def known(keys: Sequence[str]) -> list[QuestionFile]:
        files = []
        for key in keys:
            # links are followed: whoever types a path means what it leads to
            path = (base / usable_path(key)).resolve()
            files.append(QuestionFile(key, path if path.exists() else kept(key) or path))
        return files

    return known


def _no_question(source: BinaryIO, why: str) -> UsageError:
    return UsageError(Message.of("question.file", name=source.name, why=why))


def _paths(*paths: Path) -> tuple[str, ...]:
    return tuple(os.path.abspath(path) for path in paths)


def read_filter(given: dict[str, Any]) -> ItemFilter:
    """Which items may be returned.

    Raises:
        UsageError: A value is out of its range.
    """
    folder, orientation = given["folder"], given["orientation"]
    days = ("modified_from", "modified_to", "taken_from", "taken_to")
    plain = ("min_bytes", "max_bytes", "min_seconds", "max_seconds")
    return ItemFilter(
        kinds=frozenset(map(Kind, given["kinds"])) or frozenset(Kind),
        folder=None if folder is None else Path(os.path.abspath(folder.expanduser())),
        orientation=None if orientation is None else Orientation(orientation),
        collection=given["collection"] or None,  # as in a file with a question
        tag=given["tag"] or None,
        **{name: given[name] for name in (*plain, *days)},
    )
