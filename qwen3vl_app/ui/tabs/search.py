"""The Search screen: the question above, both stages side by side below."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

import gradio as gr

from qwen3vl_app.services import Services
from qwen3vl_app.types import ItemFilter, ItemId, Kind, Query
from qwen3vl_app.ui import scripts
from qwen3vl_app.ui.present import Json
from qwen3vl_app.ui.query_files import read_query_files
from qwen3vl_app.ui.searches import Searches

SEARCH_GROUP = "search"
"""Gradio's queue group of everything that may wait for a model."""

AT_ONCE = 4
"""Searches in the queue group: a newer one must start while the older one ends its slice. The
model thread still takes one batch at a time."""

EVERYTHING = ""
"""Value of the collection choice that means the whole library."""

KINDS: tuple[tuple[str, str], ...] = (
    ("Images", Kind.PICTURE),
    ("PDF pages", Kind.PAGE),
    ("Texts", Kind.PASSAGE),
    ("Videos", Kind.VIDEO),
)

Event: TypeAlias = Iterator[Json]


@dataclass(frozen=True, slots=True)
class Choices:
    """The controls around the query box, in the order in which gradio hands them over."""

    kinds: list[str]
    collection: str
    top_k: int
    depth: int
    rerank: bool
    instruction: str | None

    def apply(self, query: Query) -> Query:
        """The query with these choices."""
        return replace(
            query,
            filter=ItemFilter(kinds=wanted_kinds(self.kinds), collection=self.collection or None),
            top_k=int(self.top_k),
            depth=max(int(self.depth), int(self.top_k)),
            rerank=self.rerank,
            instruction=(self.instruction or "").strip() or None,
        )


def wanted_kinds(chosen: list[str]) -> frozenset[Kind]:
    """Kinds behind the boxes that are checked: none means all, a video brings its moments."""
    kinds = {Kind(value) for value in chosen}
    if Kind.VIDEO in kinds:
        kinds.add(Kind.MOMENT)
    return frozenset(kinds) or frozenset(Kind)


def build_query(services: Services, box: Json, choices: Choices) -> Query:
    """The query that the box and the choices describe.

    Raises:
        EmptyQueryError: The box is empty.
        AppError: A file of the query cannot be used.
    """
    paths = [Path(path) for path in box.get("files") or []]
    pictures, clips = read_query_files(services.reader, paths)
    text = (box.get("text") or "").strip()
    return choices.apply(Query(text=text, pictures=pictures, clips=clips))


def describe(box: Json) -> Json:
    """What was asked, for the line above the results."""
    return {"text": (box.get("text") or "").strip(), "files": len(box.get("files") or [])}


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


@dataclass(frozen=True, slots=True)
class SearchTab:
    """The components other parts of the page listen to."""

    box: gr.MultimodalTextbox
    board: gr.HTML
    choices: Sequence[gr.components.Component]
    """In the order of ``Choices``."""

    collection: gr.Dropdown


def build_search_tab() -> SearchTab:
    """Add the components to the enclosing tab; ``wire_search`` makes them act."""
    box = gr.MultimodalTextbox(
        file_count="multiple",
        file_types=["image", "video"],
        sources=["upload"],
        placeholder="Describe it, or paste, drop or choose a picture or a clip",
        show_label=False,
        label="Query",
        submit_btn=True,
        stop_btn=True,
        max_lines=4,
        autofocus=True,
        elem_id="query",
    )
    gr.HTML(
        html_template="<div class='own filters-root'></div>",
        js_on_load=scripts.start("filters"),
        apply_default_css=False,
        elem_id="filters-toggle",
    )
    with gr.Row(elem_id="filters"):
        choices = _build_choices()
    board = gr.HTML(
        html_template="<div class='own board-root'></div>",
        js_on_load=scripts.start("board", "suggested", "halt", "collections"),
        apply_default_css=False,
        elem_id="board",
    )
    return SearchTab(box=box, board=board, choices=choices, collection=choices[1])


def _build_choices() -> list[Any]:
    """The controls in the order of ``Choices``."""
    bare: dict[str, Any] = {"show_label": False, "container": False}
    kinds = gr.CheckboxGroup(list(KINDS), label="Kinds", elem_id="kinds", **bare)
    collection = gr.Dropdown(
        [("All collections", EVERYTHING)],
        value=EVERYTHING,
        label="Collection",
        elem_id="collection",
        **bare,
    )
    top_k = gr.Dropdown(
        [(f"Top {n}", n) for n in (5, 10, 20, 50, 100)],
        value=20,
        label="Results",
        elem_id="top-k",
        **bare,
    )
    rerank = gr.Checkbox(True, label="Rerank", container=False, elem_id="rerank")
    with gr.Accordion("Advanced", open=False, elem_id="advanced"), gr.Row():
        depth = gr.Slider(
            5,
            200,
            value=40,
            step=5,
            label="Depth",
            info="Recall candidates the reranker judges; more finds more and takes longer.",
            elem_id="depth",
        )
        instruction = gr.Textbox(
            label="Instruction",
            info="Tells both models what counts as a match; empty for their defaults.",
            placeholder="Retrieve images or text relevant to the user's query.",
            max_lines=2,
            elem_id="instruction",
        )
    return [kinds, collection, top_k, depth, rerank, instruction]


def wire_search(
    tab: SearchTab, detail: gr.HTML, tabs: gr.Tabs, services: Services, searches: Searches
) -> None:
    """Connect the box, the suggestions and the detail panel with the board."""
    events = SearchEvents(services, searches)
    streaming: dict[str, Any] = {
        "outputs": tab.board,
        "show_progress": "hidden",
        "trigger_mode": "multiple",
        "concurrency_id": SEARCH_GROUP,
        "concurrency_limit": AT_ONCE,
        "api_visibility": "private",
    }
    instant: dict[str, Any] = {
        "queue": False,
        "show_progress": "hidden",
        "api_visibility": "private",
    }
    tab.box.submit(events.submit, [tab.box, *tab.choices], **streaming)
    tab.board.suggested(events.suggested, tab.choices, **streaming)
    detail.more_like(events.more_like, tab.choices, **streaming)
    detail.more_like(lambda: gr.Tabs(selected="search"), None, tabs, **instant)
    tab.box.stop(events.stop, **instant)
    tab.board.halt(events.stop, **instant)
    tab.board.collections(collection_choices(services), None, tab.collection, **instant)


def collection_choices(services: Services) -> Any:  # noqa: ANN401  # a gradio handler
    """A handler that fills the collection choice with what the library has now."""

    def choices() -> gr.Dropdown:
        known = [(name, name) for name, _ in services.library.collections()]
        return gr.Dropdown(choices=[("All collections", EVERYTHING), *known])

    return choices
