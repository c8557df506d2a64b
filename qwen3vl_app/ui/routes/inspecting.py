"""What a finished run shows when asked: how its stages agree, other depths, ties, kinds."""

from __future__ import annotations

from collections.abc import AsyncIterator, Generator
from contextlib import closing
from dataclasses import asdict

import orjson
from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from qwen3vl_app.errors import AppError
from qwen3vl_app.inspection.agreement import agreement
from qwen3vl_app.inspection.balance import balance
from qwen3vl_app.inspection.depth import depths
from qwen3vl_app.inspection.rescoring import Plan, PlannedWay, Rescoring, Step
from qwen3vl_app.inspection.stability import spreads, ties
from qwen3vl_app.search.ways import Way
from qwen3vl_app.services import Services
from qwen3vl_app.types import ItemId, Kind
from qwen3vl_app.types.run import Owner, Run
from qwen3vl_app.ui.given_files import GivenFiles
from qwen3vl_app.ui.lanes import Lane
from qwen3vl_app.ui.message_rows import message_row
from qwen3vl_app.ui.own_runs import own_run
from qwen3vl_app.ui.routes.history import Number, Whose
from qwen3vl_app.ui.serialize import Json

JUDGING, MOST_JUDGING = 1, 4
"""Runs that are judged again at once, and waiting: it holds up the searches of all."""


class Wanted(BaseModel):
    """In which ways a run is to be judged again."""

    ways: list[Way]


def inspecting_routes(services: Services, given: GivenFiles) -> APIRouter:
    """``/api/inspect/{run}/*``; everybody sees their own runs."""
    router = APIRouter(prefix="/api/inspect/{run}")

    @router.get("/agreement")
    def agreeing(owner: Whose, run: Number) -> Json:
        return asdict(agreement(_run(services, run, owner)))

    @router.get("/depth")
    def all_depths(owner: Whose, run: Number) -> Json:
        found = _run(services, run, owner)
        return asdict(depths(found, kinds_of(services, found)))

    @router.get("/balance")
    def balanced(owner: Whose, run: Number) -> Json:
        found = _run(services, run, owner)
        return asdict(balance(found, kinds_of(services, found)))

    _judge_again(router, services, given)
    return router


def _judge_again(router: APIRouter, services: Services, given: GivenFiles) -> None:
    lane = Lane(JUDGING, MOST_JUDGING)
    rescoring = Rescoring(services.library, services.engine, services.models, services.reader)

    @router.get("/stability")
    def cost(owner: Whose, run: Number) -> Json:
        return plan_row(rescoring.plan(_run(services, run, owner)))

    @router.post("/stability")
    async def again(owner: Whose, run: Number, job: Wanted) -> StreamingResponse:
        def begun() -> tuple[Run, Generator[Step, None, None]]:
            found = _run(services, run, owner)
            ways = [way for way in rescoring.plan(found).possible if way in job.ways]
            return found, rescoring.steps(found, rescoring.query_of(found, given.every), ways)

        lines = _lines(*await lane.run(begun), lane)
        return StreamingResponse(lines, media_type="application/x-ndjson")


async def _lines(run: Run, steps: Generator[Step, None, None], lane: Lane) -> AsyncIterator[bytes]:
    """One line of JSON for every step; who leaves ends it after the slice in work."""
    last: Step | None = None

    def following() -> bytes:
        nonlocal last
        try:
            last = next(steps)
        except StopIteration:
            return b""
        except AppError as error:
            return orjson.dumps({"failed": message_row(error.message)})
        return orjson.dumps(step_row(run, last))

    with closing(steps):
        while line := await lane.run(following):
            yield line + b"\n"


def step_row(run: Run, step: Step) -> Json:
    """How far it has come, with ± of each hit and what cannot be told apart."""
    order = spreads(run.judged, step.found.values())
    return {
        "done": step.done,
        "total": step.total,
        "hits": [
            {"item": one.item, "relevance": one.relevance, "low": one.low, "high": one.high}
            for one in order
        ],
        "ties": ties(order),
    }


def plan_row(plan: Plan) -> Json:
    """What it would cost, for the page."""
    return {
        "candidates": plan.candidates,
        "seconds": plan.seconds,
        "measured": plan.measured,
        "ways": list(map(_way_row, plan.ways)),
    }


def _way_row(planned: PlannedWay) -> Json:
    return {
        "way": planned.way.value,
        "why_not": message_row(planned.why_not) if planned.why_not else None,
        "memory": planned.memory_bytes,
        "dtype": planned.dtype,
    }


def kinds_of(services: Services, run: Run) -> dict[ItemId, Kind]:
    """The kinds of the items of a run that are still in the library."""
    found = services.library.items([one.item for one in run.hits])
    return {number: item.kind for number, item in found.items()}


def _run(services: Services, run: int, owner: Owner | None) -> Run:
    return own_run(services, run, owner).run
