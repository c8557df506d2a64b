"""What happens on the Search screen: plain values in, values of the board out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import gradio as gr

from qwen3vl_app.search.question_files import MOST_FILES
from qwen3vl_app.search.resolve import resolve
from qwen3vl_app.services import Services
from qwen3vl_app.types import ItemId, SearchUpdate
from qwen3vl_app.types.question import MOST_ITEMS, Question
from qwen3vl_app.types.run import RunId
from qwen3vl_app.ui.given_files import GivenFiles
from qwen3vl_app.ui.known_choices import known_choices, known_keys, known_text
from qwen3vl_app.ui.owners import owner_of_event
from qwen3vl_app.ui.searches import Searches
from qwen3vl_app.ui.serialize import Json, item_card

Event: TypeAlias = Iterator[Json]


class SearchEvents:
    """The handlers; each yields the values of the board."""

    def __init__(self, services: Services, searches: Searches, given: GivenFiles) -> None:
        self._services = services
        self._searches = searches
        self._given = given

    def submit(self, request: gr.Request, box: Json, given: Json | None) -> Event:
        """The person pressed Enter."""
        yield from self._run(request, box["text"], box["files"], given)

    def search(self, request: gr.Request, event: gr.EventData, box: Json) -> Event:
        """The page asks: a choice was changed, an item named, an address opened.

        ``text`` and ``files`` of the event are None where those of the box are meant. What is
        asked while the person ``types`` is no search of the history.
        """
        text = box["text"] if event.text is None else known_text(event.text)
        keys = box["files"] if event.files is None else known_keys(event.files)[:MOST_FILES]
        yield from self._run(request, text, keys, event.choices, typing=event.typing is True)

    def fill(self, event: gr.EventData) -> Json:
        """The page changes what stands in the box."""
        return {"text": known_text(event.text), "files": known_keys(event.files)[:MOST_FILES]}

    def stop(self, request: gr.Request) -> None:
        """The person pressed Stop or Esc."""
        self._searches.stop(session_of(request))

    def _run(
        self,
        request: gr.Request,
        text: str,
        keys: Sequence[str],
        given: Json | None,
        *,
        typing: bool = False,
    ) -> Event:
        # as it was sent, also with a file that has gone: the address goes on asking for it
        question = {"text": text.strip(), "files": [*keys], **known_choices(given)}
        reader, every = self._services.reader, self._given.every
        budget = self._services.models.embedder_budget
        asked = {"rerank": False} if typing else {}
        yield from self._searches.run(
            session_of(request),
            {"question": question, "items": self._cards(question), "typing": typing},
            lambda: resolve(Question.read(question | asked), reader, every, budget),
            lambda update: None if typing else self._keep(request, question, update),
        )

    def _keep(self, request: gr.Request, question: Json, update: SearchUpdate) -> RunId | None:
        owner = owner_of_event(request)
        if owner is None or self._services.settings.read_only:
            return None  # strangers look into hits alone
        asked = Question.read(question)
        files = self._given.all(asked.keys)
        return self._services.finished.keep(asked, update, files, owner=owner)

    def _cards(self, given: Mapping[str, Any]) -> list[Json]:
        """The items that are named as examples, to be shown above the results."""
        named = [*(given.get("like") or []), *(given.get("not_like") or [])]
        ids = [ItemId(one) for one in named[: 2 * MOST_ITEMS] if isinstance(one, int)]
        return [item_card(item) for item in self._services.library.items(ids).values()]


def session_of(request: gr.Request) -> str:
    """Gradio's name for the browser tab."""
    return request.session_hash or ""
