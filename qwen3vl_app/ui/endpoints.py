"""The endpoints for programs: five functions, which gradio serves as its API and as MCP tools.

Off unless asked for (``--api``, ``--mcp``). They ask what the page asks, by the same ``Question``
and engine, and answer what ``search --json`` does. Nothing is written but the run in the history.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import gradio as gr
import orjson
from gradio.events import api

from qwen3vl_app.errors import AppError
from qwen3vl_app.search.answers import answer, item_row, run_answer
from qwen3vl_app.search.discretion import discreet
from qwen3vl_app.search.resolve import resolve_query
from qwen3vl_app.services import Services
from qwen3vl_app.types.question import DEPTH, TOP, Question
from qwen3vl_app.ui.given_files import GivenFiles
from qwen3vl_app.ui.known_choices import known_choices, known_keys, known_text
from qwen3vl_app.ui.lanes import Lane
from qwen3vl_app.ui.own_runs import own_run
from qwen3vl_app.ui.owners import owner_of_event
from qwen3vl_app.ui.recent_calls import RecentCalls
from qwen3vl_app.ui.routes.indexing import StatusBoard
from qwen3vl_app.ui.routes.media import known_item
from qwen3vl_app.ui.serialize import Json, thumb_address

ASKING, MOST_ASKING = 4, 32
"""Calls answered at once, and waiting: at the model they take turns with the page's searches."""

_NAMES = {"path": "file"}

LONGEST_TEXT = 20_000
"""Characters of an item's text."""


class Endpoints:
    """The functions, each a coroutine that gradio calls with what the gate let through."""

    def __init__(self, services: Services, given: GivenFiles, calls: RecentCalls) -> None:
        self._services = services
        self._given = given
        self._calls = calls
        self._board = StatusBoard(services)
        self._lane = Lane(ASKING, MOST_ASKING)

    def all(self) -> tuple[Callable[..., Any], ...]:
        """The five, with names and documentation as clients see them."""
        endpoints = self

        async def search(  # noqa: PLR0917, D417  # gradio tells clients of no request
            request: gr.Request,
            text: str = "",
            instruction: str = "",
            files: list[str] = [],  # noqa: B006  # gradio shows the default, nothing changes it
            top: int = TOP,
            depth: int = DEPTH,
            rerank: bool = True,
            choices: dict[str, Any] = {},  # noqa: B006
        ) -> dict[str, Any]:
            """Search the library: recall by similarity, then rerank by relevance.

            Answers both rankings. Every hit has recall_rank, similarity, rerank_rank, relevance
            and logit.

            Args:
                text: What to look for.
                instruction: What the models are told to look for, for this input alone.
                files: Keys of pictures or clips to search with, as the upload route gives them.
                top: Hits of each ranking.
                depth: Recall candidates that the reranker judges.
                rerank: Whether the second stage runs.
                choices: What else a question may say, as search --json writes it: kinds, words.
            """
            said = {"top": top, "depth": depth, "rerank": rerank, "instruction": instruction}

            def written() -> Json:
                asked = {"text": known_text(text).strip(), "files": known_keys(files)}
                return {**known_choices(choices), **known_choices(said), **asked}

            return await endpoints.answered("search", lambda: endpoints.asked(request, written()))

        async def similar(  # noqa: PLR0917, D417
            request: gr.Request,
            item: int,
            instruction: str = "",
            top: int = TOP,
            depth: int = DEPTH,
            rerank: bool = True,
        ) -> dict[str, Any]:
            """Find what is like an item of the library. Answers as search does.

            Args:
                item: The number of the item.
                instruction: What the models are told to look for, for this input alone.
                top: Hits of each ranking.
                depth: Recall candidates that the reranker judges.
                rerank: Whether the second stage runs.
            """
            said = {"like": [item], "instruction": instruction}
            choices = {**said, "top": top, "depth": depth, "rerank": rerank}
            return await endpoints.answered(
                "similar", lambda: endpoints.asked(request, known_choices(choices))
            )

        async def item(item: int) -> dict[str, Any]:
            """Look up an item: its file, its place in it, its text.

            Args:
                item: The number of the item.
            """
            return await endpoints.answered("item", lambda: endpoints.item(item))

        async def run(request: gr.Request, run: int) -> dict[str, Any]:  # noqa: D417
            """Look up a finished search of yours that the history keeps, with all its hits.

            Args:
                run: The number that search answered.
            """
            return await endpoints.answered("run", lambda: endpoints.run(request, run))

        async def status() -> dict[str, Any]:
            """Tell what the library holds, how far indexing is, and which models answer."""
            return await endpoints.answered("status", endpoints.status)

        return (search, similar, item, run, status)

    async def answered(self, endpoint: str, work: Callable[[], Json]) -> Json:
        """What the work answers, on a thread of its own; an expected failure is a sentence.

        The call is noted either way.

        Raises:
            gr.Error: With that sentence.
        """
        begun, failed = time.perf_counter(), True
        try:
            found = await self._lane.run(work)
            failed = False
        except AppError as error:
            said = discreet(error) if self._services.settings.read_only else error
            raise gr.Error(str(said.message), print_exception=False) from error
        finally:
            seconds = time.perf_counter() - begun
            self._calls.note(endpoint, seconds=seconds, failed=failed)
        return found

    def asked(self, request: gr.Request, written: Json) -> Json:
        """What a search answers, and the run that the history keeps it as."""
        services = self._services
        question = Question.read(written)
        budget = services.models.embedder_budget
        query = resolve_query(question, services.reader, self._given.every, budget)
        *_, update = services.engine.search(query)
        owner, run = owner_of_event(request), None
        if owner is not None and not services.settings.read_only:
            files = self._given.all(question.keys)
            run = services.finished.keep(question, update, files, owner=owner)
        return plain({**answer(question, update), "run": run})

    def item(self, number: int) -> Json:
        """An item in full, but for its picture, which has an address."""
        found = known_item(self._services, _number(number))
        return plain(
            {
                **item_row(found),
                "width": found.width,
                "height": found.height,
                "text": (found.text or found.picture_text)[:LONGEST_TEXT],
                "thumbnail": thumb_address(found),
            }
        )

    def run(self, request: gr.Request, number: int) -> Json:
        """A run of whoever asks."""
        services = self._services
        kept = own_run(services, _number(number), owner_of_event(request))
        items = services.library.items([hit.item for hit in kept.run.hits])
        return plain(run_answer(kept, items))

    def status(self) -> Json:
        """As the page is told."""
        return plain(self._board.now())


def serve_endpoints(services: Services, given: GivenFiles, calls: RecentCalls) -> None:
    """Add the endpoints to the page that is being built."""
    for function in Endpoints(services, given, calls).all():
        # not queued: MCP then calls the function itself, not its own server by HTTP
        api(function, api_name=function.__name__, queue=False)


def plain(value: Json) -> Json:
    """The same of JSON's own types alone, with what no text can hold replaced.

    A ``path`` is called ``file``: gradio's clients download whatever a dictionary calls its path.
    """
    found: Json = orjson.loads(orjson.dumps(_valid(value), option=orjson.OPT_NON_STR_KEYS))
    return found


def _valid(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, str):
        return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    if isinstance(value, dict):
        return {_NAMES.get(name, _valid(name)): _valid(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_valid(one) for one in value]
    return float(value) if type(value).__module__ == "numpy" else value


def _number(value: object) -> int:
    """A number of an item or a run; what cannot be one is the number of none."""
    return value if isinstance(value, int) and 0 <= value < 2**53 else 0
