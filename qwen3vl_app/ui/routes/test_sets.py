"""Test sets in the Lab: what sets have said so far, and pinned questions."""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterator
from pathlib import Path
from threading import Event
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from qwen3vl_app.errors import AppError
from qwen3vl_app.evaluation.asking import Parts
from qwen3vl_app.evaluation.evaluating import Evaluation, Steps, evaluating
from qwen3vl_app.evaluation.measures import Measure, usual
from qwen3vl_app.evaluation.pinning import are_settled, check, is_stale
from qwen3vl_app.evaluation.pool import Stage, rankings
from qwen3vl_app.messages import Message
from qwen3vl_app.services import Services
from qwen3vl_app.store.encoding import display
from qwen3vl_app.types import ItemId
from qwen3vl_app.types.pin import Pin
from qwen3vl_app.types.run import KeptRun, Owner, RunId
from qwen3vl_app.types.test_set import LONGEST_NAME, TestSet
from qwen3vl_app.ui.failures import UNEXPECTED, GoneError, TooBusyError
from qwen3vl_app.ui.lanes import Lane
from qwen3vl_app.ui.lines import Lines, line
from qwen3vl_app.ui.local_use import is_local
from qwen3vl_app.ui.message_rows import message_row
from qwen3vl_app.ui.pin_rows import checked_row, history_rows, pin_row
from qwen3vl_app.ui.routes.history import LARGEST, Known
from qwen3vl_app.ui.routes.set_files import kept_set
from qwen3vl_app.ui.serialize import Json

ASKING, MOST_WAITING = 1, 8
"""Requests answered at once, and waiting: checking asks every pinned question."""

PINNABLE = 20
"""Hits of a search of which one can be pinned."""

FIRST = 10
"""Hits that measures look at, as the command has it."""

log = logging.getLogger(__name__)

Name = Annotated[str, Query(max_length=LONGEST_NAME)]
Number = Annotated[int, Field(ge=0, le=LARGEST)]


class Pinning(BaseModel):
    """A hit of a search that must stay among its first hits, or must not be there."""

    run: Number
    item: Annotated[int, Field(ge=1, le=LARGEST)]
    must: bool
    first: Annotated[int, Field(ge=1, le=300)]


class Unpinning(BaseModel):
    """A pin that is taken away."""

    pin: Number


class Evaluating(BaseModel):
    """A set that is asked."""

    name: Annotated[str, Field(max_length=LONGEST_NAME)]
    stage: Literal["recall", "rerank", "both"] = "both"


def test_set_routes(services: Services) -> APIRouter:
    """``/api/sets*``; sets and pins are the library's, as its tags are, not of one browser."""
    router = APIRouter(prefix="/api/sets")
    lane = Lane(ASKING, MOST_WAITING)
    answers = _Answers(services)
    running: list[Event] = []

    @router.get("")
    async def known(request: Request) -> Response:
        local = is_local(request, services.settings)
        return await lane.answer(request, answers.known, local)

    @router.get("/history")
    async def history(request: Request, name: Name, measure: Name = "ndcg@10") -> Response:
        return await lane.answer(request, answers.history, name, measure)

    @router.post("/evaluate")
    def evaluate(job: Evaluating) -> StreamingResponse:
        found = kept_set(services, job.name)
        if running:
            raise TooBusyError(Message.of("busy", n=len(running)))
        over = Event()
        running.append(over)
        stages = [*Stage] if job.stage == "both" else [Stage(job.stage)]
        return Lines(answers.evaluated(found, stages, over), over, lambda: running.remove(over))

    @router.get("/pinnable")
    def pinnable(owner: Known, run: Annotated[int, Query(ge=0, le=LARGEST)]) -> Json:
        return answers.pinnable(run, owner)

    @router.post("/pins")
    def pin(owner: Known, job: Pinning) -> Json:
        return answers.pin(job, owner)

    @router.post("/pins/remove")
    def unpin(job: Unpinning) -> Json:
        return {"removed": services.library.pins.remove(job.pin)}

    @router.post("/pins/check")
    async def check_all() -> Response:
        return await lane.change(answers.checked)

    return router


