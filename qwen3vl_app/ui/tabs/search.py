"""The Search screen: the question above, both stages side by side below."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from qwen3vl_app.services import Services
from qwen3vl_app.ui import scripts
from qwen3vl_app.ui.given_files import GivenFiles
from qwen3vl_app.ui.searches import Searches
from qwen3vl_app.ui.tabs.components import with_keys, without_files
from qwen3vl_app.ui.tabs.search_events import SearchEvents
from qwen3vl_app.ui.words import words

SEARCH_GROUP = "search"
"""Gradio's queue group of everything that may wait for a model."""

AT_ONCE = 16
"""Searches in the queue group. They take turns at the model, recall before rerank, so nobody waits
for the end of another's, and a newer one starts while the older one ends its slice. Each holds a
slice of documents in memory."""


@dataclass(frozen=True, slots=True)
class SearchTab:
    """The components of the screen."""

    box: gr.MultimodalTextbox
    asking: gr.HTML
    """Everything around the box. Its value is what ``Question.read`` takes, set by its script."""

    board: gr.HTML


def build_search_tab(given: GivenFiles) -> SearchTab:
    """Add the components to the enclosing tab; ``wire_search`` makes them act."""
    box = gr.MultimodalTextbox(
        file_count="multiple",
        file_types=None,  # by their bytes: what cannot be asked with is said by the search
        sources=["upload"],
        placeholder=words("app_query"),  # type: ignore[arg-type]  # is translated as well
        show_label=False,
        label=words("app_label"),
        submit_btn=True,
        stop_btn=True,
        max_lines=4,
        elem_id="query",
    )
    asking = gr.HTML(
        value={},
        html_template="<div class='own asking-root'></div>",
        js_on_load=scripts.start("search/question/question", "search", "fill"),
        apply_default_css=False,
        elem_id="asking",
    )
    board = gr.HTML(
        html_template="<div class='own board-root'></div>",
        js_on_load=scripts.start("search/board/board", "halt"),
        apply_default_css=False,
        elem_id="board",
    )
    return SearchTab(
        box=with_keys(box, given), asking=without_files(asking), board=without_files(board)
    )


def wire_search(tab: SearchTab, services: Services, searches: Searches, given: GivenFiles) -> None:
    """Connect the box and what is around it with the board."""
    events = SearchEvents(services, searches, given)
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
    tab.box.submit(events.submit, [tab.box, tab.asking], **streaming)
    # the endpoint for programs is called search
    tab.asking.search(events.search, tab.box, api_name="ask", **streaming)
    tab.asking.fill(events.fill, None, tab.box, **instant)
    tab.box.stop(events.stop, **instant)
    tab.board.halt(events.stop, **instant)
