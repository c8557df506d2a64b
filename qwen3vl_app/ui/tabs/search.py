"""The Search screen: the question above, both stages side by side below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from qwen3vl_app.services import Services
from qwen3vl_app.types import Kind
from qwen3vl_app.ui import scripts
from qwen3vl_app.ui.searches import Searches
from qwen3vl_app.ui.tabs.search_events import SearchEvents
from qwen3vl_app.ui.words import words

SEARCH_GROUP = "search"
"""Gradio's queue group of everything that may wait for a model."""

AT_ONCE = 4
"""Searches in the queue group: a newer one must start while the older one ends its slice. The
model thread still takes one batch at a time."""

EVERYTHING = ""
"""Value of the collection choice that means the whole library."""

KINDS: tuple[tuple[str, str], ...] = (
    ("app_pictures", Kind.PICTURE),
    ("app_pages", Kind.PAGE),
    ("app_passages", Kind.PASSAGE),
    ("app_videos", Kind.VIDEO),
)


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
        placeholder=words("app_query"),  # type: ignore[arg-type]  # is translated as well
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
    named = [(words(name), kind) for name, kind in KINDS]
    kinds = gr.CheckboxGroup(named, label="Kinds", elem_id="kinds", **bare)
    collection = gr.Dropdown(
        [(words("app_everything"), EVERYTHING)],
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
        min_width=80,
        **bare,
    )
    rerank = gr.Checkbox(
        True, label=words("app_rerank"), container=False, elem_id="rerank", min_width=80
    )
    with gr.Accordion(words("app_advanced"), open=False, elem_id="advanced"), gr.Row():
        depth = gr.Slider(
            5,
            200,
            value=40,
            step=5,
            label=words("app_depth"),
            info=words("app_depth_info"),
            elem_id="depth",
        )
        instruction = gr.Textbox(
            label=words("app_instruction"),
            info=words("app_instruction_info"),
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
        return gr.Dropdown(choices=[(words("app_everything"), EVERYTHING), *known])

    return choices
