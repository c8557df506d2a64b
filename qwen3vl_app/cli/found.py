"""What a search found, as a table for people, with what is to be said of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from qwen3vl_app.cli.common import one_line
from qwen3vl_app.cli.language import counted, said
from qwen3vl_app.messages import NOTHING, Message, listed
from qwen3vl_app.types import Hit, LeftOut, Place, SearchUpdate

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text


def say_found(update: SearchUpdate, top: int) -> None:
    """The ``top`` hits of the last stage that ran, and on standard error what to think of them."""
    from rich.console import Console

    hits = (update.by_relevance or update.by_recall)[:top]
    if hits:
        # wide enough that no path is cut: the terminal wraps, a pipe does not care
        Console(width=10_000, soft_wrap=True).print(_table(hits))
    elif not update.notes:
        click.echo(said(Message.of("cli.nothing_found")), err=True)
    if update.doubt is not None:
        click.echo(said(Message(f"cli.doubt.{update.doubt.value}")), err=True)
    if update.left_out is not None:
        click.echo(said(_summary(update.left_out, len(hits))), err=True)


def _table(hits: Sequence[Hit]) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    with_words = any(hit.words_rank is not None for hit in hits)
    several = any(hit.found_by for hit in hits)
    for column in (
        "rank",
        "recall",
        *(["found_by"] if several else []),
        *(["words"] if with_words else []),
        "relevance",
        "similarity",
    ):
        table.add_column(_heading(column), justify="right", no_wrap=True)
    for column in ("kind", "where", "file"):
        table.add_column(_heading(column), no_wrap=True)
    for hit in hits:
        table.add_row(
            str(hit.rank or hit.recall_rank),
            str(hit.recall_rank),
            *([" ".join(map(_rank, hit.found_by))] if several else []),
            *([_rank(hit.words_rank)] if with_words else []),
            f"{hit.score.relevance:.3f}" if hit.score else "–",
            "–" if hit.similarity is None else f"{hit.similarity:.3f}",
            said(Message(f"cli.kind.{hit.item.kind.value}")),
            said(_where(hit.item.place)),
            _file(hit),
        )
    return table


def _heading(column: str) -> str:
    return said(Message(f"cli.column.{column}"))


def _rank(rank: int | None) -> str:
    return "–" if rank is None else str(rank)


def _file(hit: Hit) -> Text:
    from rich.text import Text

    count = len(hit.copies)
    copies = f"  {said(counted('cli.copies', count))}" if count else ""
    return Text(one_line(hit.item.path) + copies)


def _summary(left: LeftOut, shown: int) -> Message:
    """How many items are shown, and how many of those that might be are not."""
    above = _at_least(left.above, left)
    found = (
        counted("cli.contain", above)
        if left.level is None
        else counted("cli.stand_out", above, level=left.level)
    )
    if left.hidden:
        hidden = counted("cli.hidden", _at_least(left.hidden, left))
        found = listed([found, hidden], "list.apart")
    return Message.of("cli.showing", shown=shown, found=found)


def _at_least(n: int, left: LeftOut) -> int | str:
    return f"{n}+" if left.more else n


def _where(place: Place) -> Message:
    if place.page is not None:
        return Message.of("cli.page", n=place.page)
    if place.first_line is not None and place.last_line is not None:
        lines = Message.of("cli.lines", first=place.first_line, last=place.last_line)
        section = one_line(place.section)
        return Message.of("cli.section", section=section, lines=lines) if section else lines
    if place.start is not None and place.end is not None:
        return Message.of("cli.seconds", start=place.start, end=place.end)
    return NOTHING