class _Answers:
    """A public demonstration has no sets and pins to show."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._library = services.library
        self._parts = Parts(services.library, services.engine, services.reader, services.models)

    def known(self, local: bool) -> Json:
        if self._services.settings.read_only:
            return {"sets": [], "pins": [], "stale": False, "local": False}
        every = self._library.pins.all()
        return {
            "sets": [
                {
                    "name": one.name,
                    "collection": one.collection,
                    "questions": len(one.questions),
                    "documents": len(one.named),
                    "grades": len(one.grades),
                }
                for one in self._library.test_sets.all()
            ],
            "pins": [_told(pin_row(self._services, one)) for one in every],
            "stale": self._is_stale(every),
            "local": local,
        }

    def history(self, name: str, measure: str) -> Json:
        wanted = str(Measure.read(measure))
        hidden = self._services.settings.read_only
        kept = [] if hidden else self._library.test_sets.evaluations(name)
        rows = history_rows(kept, wanted)
        return {"name": name, "measure": wanted, "history": rows}

    def evaluated(self, found: TestSet, stages: list[Stage], over: Event) -> Iterator[bytes]:
        """How many questions were asked, line by line, and last the row of the history."""
        steps = evaluating(
            self._parts,
            found,
            stages=stages,
            measures=usual(FIRST),
            settings={},
            cancelled=over.is_set,
        )
        try:
            evaluation = yield from _steps(steps, over)
            if evaluation is not None:
                sets = self._library.test_sets
                kept = sets.add_evaluation(found.name, evaluation.written())
                yield line({"run": kept, "missing": len(evaluation.missing)})
        except AppError as error:
            yield line({"message": message_row(error.message)})
        except Exception:
            log.exception("An evaluation failed")
            yield line({"message": message_row(UNEXPECTED)})

    def pinnable(self, run: int, owner: Owner) -> Json:
        kept = self._run(run, owner)
        *_, final = rankings(kept.run).values()
        items = self._library.items(final[:PINNABLE])
        hits = [{"item": int(one.id), "name": _name(one.path)} for one in items.values()]
        return {"text": kept.run.question.text, "hits": hits}

    def pin(self, job: Pinning, owner: Owner) -> Json:
        asked = self._run(job.run, owner).run.question
        pins = self._library.pins
        number = pins.add(asked, ItemId(job.item), must=job.must, first=job.first)
        if number is None:
            raise GoneError(Message.of("item.gone", item=str(job.item)))
        return {"pin": number}

    def checked(self) -> Json:
        """Ask all pins and keep how they stand."""
        self._library.writer.has_work()  # refuses where nothing may be kept
        rows = []
        for pin in self._library.pins.all():
            found = check(self._parts, pin)
            if found.state is not None:
                self._library.pins.note(pin.id, found.state)
            row = _told(checked_row(self._services, found))
            rows.append(row | {"why": message_row(found.why) if found.why else None})
        return {"pins": rows}

    def _is_stale(self, every: list[Pin]) -> bool:
        if not are_settled(self._services.models):
            return False  # it is looked at again once they are loaded
        try:
            return any(is_stale(self._parts, one) for one in every)
        except AppError:  # a pin wants a model that is not there: checking says so
            return True

    def _run(self, run: int, owner: Owner) -> KeptRun:
        found = self._services.finished.find(RunId(run), owner=owner)
        if found is None:
            raise GoneError(Message.of("history.gone"))
        return found


def _steps(steps: Steps, over: Event) -> Generator[bytes, None, Evaluation | None]:
    """Each as a line; what comes of them, or None where the client has left."""
    while not over.is_set():
        try:
            done, of = next(steps)
        except StopIteration as end:
            found: Evaluation = end.value
            return found
        yield line({"done": done, "of": of})
    return None


def _told(row: Json) -> Json:
    """With names instead of paths, which may be no text, and the words of the question alone."""
    moved = row.get("moved")
    kept = {name: value for name, value in row.items() if name not in ("question", "conditions")}
    kept |= {"text": row["question"].get("text", ""), "name": _item_name(row["item"])}
    kept.pop("item")
    if moved is not None:
        kept["moved"] = moved | {"above": [_item_name(one) for one in moved["above"]]}
    return kept


def _item_name(row: Json | None) -> str:
    return "" if row is None else _name(Path(row["path"]))


def _name(path: Path) -> str:
    return display(Path(path.name))
