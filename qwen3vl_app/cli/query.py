"""The options that make up a query, and what they mean."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from qwen3vl_app.types import (
    MOST_RESULTS,
    Ask,
    ItemFilter,
    ItemId,
    Kind,
    Orientation,
    Query,
    WordsMode,
)

if TYPE_CHECKING:
    from qwen3vl_app.services import Services

Command = TypeVar("Command", bound=Callable[..., Any])

_PATH = click.Path(path_type=Path)
_FILE = click.Path(path_type=Path, exists=True)


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

_QUERY = (
    click.option("--image", "images", type=_FILE, multiple=True, help="A picture in the query."),
    click.option("--video", "videos", type=_FILE, multiple=True, help="A clip in the query."),
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
        "--like", type=int, multiple=True, metavar="ITEM", help="Like this item of the library."
    ),
    click.option("--not-like", type=int, multiple=True, metavar="ITEM", help="Unlike this item."),
    click.option("--unlike", default="", metavar="TEXT", help="Unlike this text."),
    click.option(
        "--unlike-weight",
        type=float,
        default=0.5,
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
    click.option("--min-bytes", type=int, help="Files of this size or larger."),
    click.option("--max-bytes", type=int, help="Files of this size or smaller."),
    click.option(
        "--orientation",
        type=click.Choice([shape.value for shape in Orientation]),
        help="Only this shape.",
    ),
    click.option("--min-seconds", type=float, help="Clips and moments of this length or longer."),
    click.option("--max-seconds", type=float, help="Clips and moments of this length or shorter."),
)

_RESULTS = (
    click.option(
        "-k", "top_k", default=20, show_default=True, help=f"Results, 1 to {MOST_RESULTS}."
    ),
    click.option("--depth", type=int, help="Candidates the reranker sees.  [default: as -k]"),
    click.option("--no-rerank", is_flag=True, help="Recall only."),
    click.option("--no-collapse", is_flag=True, help="Nearly equal pictures side by side."),
    click.option("--instruction", metavar="TEXT", help="What counts as a match, in a sentence."),
)


def query_options(command: Command) -> Command:
    """Everything that ``read_query`` reads."""
    for option in reversed((*_QUERY, *_FILTERS, *_RESULTS)):
        command = option(command)
    return command


def filter_options(command: Command) -> Command:
    """Everything that ``read_filter`` reads."""
    for option in reversed(_FILTERS):
        command = option(command)
    return command


def read_query(services: Services, text: str, given: dict[str, Any]) -> Query:
    """The query that was given; pictures and clips are read here.

    Exact words alone are never reranked, so that they need no model.

    Raises:
        UsageError: A value is out of its range.
        UnreadableMediaError: A picture or clip of the query cannot be decoded.
    """
    words = WordsMode(given["words"])
    top_k, depth = given["top_k"], given["depth"]
    reranks = not given["no_rerank"] and words is not WordsMode.ONLY
    return Query(
        text=text,
        pictures=tuple(services.reader.picture(path) for path in given["images"]),
        clips=tuple(services.reader.clip(path) for path in given["videos"]),
        also=(
            *(Ask(text=one) for one in given["also"]),
            *(Ask(pictures=(services.reader.picture(path),)) for path in given["also_image"]),
            *(Ask(clips=(services.reader.clip(path),)) for path in given["also_video"]),
        ),
        like=tuple(map(ItemId, given["like"])),
        not_like=tuple(map(ItemId, given["not_like"])),
        unlike=given["unlike"],
        unlike_weight=given["unlike_weight"],
        words=words,
        filter=read_filter(given),
        instruction=given["instruction"],
        top_k=top_k,
        depth=top_k if depth is None else depth,
        rerank=reranks and services.models.has_reranker,
        collapse=not given["no_collapse"],
    )


def read_filter(given: dict[str, Any]) -> ItemFilter:
    """Which items may be returned.

    Raises:
        UsageError: A value is out of its range.
    """
    folder, orientation = given["folder"], given["orientation"]
    days = ("modified_from", "modified_to", "taken_from", "taken_to")
    plain = ("collection", "tag", "min_bytes", "max_bytes", "min_seconds", "max_seconds")
    return ItemFilter(
        kinds=frozenset(map(Kind, given["kinds"])) or frozenset(Kind),
        folder=None if folder is None else Path(os.path.abspath(folder.expanduser())),
        orientation=None if orientation is None else Orientation(orientation),
        **{name: given[name] for name in (*plain, *days)},
    )
