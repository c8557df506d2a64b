"""One hit looked at closer: what the models saw of it, and which of its parts it was found by.

All is asked with the run that a finished search is kept as, or with its question. Nothing
is written, so it is answered for strangers as well.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Generator
from dataclasses import dataclass
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from qwen3vl_app.errors import AppError, EmptyQueryError
from qwen3vl_app.inspection.evidence import Evidence
from qwen3vl_app.inspection.inspector import Inspector
from qwen3vl_app.inspection.other_models import other_models
from qwen3vl_app.messages import NOTHING, Message
from qwen3vl_app.search.discretion import discreet, told
from qwen3vl_app.search.resolve import resolve_query
from qwen3vl_app.services import Services
from qwen3vl_app.types import Item, Query
from qwen3vl_app.types.question import Question
from qwen3vl_app.types.run import Run
from qwen3vl_app.ui.failures import GoneError
from qwen3vl_app.ui.given_files import GivenFiles
from qwen3vl_app.ui.lanes import Lane
from qwen3vl_app.ui.message_rows import message_row
from qwen3vl_app.ui.own_runs import own_run
from qwen3vl_app.ui.owners import owner_of
from qwen3vl_app.ui.routes.history import LARGEST
from qwen3vl_app.ui.routes.media import INERT, known_item
from qwen3vl_app.ui.seen_pictures import SeenPictures
from qwen3vl_app.ui.serialize import Json
from qwen3vl_app.ui.serialize_evidence import cost_row, evidence_row, pieces_row, seen_row

LOOKING, MOST_LOOKING = 2, 8
"""Requests answered at once, and waiting: each may read a file, and wait for a model."""

FINDING, MOST_FINDING = 2, 4
"""The same for batches of evidence."""


class Inspected(BaseModel):
    """One item of one search."""

    item: Annotated[int, Field(ge=0, le=LARGEST)]
    run: Annotated[int, Field(ge=0, le=LARGEST)] | None = None
    """What the history keeps the search as."""

    question: dict[str, Any] | None = None
    """What was asked, where there is no run."""


@dataclass(frozen=True, slots=True, eq=False)
class _Hit:
    query: Query
    item: Item
    remark: Message
    """That other models answered the search; nothing where the present ones did."""


def hit_routes(services: Services, given: GivenFiles) -> APIRouter:
    """``POST /api/hits/seen``, ``/cost`` and ``/evidence``; ``GET /m/seen/{key}``."""
    router = APIRouter()
    inspector = Inspector(services.engine, services.models, services.library)
    pictures = SeenPictures()
    looking, finding = Lane(LOOKING, MOST_LOOKING), Lane(FINDING, MOST_FINDING)

    def remarked(hit: _Hit) -> Json:
        remark = told(hit.remark) if services.settings.read_only else hit.remark
        return {"remark": message_row(remark) if remark else None}

    @router.post("/api/hits/seen")
    async def seen(request: Request, job: Inspected) -> Response:
        def answer() -> Json:
            hit = _hit(services, given, request, job)
            strangers = services.settings.read_only
            row = seen_row(inspector.seen(hit.query, hit.item), pictures, strangers=strangers)
            return row | remarked(hit)

        return await looking.answer(request, answer)

    @router.post("/api/hits/cost")
    async def cost(request: Request, job: Inspected) -> Response:
        def answer() -> Json:
            hit = _hit(services, given, request, job)
            return cost_row(inspector.cost(hit.query, hit.item)) | remarked(hit)

        return await looking.answer(request, answer)

    @router.post("/api/hits/evidence")
    async def evidence(request: Request, job: Inspected) -> Response:
        def begin() -> tuple[Json, Generator[Evidence, None, None]]:
            hit = _hit(services, given, request, job)
            pieces = pieces_row(inspector.pieces(hit.query, hit.item), pictures)
            return pieces, inspector.evidence(hit.query, hit.item)

        pieces, steps = await looking.run(begin)
        lines = _lines(pieces, steps, finding, strangers=services.settings.read_only)
        headers = {"cache-control": "no-store"}
        return StreamingResponse(lines, media_type="application/x-ndjson", headers=headers)

    @router.get("/m/seen/{key}")
    def picture(key: str) -> Response:
        png = pictures.find(key)
        if png is None:
            raise GoneError(Message.of("thumbnail.gone"))
        headers = {"cache-control": "private, max-age=86400", **INERT}
        return Response(png, media_type="image/png", headers=headers)

    return router


async def _lines(
    pieces: Json, steps: Generator[Evidence, None, None], lane: Lane, *, strangers: bool
) -> AsyncIterator[bytes]:
    """A line of JSON for each batch. A client that leaves is the end: no further one is begun."""
    try:
        while (step := await lane.run(next, steps, None)) is not None:
            yield orjson.dumps(evidence_row(step) | pieces) + b"\n"
    except AppError as error:
        said = discreet(error) if strangers else error
        yield orjson.dumps({"stage": "failed", "message": message_row(said.message)}) + b"\n"
    finally:
        steps.close()


def _hit(services: Services, given: GivenFiles, request: Request, job: Inspected) -> _Hit:
    """The query and the item that a request means.

    Raises:
        GoneError: There is no such run of whoever asks, or no such item.
        AppError: The question cannot be asked.
    """
    item = known_item(services, job.item)
    question, run = _question(services, request, job)
    budget = services.models.embedder_budget
    query = resolve_query(question, services.reader, given.every, budget)
    remark = NOTHING if run is None else other_models(run, services.models)
    return _Hit(query, item, remark)


def _question(services: Services, request: Request, job: Inspected) -> tuple[Question, Run | None]:
    if job.run is None:
        if job.question is None:
            raise EmptyQueryError()
        return Question.read(job.question), None
    found = own_run(services, job.run, owner_of(request.scope)).run
    return found.question, found
