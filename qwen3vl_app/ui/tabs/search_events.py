"""What happens on the Search screen: plain values in, values of the board out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

import gradio as gr

from qwen3vl_app.services import Services
from qwen3vl_app.types import ItemId
from qwen3vl_app.ui.choices import Choices, build_query, describe
from qwen3vl_app.ui.present import Json
from qwen3vl_app.ui.searches import Searches

Event: TypeAlias = Iterator[Json]


class SearchEvents:
    """The handlers; each yields the values of the board."""

    def __init__(self, services: Services, searches: Searches) -> None:
        self._services = services
        self._searches = searches

    def submit(self, request: gr.Request, box: Json, *given: Any) -> Event:  # noqa: ANN401
        """The person pressed Enter."""
        choices = Choices(*given)
        yield from self._searches.run(
            session_of(request), describe(box), lambda: build_query(self._services, box, choices)
        )

    def suggested(self, request: gr.Request, event: gr.EventData, *given: Any) -> Event:  # noqa: ANN401
        """The person chose one of the suggested queries."""
        box = {"text": str(event.text), "files": []}
        yield from self.submit(request, box, *given)

    def more_like(self, request: gr.Request, event: gr.EventData, *given: Any) -> Event:  # noqa: ANN401
        """The person asked for items like the one in the detail panel."""
        item, choices = ItemId(int(event.id)), Choices(*given)
        asked = {"text": "", "files": 0, "like": int(item), "title": str(event.title)}
        engine = self._services.engine
        yield from self._searches.run(
            session_of(request), asked, lambda: choices.apply(engine.more_like(item))
        )

    def stop(self, request: gr.Request) -> None:
        """The person pressed Stop or Esc."""
        self._searches.stop(session_of(request))


def session_of(request: gr.Request) -> str:
    """Gradio's name for the browser tab."""
    return request.session_hash or ""
