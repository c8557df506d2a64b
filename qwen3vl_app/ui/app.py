"""Builds the page: gradio mounted behind our own routes."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import gradio as gr
from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool
from starlette.routing import Mount

from qwen3vl_app.services import Services
from qwen3vl_app.ui import scripts
from qwen3vl_app.ui.endpoints import serve_endpoints
from qwen3vl_app.ui.gate import GradioGate, events_of
from qwen3vl_app.ui.given_files import GivenFiles
from qwen3vl_app.ui.gradio_surface import surface
from qwen3vl_app.ui.mcp_messages import json_texts
from qwen3vl_app.ui.recent_calls import RecentCalls
from qwen3vl_app.ui.searches import Searches
from qwen3vl_app.ui.server import QUERY_FOLDER, build_server, given_files
from qwen3vl_app.ui.sessions import Sessions, bound
from qwen3vl_app.ui.tabs.components import without_files
from qwen3vl_app.ui.tabs.search import build_search_tab, wire_search
from qwen3vl_app.ui.theme import build_theme
from qwen3vl_app.ui.words import words

log = logging.getLogger(__name__)

TITLE = "Qwen3-VL Search"

SWEEP_SECONDS = 3600
"""Between two sweeps of query files."""


def build_app(services: Services) -> FastAPI:
    """The page for one library, ready for an ASGI server. Loads no model, opens no connection.

    Takes about a second after gradio's import, which takes about six.
    """
    _keep_to_this_computer(services)
    settings = services.settings
    given = given_files(services)
    calls = RecentCalls()
    app = build_server(services, given, calls)
    searches = Searches(services.engine)
    blocks = build_blocks(services, searches, given, calls)
    gr.mount_gradio_app(
        app,
        blocks,
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
        mcp_server=settings.mcp,
        show_error=False,
        footer_links=[],
        app_kwargs={"openapi_url": None},
    )
    if settings.mcp:
        if blocks.mcp_server_obj is None:
            raise RuntimeError(blocks.mcp_error)
        json_texts(blocks.mcp_server_obj)
    blocks.has_launched = (
        True  # else gradio takes any path that a value names, as nobody launched it
    )
    (mount,) = (route for route in app.router.routes if isinstance(route, Mount))
    mount.app = GradioGate(
        mount.app,
        events=events_of(blocks),
        given=given,
        sessions=Sessions(blocks, searches.stop),
        names=settings.allowed_names,
        rows=surface(api=settings.api, mcp=settings.mcp),
    )
    _sweep_while_running(app, given)
    return app


def build_blocks(
    services: Services, searches: Searches, given: GivenFiles, calls: RecentCalls
) -> Any:  # noqa: ANN401
    """Gradio's part of the page: the frame, four screens, and the events between them."""
    with gr.Blocks(title=TITLE, analytics_enabled=False, fill_width=True) as blocks:
        _own("shell/top", "top-bar")
        with gr.Row(elem_id="stage"):
            with gr.Column(elem_id="screens"), gr.Tabs(elem_id="tabs"):
                with gr.Tab(words("app_search"), id="search"):
                    search = build_search_tab(given)
                with gr.Tab(words("app_library"), id="library"):
                    _own("library/library", "library")
                with gr.Tab(words("app_lab"), id="lab"):
                    _own("inspect/lab", "lab")
                with gr.Tab(words("app_settings"), id="settings"):
                    _own("settings/settings", "settings")
            _own("detail/detail", "detail")
        wire_search(search, services, searches, given)
        if services.settings.api or services.settings.mcp:
            serve_endpoints(services, given, calls)
    bound(blocks)
    return blocks


def _sweep_while_running(app: FastAPI, given: GivenFiles) -> None:
    """Empty the folder of query files at start and end, and sweep it in between."""
    inner = app.router.lifespan_context

    async def sweep() -> None:
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            await run_in_threadpool(given.sweep)

    @asynccontextmanager
    async def lifespan(running: FastAPI) -> AsyncIterator[Any]:
        given.clear()
        task = asyncio.create_task(sweep())
        try:
            async with inner(running) as state:
                yield state
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            given.clear()

    app.router.lifespan_context = lifespan


def _own(module: str, elem_id: str, *events: str) -> gr.HTML:
    """A component drawn by ``assets/page/{module}.js``; its template never changes."""
    component = gr.HTML(
        html_template=f"<div class='own {elem_id}-root'></div>",
        js_on_load=scripts.start(module, *events),
        apply_default_css=False,
        elem_id=elem_id,
    )
    without_files(component)
    return component


def _keep_to_this_computer(services: Services) -> None:
    """No analytics, no look at a model hub, and query files in the folder for that."""
    if not services.settings.allow_download:
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ["GRADIO_TEMP_DIR"] = str(services.cache / QUERY_FOLDER)
