"""What a search answers to a program, as plain JSON: one form for command line, API and MCP."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, TypeAlias

from qwen3vl_app.types import Hit, Item, LeftOut, SearchUpdate
from qwen3vl_app.types.question import Question
from qwen3vl_app.types.run import KeptRun

Json: TypeAlias = dict[str, Any]


def item_row(item: Item) -> Json:
    """What names an item: its number, its file, and where in it it stands."""
    place = item.place
    row: Json = {"item": item.id, "path": str(item.path), "kind": item.kind.value}
    if place.page is not None:
        row["page"] = place.page
    if place.first_line is not None:
        row["lines"] = [place.first_line, place.last_line]
    if place.section:
        row["section"] = place.section
    if place.start is not None:
        row |= {"start": place.start, "end": place.end}
    return row


def answer(question: Question, update: SearchUpdate) -> Json:
    """The question, and both columns, ``top`` rows each.

    Every row has both ranks and both scores; ``rank`` is that of its column. What recall said of a
    hit stands there as it was, whatever the second stage makes of it.
    """
    return {
        "question": question.written(),
        "model": update.model,
        "recall": [
            {"rank": hit.recall_rank, **item_row(hit.item), **_judged(hit), **_standing(hit)}
            for hit in update.by_recall[: question.top]
        ],
        "reranked": [
            {"rank": hit.rank, **item_row(hit.item), **_judged(hit)}
            for hit in update.by_relevance[: question.top]
        ],
        "timings": {
            "embed_ms": update.timings.embed,
            "recall_ms": update.timings.recall,
            "rerank_ms": update.timings.rerank,
        },
        "left_out": _left_out(update.left_out),
        "doubt": None if update.doubt is None else update.doubt.value,
        "notes": list(map(str, update.notes)),
    }


def run_answer(kept: KeptRun, items: Mapping[Any, Item]) -> Json:
    """A run that is kept, with all its hits in recall order, by the names of :func:`answer`.

    An item that has left the library has its number alone.
    """
    run = kept.run
    return {
        "run": kept.id,
        "asked": kept.asked,
        "name": kept.name,
        "pinned": kept.pinned,
        "question": run.question.written(),
        "model": run.model,
        "reranker": run.reranker,
        "space": run.space,
        "version": run.version,
        "hits": [
            {
                **(item_row(items[one.item]) if one.item in items else {"item": one.item}),
                "recall_rank": one.recall_rank,
                "similarity": one.similarity,
                "rerank_rank": one.rank,
                "relevance": one.relevance,
                "logit": one.logit,
            }
            for one in run.hits
        ],
        "timings": {
            "embed_ms": run.timings.embed,
            "recall_ms": run.timings.recall,
            "rerank_ms": run.timings.rerank,
        },
    }


def _judged(hit: Hit) -> Json:
    """Both ranks and both scores; None where a stage said nothing of it."""
    return {
        "recall_rank": hit.recall_rank,
        "similarity": hit.similarity,
        "rerank_rank": hit.rank,
        "relevance": None if hit.score is None else hit.score.relevance,
        "logit": None if hit.score is None else hit.score.logit,
    }


def _standing(hit: Hit) -> Json:
    row: Json = {
        "percentile": hit.percentile,
        "stands_out": hit.stands_out,
        "words_rank": hit.words_rank,
        "copies": [{"item": copy.id, "path": str(copy.path)} for copy in hit.copies],
    }
    return row | {"found_by": list(hit.found_by)} if hit.found_by else row


def _left_out(left: LeftOut | None) -> Json | None:
    return None if left is None else asdict(left) | {"probably_nothing": left.probably_nothing}
