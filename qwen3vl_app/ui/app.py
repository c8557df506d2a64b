"""Builds the page: gradio mounted behind our own routes."""

from __future__ import annotations

import os
from typing import Any

import gradio as gr
from fastapi import FastAPI

from qwen3vl_app.services import Services
from qwen3vl_app.ui import scripts
from qwen3vl_app.ui.searches import Searches
from qwen3vl_app.ui.server import QUERY_FOLDER, build_server
from qwen3vl_app.ui.tabs.search import build_search_tab, wire_search
from qwen3vl_app.ui.theme import build_theme
from qwen3vl_app.ui.words import words

TITLE = "Qwen3-VL Search"

QUEUE_POLL = 0.02
"""Seconds between two looks at gradio's event queue. Its default of 1 ms keeps 8 % of a core busy
while nothing happens; 20 ms take 1 % and add no delay that can be felt."""

KEEP_QUERY_FILES = (3600, 86400)
"""Seconds between two sweeps of uploaded query files, and the age at which they go."""


def build_app(services: Services) -> FastAPI:
    """The page for one library, ready for an ASGI server. Loads no model, opens no connection.

    Takes about a second after gradio's import, which takes about six.
    """
    _keep_to_this_computer(services)
    app = build_server(services)
    gr.mount_gradio_app(
        app,
        build_blocks(services),
        path="/",
        theme=build_theme(),
        i18n=words,
        head=scripts.head(),
        favicon_path=None,
        allowed_paths=[],
        run_history=False,
        enable_monitoring=False,
        ssr_mode=False,
        pwa=False,
        mcp_server=False,
        show_error=False,
        footer_links=[],
    )
    return app


def build_blocks(services: Services) -> Any:  # noqa: ANN401  # gradio has no types
    """Gradio's part of the page: the frame, three screens, and the events between them."""
    with gr.Blocks(
        title=TITLE, analytics_enabled=False, fill_width=True, delete_cache=KEEP_QUERY_FILES
    ) as blocks:
        _own("top", "top-bar")
        with gr.Row(elem_id="stage"):
            with gr.Column(elem_id="screens"), gr.Tabs(elem_id="tabs"):
                with gr.Tab(words("app_search"), id="search"):
                    search = build_search_tab()
                with gr.Tab(words("app_library"), id="library"):
                    _own("library", "library")
                with gr.Tab(words("app_settings"), id="settings"):
                    _own("settings", "settings")
            _own("detail", "detail")
        wire_search(search, services, Searches(services.engine))
    blocks.queue(default_concurrency_limit=4, max_size=64)
    if hasattr(blocks._queue, "sleep_when_free"):  # noqa: SLF001  # no public setting
        blocks._queue.sleep_when_free = QUEUE_POLL  # noqa: SLF001
    return blocks


def _own(module: str, elem_id: str, *events: str) -> gr.HTML:
    """A component drawn by ``assets/page/{module}.js``; its template never changes."""
    return gr.HTML(
        html_template=f"<div class='own {elem_id}-root'></div>",
        js_on_load=scripts.start(module, *events),
        apply_default_css=False,
        elem_id=elem_id,
    )


def _keep_to_this_computer(services: Services) -> None:
    """No analytics, no look at a model hub, and query files in the folder for that."""
    if not services.settings.allow_download:
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ["GRADIO_TEMP_DIR"] = str(services.cache / QUERY_FOLDER)
