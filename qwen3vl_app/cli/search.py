"""``search``: one query, both stages."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qwen3vl_app.cli.common import failures_said, opened, say_json, settings_from, shared_options
from qwen3vl_app.types import Hit, ItemFilter, Kind, Query, SearchUpdate

if TYPE_CHECKING:
    from qwen3vl_app.services import Services

_FILE = click.Path(path_type=Path)


@click.command()
@click.argument("text", required=False, default="")
@click.option("--image", "images", type=_FILE, multiple=True, help="A picture in the query.")
@click.option("--video", "videos", type=_FILE, multiple=True, help="A clip in the query.")
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    type=click.Choice([k.value for k in Kind]),
    help="Only these.",
)
@click.option("--collection", metavar="NAME", help="Only files of this collection.")
@click.option("-k", "top_k", default=20, show_default=True, help="Results, 1 to 100.")
@click.option("--depth", type=int, help="Candidates the reranker sees.  [default: as -k]")
@click.option("--no-rerank", is_flag=True, help="Recall only.")
@click.option("--instruction", metavar="TEXT", help="What counts as a match, in a sentence.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@shared_options
@click.pass_context
def search(
    context: click.Context,
    /,
    *,
    text: str,
    images: Sequence[Path],
    videos: Sequence[Path],
    kinds: Sequence[str],
    collection: str | None,
    top_k: int,
    depth: int | None,
    no_rerank: bool,
    instruction: str | None,
    as_json: bool,
    **given: Any,  # noqa: ANN401  # the shared options
) -> None:
    """Search the library by TEXT, pictures, clips or a mixture of them."""
    settings = settings_from(context, given)
    with failures_said(), opened(settings, writable=False) as services:
        query = Query(
            text=text,
            pictures=tuple(services.reader.picture(path) for path in images),
            clips=tuple(services.reader.clip(path) for path in videos),
            filter=ItemFilter(
                kinds=frozenset(map(Kind, kinds)) or frozenset(Kind), collection=collection
            ),
            instruction=instruction,
            top_k=top_k,
            depth=top_k if depth is None else depth,
            rerank=not no_rerank and services.models.has_reranker,
        )
        update = _last(services, query)
    asked: dict[str, object] = {
        "text": text,
        "images": [str(p) for p in images],
        "videos": [str(p) for p in videos],
    }
    if as_json:
        say_json(answer(asked, update, top_k))
    else:
        _say(update, top_k)


def _last(services: Services, query: Query) -> SearchUpdate:
    services.models.start()
    updates = list(services.engine.search(query))
    for note in updates[-1].notes:
        click.echo(note, err=True)
    return updates[-1]


def answer(asked: dict[str, object], update: SearchUpdate, top_k: int) -> dict[str, object]:
    """What ``search --json`` prints: both columns, ``top_k`` rows each."""
    return {
        "query": asked,
        "model": update.model,
        "recall": [
            {"rank": hit.recall_rank, **_item(hit), "similarity": hit.similarity}
            for hit in update.hits[:top_k]
        ],
        "reranked": [_reranked(hit) for hit in update.by_relevance[:top_k]],
        "timings": {
            "embed_ms": update.timings.embed,
            "recall_ms": update.timings.recall,
            "rerank_ms": update.timings.rerank,
        },
        "notes": list(update.notes),
    }


def _item(hit: Hit) -> dict[str, object]:
    place = hit.item.place
    row: dict[str, object] = {
        "item": hit.item.id,
        "path": str(hit.item.path),
        "kind": hit.item.kind.value,
    }
    if place.page is not None:
        row["page"] = place.page
    if place.first_line is not None:
        row["lines"] = [place.first_line, place.last_line]
    if place.start is not None:
        row |= {"start": place.start, "end": place.end}
    return row


def _reranked(hit: Hit) -> dict[str, object]:
    row = {"rank": hit.rank, "recall_rank": hit.recall_rank, **_item(hit)}
    if hit.score is not None:
        row |= {"relevance": hit.score.relevance, "logit": hit.score.logit}
    return row


def _say(update: SearchUpdate, top_k: int) -> None:
    """A table for people: the order of the last stage that ran."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for heading in ("rank", "recall", "relevance", "similarity"):
        table.add_column(heading, justify="right", no_wrap=True)
    for heading in ("kind", "where", "file"):
        table.add_column(heading, no_wrap=True)
    for hit in (update.by_relevance or update.hits)[:top_k]:
        relevance = f"{hit.score.relevance:.3f}" if hit.score else "–"
        table.add_row(
            str(hit.rank or hit.recall_rank),
            str(hit.recall_rank),
            relevance,
            "–" if hit.similarity is None else f"{hit.similarity:.3f}",
            hit.item.kind.value,
            _where(hit),
            Text(str(hit.item.path).encode("utf-8", "replace").decode()),
        )
    if update.hits:
        # wide enough that no path is cut: the terminal wraps, a pipe does not care
        Console(width=10_000, soft_wrap=True).print(table)
    else:
        click.echo("Nothing found. Index some files first, or search in more kinds.", err=True)


def _where(hit: Hit) -> str:
    place = hit.item.place
    if place.page is not None:
        return f"page {place.page}"
    if place.first_line is not None:
        return f"lines {place.first_line}–{place.last_line}"
    if place.start is not None and place.end is not None:
        return f"{place.start:.0f}–{place.end:.0f} s"
    return ""
