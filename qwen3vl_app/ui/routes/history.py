"""Finished searches: listed, pinned, deleted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel

from qwen3vl_app.messages import Message
from qwen3vl_app.services import Services
from qwen3vl_app.store.search_runs import SearchRuns
from qwen3vl_app.types import ItemId
from qwen3vl_app.types.run import KeptRun, RunId
from qwen3vl_app.ui.failures import GoneError
from qwen3vl_app.ui.serialize import Json, item_card

LARGEST = 2**53
"""Of numbers that the page's scripts can tell apart."""

MOST_SHOWN = 100
"""Runs of one answer; the page asks for more when it is scrolled to their end."""

Number = Annotated[int, Path(ge=0, le=LARGEST)]


class Pinning(BaseModel):
    """Keep a run for good, or no longer."""

    pinned: bool


def history_routes(services: Services) -> APIRouter:
    """``/api/history`` and ``/api/history/{run}``; gone where no history is kept."""
    router = APIRouter(prefix="/api/history")

    def kept() -> SearchRuns:
        if services.history is None:
            raise GoneError(Message.of("history.off"))
        return services.history.runs

    @router.get("")
    def newest(
        limit: Annotated[int, Query(ge=1, le=MOST_SHOWN)] = 50,
        before: Annotated[int | None, Query(ge=0, le=LARGEST)] = None,
    ) -> Json:
        runs = kept().newest(limit, before=None if before is None else RunId(before))
        return {"runs": run_rows(services, runs)}

    @router.put("/{run}")
    def pin(run: Number, job: Pinning) -> Json:
        if not kept().pin(RunId(run), on=job.pinned):
            raise _gone()
        return {"pinned": job.pinned}

    @router.delete("/{run}")
    def forget(run: Number) -> Json:
        if not kept().forget(RunId(run)):
            raise _gone()
        return {"deleted": 1}

    @router.delete("")
    def clear() -> Json:
        return {"deleted": kept().clear()}

    return router


def run_rows(services: Services, runs: Sequence[KeptRun]) -> list[Json]:
    """Runs as the page lists them: the question, and cards of the items that it names."""
    named = {item for one in runs for item in (*one.run.question.like, *one.run.question.not_like)}
    cards = {item.id: item_card(item) for item in services.library.items([*named]).values()}

    def of(items: Sequence[ItemId]) -> list[Json]:
        return [cards[item] for item in items if item in cards]

    return [
        {
            "id": one.id,
            "asked": one.asked,
            "pinned": one.pinned,
            "question": {"text": "", "files": [], **one.run.question.written()},
            "items": of((*one.run.question.like, *one.run.question.not_like)),
            "hits": len(one.run.hits),
            "model": one.run.model,
            "reranker": one.run.reranker,
        }
        for one in runs
    ]


def _gone() -> GoneError:
    return GoneError(Message.of("history.gone"))
