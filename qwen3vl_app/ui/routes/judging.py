"""Judging in the Lab: pools of hits without names or scores, grades, and what they say."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from qwen3vl_app.evaluation.grade_files import read_grades
from qwen3vl_app.evaluation.judging import MOST_POOLED, Judging
from qwen3vl_app.messages import Message
from qwen3vl_app.services import Services
from qwen3vl_app.store.judgements import LONGEST_NOTE, checked_judge
from qwen3vl_app.types import ItemId
from qwen3vl_app.types.run import Owner, RunId
from qwen3vl_app.ui.failures import GoneError
from qwen3vl_app.ui.judgement_rows import (
    judgement_row,
    judgements_csv,
    judgements_json,
    pool_row,
    progress_row,
    report_row,
)
from qwen3vl_app.ui.lanes import Lane
from qwen3vl_app.ui.routes.history import LARGEST, Known
from qwen3vl_app.ui.serialize import Json

FIRST = 10
"""Hits of every stage that are judged, unless more or fewer are asked for."""

REPORTING, MOST_REPORTING = 1, 8
"""Reports made at once, and waiting: each reads all searches and draws thousands of samples."""

LONGEST_NAME = 200
"""Characters of a judge's name that are looked at at all."""

First = Annotated[int, Query(ge=1, le=50)]
Number = Annotated[int, Field(ge=0, le=LARGEST)]
Judge = Annotated[str, Query(max_length=LONGEST_NAME)]
Runs = Annotated[list[Annotated[int, Field(ge=0, le=LARGEST)]], Query(max_length=MOST_POOLED)]


class Grading(BaseModel):
    """A judge's grade of an item for what a run looks for."""

    run: Number
    item: Annotated[int, Field(ge=1, le=LARGEST)]
    judge: Annotated[str, Field(max_length=LONGEST_NAME)]
    grade: Annotated[int, Field(ge=0, le=3)]
    note: Annotated[str, Field(max_length=4 * LONGEST_NOTE)] = ""


class Undoing(BaseModel):
    """Take back the last grade of a judge for what a run looks for."""

    run: Number
    judge: Annotated[str, Field(max_length=LONGEST_NAME)]


class Bringing(BaseModel):
    """Grades of a file that this program wrote."""

    text: str


def judging_routes(services: Services) -> APIRouter:
    """``/api/judging*``; everybody has their own grades, as they have their own searches."""
    router = APIRouter(prefix="/api/judging")
    judging = Judging(services.library, services.finished)
    _judge(router, services, judging)
    _tell(router, services, judging)
    return router


def _judge(router: APIRouter, services: Services, judging: Judging) -> None:
    grades = services.library.judgements

    def pool_of(runs: list[int], judge: str, k: int, owner: Owner) -> Json:
        pool = judging.pool([RunId(run) for run in runs], k, owner=owner)
        name = checked_judge(judge) if judge.strip() else ""
        return pool_row(pool, grades.current(owner=owner, asked=pool.asked, judge=name))

    @router.get("/pool")
    def pool(owner: Known, run: Runs, judge: Judge = "", k: First = FIRST) -> Json:
        return pool_of(run, judge, k, owner)

    @router.put("/grade")
    def grade(owner: Known, job: Grading) -> Json:
        asked = judging.asked(RunId(job.run), owner=owner)
        if not grades.add(asked, ItemId(job.item), job.judge, job.grade, job.note, owner=owner):
            raise GoneError(Message.of("item.gone", item=str(job.item)))
        return {"item": job.item, "grade": job.grade}

    @router.post("/clear")
    def clear(owner: Known) -> Json:
        return {"cleared": grades.clear(owner=owner)}

    @router.post("/restore")
    def restore(owner: Known) -> Json:
        return {"restored": grades.restore(owner=owner)}

    @router.post("/import")
    def bring(owner: Known, job: Bringing) -> Json:
        found = read_grades(job.text)
        return {"found": len(found), "added": grades.bring(found, owner=owner)}

    @router.post("/undo")
    def undo(owner: Known, job: Undoing) -> Json:
        asked = judging.asked(RunId(job.run), owner=owner)
        return {"undone": grades.undo(asked, job.judge, owner=owner)}


def _tell(router: APIRouter, services: Services, judging: Judging) -> None:
    lane = Lane(REPORTING, MOST_REPORTING)

    @router.get("/questions")
    async def questions(
        request: Request, owner: Known, judge: Judge = "", k: First = FIRST
    ) -> Response:
        return await lane.answer(request, listed, owner, judge, k)

    def listed(owner: Owner, judge: str, k: int) -> Json:
        name = checked_judge(judge) if judge.strip() else ""
        rows = judging.questions(name, k, owner=owner)
        return {"questions": [progress_row(one) for one in rows]}

    @router.get("/report")
    async def report(
        request: Request,
        owner: Known,
        run: Annotated[int | None, Query(ge=0, le=LARGEST)] = None,
        k: First = FIRST,
    ) -> Response:
        return await lane.answer(request, reported, owner, run, k)

    def reported(owner: Owner, run: int | None, k: int) -> Json:
        only = None if run is None else RunId(run)
        return report_row(judging.report(k, owner=owner, run=only))

    @router.get("/export/{form}")
    async def export(owner: Known, form: Literal["json", "csv"]) -> Response:
        return await lane.run(written, owner, form)

    def written(owner: Owner, form: str) -> Response:
        found = judging.judgements(owner=owner)
        known = services.library.items([one.item for one in found if one.item is not None])
        rows = [judgement_row(one, known) for one in found]
        body = judgements_csv(rows) if form == "csv" else judgements_json(rows)
        kind = "text/csv; charset=utf-8" if form == "csv" else "application/json"
        headers = {
            "content-disposition": f'attachment; filename="judgements.{form}"',
            "cache-control": "no-store",
        }
        return Response(body, media_type=kind, headers=headers)
