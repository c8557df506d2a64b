"""``search``: one query, both stages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from qwen3vl_app.cli.common import (
    failures_said,
    one_line,
    opened,
    say_json,
    settings_from,
    shared_options,
)
from qwen3vl_app.cli.item_rows import item_row
from qwen3vl_app.cli.language import said
from qwen3vl_app.cli.listing import listed, listing_answer, say_listing
from qwen3vl_app.cli.query import (
    QUERY_NAMES,
    files_at,
    query_options,
    read_question,
    written_question,
)
from qwen3vl_app.errors import UsageError
from qwen3vl_app.messages import Message
from qwen3vl_app.search.resolve import resolve
from qwen3vl_app.types import Doubt, Hit, ItemFilter, LeftOut, Query, SearchUpdate, WordsMode

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

    from qwen3vl_app.services import Services
    from qwen3vl_app.types.question import Question

DOUBTS = {
    Doubt.RECALL: "Probably nothing here (recall: nothing stands out).",
    Doubt.RERANK: "Probably nothing here (rerank: no relevance above one half).",
    Doubt.UNIFORM: "Your library is very uniform; look at the order, not at the level.",
}
"""What may be wrong with all hits, in words."""


@click.command()
@click.argument("text", required=False, default="")
@query_options
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@shared_options
@click.pass_context
def search(
    context: click.Context,
    /,
    *,
    text: str,
    as_json: bool,
    **given: Any,  # noqa: ANN401  # the options of the query and the shared ones
) -> None:
    """Search the library by TEXT, pictures, clips or a mixture of them.

    With --also, several queries are asked at once, and every hit says which of them found it.
    A TEXT that begins with a minus stands behind two: search --words on -- "-draft report".
    Filters alone list what passes them, the newest first; that needs no model.
    """
    settings = settings_from(context, given)
    with failures_said(), opened(settings, writable=False) as services:
        question, base = _question(context, services, text, given)
        known = files_at(base, services.library.runs.files.find)
        asked = resolve(question, services.reader, known, services.models.embedder_budget)
        if isinstance(asked, ItemFilter):
            found = listed(services.library, asked, question.top)
        else:
            update, found = _last(services, asked), None
    if found is not None:
        say_json(listing_answer(question, *found)) if as_json else say_listing(*found)
    elif as_json:
        say_json(answer(question, update))
    else:
        _say(update, question.top)


def _question(
    context: click.Context, services: Services, text: str, given: dict[str, Any]
) -> tuple[Question, Path]:
    """What is asked, and where the relative paths in it begin.

    Raises:
        UsageError: Both a file and options ask something, or a value is out of its range.
    """
    source = given["question"]
    if source is None:
        return read_question(text, given, reranker=services.models.has_reranker), Path.cwd()
    for name in ("text", *QUERY_NAMES):
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            option = name.replace("_", "-")
            raise UsageError(Message.of("question.both", name=source.name, option=option))
    base = Path.cwd() if source.name == "<stdin>" else Path(source.name).absolute().parent
    return written_question(source), base


def _last(services: Services, query: Query) -> SearchUpdate:
    if query.words is not WordsMode.ONLY:
        services.models.start()
    updates = list(services.engine.search(query))
    for note in updates[-1].notes:
        click.echo(one_line(said(note)), err=True)
    return updates[-1]


def answer(question: Question, update: SearchUpdate) -> dict[str, object]:
    """What ``search --json`` prints: the question, and both columns, ``top`` rows each."""
    top_k = question.top
    return {
        "question": question.written(),
        "model": update.model,
        "recall": [
            {
                "rank": hit.recall_rank,
                **item_row(hit.item),
                "similarity": hit.similarity,
                **_standing(hit),
            }
            for hit in update.hits[:top_k]
        ],
        "reranked": [_reranked(hit) for hit in update.by_relevance[:top_k]],
        "timings": {
            "embed_ms": update.timings.embed,
            "recall_ms": update.timings.recall,
            "rerank_ms": update.timings.rerank,
        },
        "left_out": _left_out(update.left_out),
        "doubt": None if update.doubt is None else update.doubt.value,
        "notes": list(map(str, update.notes)),
    }


def _standing(hit: Hit) -> dict[str, object]:
    row: dict[str, object] = {
        "percentile": hit.percentile,
        "stands_out": hit.stands_out,
        "words_rank": hit.words_rank,
        "copies": [{"item": copy.id, "path": str(copy.path)} for copy in hit.copies],
    }
    return row | {"found_by": list(hit.found_by)} if hit.found_by else row


def _left_out(left: LeftOut | None) -> dict[str, object] | None:
    return None if left is None else asdict(left) | {"probably_nothing": left.probably_nothing}


def _reranked(hit: Hit) -> dict[str, object]:
    row = {"rank": hit.rank, "recall_rank": hit.recall_rank, **item_row(hit.item)}
    if hit.score is not None:
        row |= {"relevance": hit.score.relevance, "logit": hit.score.logit}
    return row


def _say(update: SearchUpdate, top_k: int) -> None:
    """A table for people: the order of the last stage that ran."""
    from rich.console import Console

    hits = (update.by_relevance or update.hits)[:top_k]
    if hits:
        # wide enough that no path is cut: the terminal wraps, a pipe does not care
        Console(width=10_000, soft_wrap=True).print(_table(hits))
    elif not update.notes:
        click.echo("Nothing found. Index some files first, or search in more kinds.", err=True)
    if update.doubt is not None:
        click.echo(DOUBTS[update.doubt], err=True)
    if update.left_out is not None:
        click.echo(_sentence(update.left_out, len(hits)), err=True)


def _table(hits: Sequence[Hit]) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    with_words = any(hit.words_rank is not None for hit in hits)
    several = any(hit.found_by for hit in hits)
    for heading in (
        "rank",
        "recall",
        *(["found by"] if several else []),
        *(["words"] if with_words else []),
        "relevance",
        "similarity",
    ):
        table.add_column(heading, justify="right", no_wrap=True)
    for heading in ("kind", "where", "file"):
        table.add_column(heading, no_wrap=True)
    for hit in hits:
        table.add_row(
            str(hit.rank or hit.recall_rank),
            str(hit.recall_rank),
            *([" ".join(map(_rank, hit.found_by))] if several else []),
            *([_rank(hit.words_rank)] if with_words else []),
            f"{hit.score.relevance:.3f}" if hit.score else "–",
            "–" if hit.similarity is None else f"{hit.similarity:.3f}",
            hit.item.kind.value,
            _where(hit),
            _file(hit),
        )
    return table


def _rank(rank: int | None) -> str:
    return "–" if rank is None else str(rank)


def _file(hit: Hit) -> Text:
    from rich.text import Text

    count = len(hit.copies)
    copies = f"  (+{count} near {'copy' if count == 1 else 'copies'})" if count else ""
    return Text(one_line(hit.item.path) + copies)


def _sentence(left: LeftOut, shown: int) -> str:
    more = "+" if left.more else ""
    one = left.above == 1 and not more
    if left.level is None:
        what = "contains the words" if one else "contain the words"
    else:
        what = f"{'stands' if one else 'stand'} out above {left.level:.2f}"
    are = "is" if left.hidden == 1 and not more else "are"
    hidden = f"; {left.hidden}{more} more {are} hidden by filters" if left.hidden else ""
    return f"Showing {shown}; {left.above}{more} {what}{hidden}."


def _where(hit: Hit) -> str:
    place = hit.item.place
    if place.page is not None:
        return f"page {place.page}"
    if place.first_line is not None:
        lines = f"lines {place.first_line}–{place.last_line}"
        return f"{one_line(place.section)}, {lines}" if place.section else lines
    if place.start is not None and place.end is not None:
        return f"{place.start:.0f}–{place.end:.0f} s"
    return ""
