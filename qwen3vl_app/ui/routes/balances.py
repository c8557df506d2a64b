"""Balance in the Lab: how kinds compete over the last searches."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response

from qwen3vl_app.inspection.balances import balances
from qwen3vl_app.services import Services
from qwen3vl_app.types.judgement import asked_key, asked_text
from qwen3vl_app.types.run import Owner, Run
from qwen3vl_app.ui.lanes import Lane
from qwen3vl_app.ui.routes.history import Known
from qwen3vl_app.ui.serialize import Json

MOST = 100
"""Searches that are looked at together."""

READING, MOST_READING = 1, 8
"""Answered at once, and waiting: each reads up to ``MOST`` searches with all their hits."""


def balance_routes(services: Services) -> APIRouter:
    """``GET /api/balance``; everybody has their own searches."""
    router = APIRouter(prefix="/api/balance")
    lane = Lane(READING, MOST_READING)

    @router.get("")
    async def balance(
        request: Request,
        owner: Known,
        only: Literal["saved"] | None = None,
        limit: Annotated[int, Query(ge=1, le=MOST)] = 20,
    ) -> Response:
        return await lane.answer(request, answer, owner, only, limit)

    def answer(owner: Owner, only: str | None, limit: int) -> Json:
        pinned = True if only == "saved" else None
        newest: dict[str, Run] = {}  # a question that was asked again counts once
        for one in services.finished.newest(limit, owner=owner, pinned=pinned):
            newest.setdefault(asked_key(one.run.question), one.run)
        ids = [*{hit.item for run in newest.values() for hit in run.hits}]
        kinds = {number: item.kind for number, item in services.library.items(ids).items()}
        found = balances([*newest.values()], kinds)
        return asdict(found) | {"texts": [asked_text(asked) for asked in newest]}

    return router
