"""Compare in the Lab: questions under two settings, streamed line by line as they are answered."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from threading import Event
from typing import Annotated, Any

from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from qwen3vl_app.errors import AppError
from qwen3vl_app.evaluation.judgements import settled
from qwen3vl_app.inspection.comparison import alternately, compared, shown, with_settings
from qwen3vl_app.messages import Message
from qwen3vl_app.search.answering import choose_space
from qwen3vl_app.search.otherwise import Otherwise
from qwen3vl_app.search.resolve import resolve_query
from qwen3vl_app.services import Services
from qwen3vl_app.types import Query, SearchUpdate
from qwen3vl_app.types.judgement import asked_key
from qwen3vl_app.types.question import Question
from qwen3vl_app.types.run import Owner, RunId
from qwen3vl_app.ui.answered_by import AnsweredBy, check_answered, otherwise_by, space_rows
from qwen3vl_app.ui.failures import UNEXPECTED, TooBusyError
from qwen3vl_app.ui.given_files import GivenFiles
from qwen3vl_app.ui.known_choices import known_choices, known_question
from qwen3vl_app.ui.lines import Lines, line
from qwen3vl_app.ui.message_rows import message_row
from qwen3vl_app.ui.routes.history import Known
from qwen3vl_app.ui.serialize import Json
from qwen3vl_app.ui.serialize_hits import board_value

MOST_QUESTIONS = 100
"""Compared in one go."""

MOST_AT_ONCE = 2
"""Comparisons that run at once; each holds the documents of two searches in memory."""

log = logging.getLogger(__name__)


class Comparing(BaseModel):
    """Questions, and what each side has otherwise."""

    questions: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=MOST_QUESTIONS)]
    left: dict[str, Any] = {}
    right: dict[str, Any] = {}
    answered: Annotated[list[AnsweredBy], Field(max_length=2)] = []
    """What answers left and right; empty for what usually does."""

    keep: bool = False
    """Whether both searches are kept, so that they can be judged together."""


def comparison_routes(services: Services, given: GivenFiles) -> APIRouter:
    """``POST /api/comparison``.

    It answers a line of JSON for every step of one question, or one for each of several.
    """
    router = APIRouter(prefix="/api/comparison")
    running: list[Event] = []

    @router.get("/spaces")
    def spaces() -> Json:
        return space_rows(services)

    @router.post("")
    def compare(owner: Known, job: Comparing) -> StreamingResponse:
        if len(running) >= MOST_AT_ONCE:
            raise TooBusyError(Message.of("busy", n=len(running)))
        questions = [known_question(one) for one in job.questions]
        sides = (known_choices(job.left), known_choices(job.right))
        for side in sides:  # refuses before anything begins
            with_settings(questions[0], side)
        for one in job.answered:
            check_answered(services, one)
        over = Event()
        comparison = _Comparison(
            services=services,
            given=given,
            questions=tuple(questions),
            sides=sides,
            answered=job.answered,
            owner=owner,
            keep=job.keep,
            over=over,
        )
        running.append(over)
        return Lines(comparison.lines(), over, lambda: running.remove(over))

    return router


@dataclass(frozen=True, slots=True, kw_only=True)
class _Comparison:
    """One request: what is asked, how on each side, and for whom."""

    services: Services
    given: GivenFiles
    questions: tuple[Question, ...]
    sides: tuple[Json, Json]
    answered: Sequence[AnsweredBy]
    owner: Owner
    keep: bool
    over: Event
    """Set when the client has left."""

    def lines(self) -> Iterator[bytes]:
        """The answer; ends early where the client leaves."""
        try:
            otherwise = [otherwise_by(self.services, one) for one in self.answered]
            for n, question in enumerate(self.questions):
                if not self.over.is_set():
                    yield from self._answer(n, question, otherwise)
        except AppError as error:  # of what was to answer all of them
            yield line({"n": 0, "message": message_row(error.message)})
        finally:
            if any(one.space for one in self.answered):
                with suppress(AppError):  # lets go of embedders that no other search needs
                    choose_space(self.services.library, self.services.models)

    def _answer(
        self, n: int, question: Question, otherwise: Sequence[Otherwise]
    ) -> Iterator[bytes]:
        try:
            rows = self._steps(question, otherwise)
            for row in rows if len(self.questions) == 1 else [*rows][-1:]:
                yield line({"n": n, **row})
        except AppError as error:
            yield line({"n": n, "message": message_row(error.message)})
        except Exception:
            log.exception("A comparison failed")
            yield line({"n": n, "message": message_row(UNEXPECTED)})

    def _steps(self, question: Question, otherwise: Sequence[Otherwise]) -> Iterator[Json]:
        """The values of both boards as they grow, and last what the two have of each other."""
        engine, over = self.services.engine, self.over
        asked = [with_settings(question, side) for side in self.sides]
        queries = [self._resolved(one) for one in asked]
        last: dict[int, SearchUpdate] = {}
        steps = alternately(engine, queries, otherwise=otherwise, cancelled=over.is_set)
        for side, update in steps:
            last[side] = update
            yield {"side": side, "value": board_value(update, queries[side], seq=0)}
        if over.is_set() or len(last) < len(queries):
            return
        left, right = (shown(last[side], queries[side].top_k) for side in (0, 1))
        found = compared(left, right, max(query.top_k for query in queries))
        yield {
            "comparison": asdict(found),
            "runs": self._kept(asked, last),
            "grades": _grades(self.services, question, self.owner),
        }

    def _kept(self, asked: Sequence[Question], last: Mapping[int, SearchUpdate]) -> list[RunId]:
        """Both searches, where they are to be kept."""
        if not self.keep:
            return []
        keep = self.services.finished.keep
        return [keep(one, last[side], owner=self.owner) for side, one in enumerate(asked)]

    def _resolved(self, question: Question) -> Query:
        services = self.services
        budget = services.models.embedder_budget
        return resolve_query(question, services.reader, self.given.every, budget)


def _grades(services: Services, question: Question, owner: Owner) -> dict[int, int]:
    """What was said of items for this question, by whoever judged them."""
    asked = asked_key(question)
    said = services.library.judgements.current(owner=owner, asked=asked)
    return {int(item): grade for item, grade in settled(said).get(asked, {}).items()}
