"""Balance in the Lab: how kinds compete over the last searches, or over questions asked for it."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from threading import Event
from time import monotonic
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from qwen3vl_app import __version__
from qwen3vl_app.errors import AppError
from qwen3vl_app.inspection.balances import balances
from qwen3vl_app.messages import Message
from qwen3vl_app.search.resolve import resolve_query
from qwen3vl_app.services import Services
from qwen3vl_app.types.ids import ItemId
from qwen3vl_app.types.judgement import asked_key, asked_text
from qwen3vl_app.types.question import Question
from qwen3vl_app.types.run import Owner, Run
from qwen3vl_app.ui.failures import UNEXPECTED, TooBusyError
from qwen3vl_app.ui.given_files import GivenFiles
from qwen3vl_app.ui.known_choices import known_question
from qwen3vl_app.ui.lanes import Lane
from qwen3vl_app.ui.lines import Lines, line
from qwen3vl_app.ui.message_rows import message_row
from qwen3vl_app.ui.routes.history import Known
from qwen3vl_app.ui.serialize import Json

MOST = 100
"""Searches that are looked at together."""

READING, MOST_READING = 1, 8
"""Answered at once, and waiting: each reads up to ``MOST`` searches with all their hits."""

ASKING = 1
"""Lists of questions that are asked at once; each is ``MOST`` searches at most."""

EVERY = 1.0
"""Seconds between two balances of what was asked so far."""

log = logging.getLogger(__name__)


class Asking(BaseModel):
    """Questions to be asked, one after the other."""

    questions: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=MOST)]


def balance_routes(services: Services, given: GivenFiles) -> APIRouter:
    """``GET /api/balance`` of one's own searches, ``POST`` of questions, streamed by line."""
    router = APIRouter(prefix="/api/balance")
    lane = Lane(READING, MOST_READING)
    asking: list[Event] = []

    @router.get("")
    async def balance(
        request: Request,
        owner: Known,
        only: Literal["saved"] | None = None,
        limit: Annotated[int, Query(ge=1, le=MOST)] = 20,
    ) -> Response:
        return await lane.answer(request, answer, owner, only, limit)

    @router.post("")
    def ask(job: Asking) -> StreamingResponse:
        if len(asking) >= ASKING:
            raise TooBusyError(Message.of("busy", n=len(asking)))
        questions = [known_question(one) for one in job.questions]
        over = Event()
        asking.append(over)
        asked = _Asked(services=services, given=given, questions=questions, over=over)
        return Lines(asked.lines(), over, lambda: asking.remove(over))

    def answer(owner: Owner, only: str | None, limit: int) -> Json:
        pinned = True if only == "saved" else None
        newest: dict[str, Run] = {}  # a question that was asked again counts once
        for one in services.finished.newest(limit, owner=owner, pinned=pinned):
            newest.setdefault(asked_key(one.run.question), one.run)
        return _row(services, [*newest.values()])

    return router


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """One request; its searches are kept nowhere."""

    services: Services
    given: GivenFiles
    questions: Sequence[Question]
    over: Event
    """Set when the client has left."""

    runs: list[Run] = field(default_factory=list)

    def lines(self) -> Iterator[bytes]:
        """A line for each question; some have the balance of those so far, the last one of all."""
        drawn = monotonic()
        for n, question in enumerate(self.questions, start=1):
            row: Json = {"n": n}
            try:
                self._ask(question)
            except AppError as error:
                row["message"] = message_row(error.message)
            except Exception:
                log.exception("A question could not be asked")
                row["message"] = message_row(UNEXPECTED)
            if self.over.is_set():
                return
            if n == len(self.questions) or monotonic() - drawn > EVERY:
                row["balance"] = _row(self.services, self.runs)
                drawn = monotonic()
            yield line(row)

    def _ask(self, question: Question) -> None:
        services = self.services
        budget = services.models.embedder_budget
        query = resolve_query(question, services.reader, self.given.every, budget)
        *_, last = services.engine.search(query, cancelled=self.over.is_set)
        self.runs.append(Run.of(question, last, version=__version__))


def _row(services: Services, runs: Sequence[Run]) -> Json:
    ids: list[ItemId] = [*{hit.item for run in runs for hit in run.hits}]
    kinds = {number: item.kind for number, item in services.library.items(ids).items()}
    texts = [asked_text(asked_key(run.question)) for run in runs]
    return asdict(balances(runs, kinds)) | {"texts": texts}
