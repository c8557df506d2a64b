"""Our own routes and what guards them, without gradio: quick to build and to test."""

from __future__ import annotations

import logging

from fastapi import FastAPI

from qwen3vl_app.media.originals import Originals
from qwen3vl_app.services import Services
from qwen3vl_app.store.belongings import PREVIEWS, QUERY_FILES
from qwen3vl_app.ui import scripts
from qwen3vl_app.ui.access import PasswordGuard, SearchOnlyGuard
from qwen3vl_app.ui.bodies import BodyGuard
from qwen3vl_app.ui.failures import answer_failures
from qwen3vl_app.ui.first_scripts import FirstScripts
from qwen3vl_app.ui.given_files import GivenFiles
from qwen3vl_app.ui.gradio_surface import surface
from qwen3vl_app.ui.guard import OriginGuard
from qwen3vl_app.ui.heads import HeadGuard
from qwen3vl_app.ui.hosts import HostGuard, allowed_hosts
from qwen3vl_app.ui.owners import OwnerCookie
from qwen3vl_app.ui.previews import PreviewCache, PreviewQueue
from qwen3vl_app.ui.query_uploads import LARGEST, LARGEST_IN_PUBLIC, QueryUploadGuard
from qwen3vl_app.ui.recent_calls import RecentCalls
from qwen3vl_app.ui.routes.about import about_routes
from qwen3vl_app.ui.routes.balances import balance_routes
from qwen3vl_app.ui.routes.bundles import bundle_routes
from qwen3vl_app.ui.routes.chosen import chosen_routes
from qwen3vl_app.ui.routes.collected import collected_routes
from qwen3vl_app.ui.routes.collections import collection_routes
from qwen3vl_app.ui.routes.comparison import comparison_routes
from qwen3vl_app.ui.routes.connections import connection_routes
from qwen3vl_app.ui.routes.disk import disk_routes
from qwen3vl_app.ui.routes.duplicates import duplicate_routes
from qwen3vl_app.ui.routes.exports import export_routes
from qwen3vl_app.ui.routes.folders import folder_routes
from qwen3vl_app.ui.routes.getting import getting_routes
from qwen3vl_app.ui.routes.history import history_routes
from qwen3vl_app.ui.routes.hits import hit_routes
from qwen3vl_app.ui.routes.in_folder import in_folder_routes
from qwen3vl_app.ui.routes.indexing import (
    StatusBoard,
    indexing_routes,
    outcome_routes,
    words_routes,
)
from qwen3vl_app.ui.routes.inspecting import inspecting_routes
from qwen3vl_app.ui.routes.items import item_routes
from qwen3vl_app.ui.routes.judging import judging_routes
from qwen3vl_app.ui.routes.listing import listing_routes
from qwen3vl_app.ui.routes.maps import map_routes
from qwen3vl_app.ui.routes.media import media_routes
from qwen3vl_app.ui.routes.models import model_routes
from qwen3vl_app.ui.routes.page import page_routes
from qwen3vl_app.ui.routes.removals import removal_routes
from qwen3vl_app.ui.routes.set_files import set_file_routes
from qwen3vl_app.ui.routes.storage import storage_routes
from qwen3vl_app.ui.routes.tags import tag_routes
from qwen3vl_app.ui.routes.test_sets import test_set_routes
from qwen3vl_app.ui.routes.tour import tour_routes
from qwen3vl_app.ui.routes.uploads import upload_routes

log = logging.getLogger(__name__)

QUERY_FOLDER = QUERY_FILES
"""Folder inside the library for pictures and clips of queries, which go after a day."""


def given_files(services: Services) -> GivenFiles:
    """Where query files go; with a history, those of its searches can be asked with again."""
    folder = services.cache / QUERY_FOLDER
    if services.history is None:
        return GivenFiles(folder)
    files = services.history.runs.files
    try:
        return GivenFiles(folder, secret=files.secret(), kept=files.find)
    except OSError as error:
        log.warning("Files of searches are not kept in the history: %s", error)
        return GivenFiles(folder)


def build_server(
    services: Services, given: GivenFiles | None = None, calls: RecentCalls | None = None
) -> FastAPI:
    """Routes for one library; what is mounted on the result is guarded as well.

    Args:
        services: The parts of the program.
        given: The query files that the page gave out; the library's own where nobody gives any.
        calls: Of programs, where they are served.
    """
    given = given or given_files(services)
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    _guard(app, services)
    answer_failures(app, to_strangers=services.settings.read_only)
    originals = Originals()
    folder = services.cache / PREVIEWS
    cache = PreviewCache(services.library, services.reader, folder, originals=originals)
    board = StatusBoard(services)
    previews = PreviewQueue(cache, services.settings.readers)
    for router in (
        page_routes(),
        media_routes(services, previews, originals),
        item_routes(services, originals),
        in_folder_routes(services, originals),
        listing_routes(services),
        chosen_routes(services),
        collection_routes(services),
        export_routes(services, originals),
        disk_routes(services),
        tag_routes(services),
        collected_routes(services),
        duplicate_routes(services),
        map_routes(services),
        storage_routes(services),
        indexing_routes(services, board),
        words_routes(services, board),
        outcome_routes(services, board),
        folder_routes(services),
        removal_routes(services),
        history_routes(services),
        bundle_routes(services),
        inspecting_routes(services, given),
        balance_routes(services, given),
        judging_routes(services),
        test_set_routes(services),
        set_file_routes(services),
        comparison_routes(services, given),
        upload_routes(services),
        about_routes(services),
        connection_routes(services, calls or RecentCalls()),
        tour_routes(services),
        model_routes(services),
        getting_routes(services),
        hit_routes(services, given),
    ):
        app.include_router(router)
    return app


def _guard(app: FastAPI, services: Services) -> None:
    """Stack the guards; the one added last is asked first."""
    settings = services.settings
    app.add_middleware(FirstScripts, urls=[scripts.url(name) for name in scripts.FIRST])
    query_files = services.cache / QUERY_FOLDER
    largest = LARGEST_IN_PUBLIC if settings.read_only else LARGEST
    app.add_middleware(QueryUploadGuard, folder=query_files, largest=largest)
    app.add_middleware(BodyGuard, rows=surface(api=settings.api, mcp=settings.mcp))
    if settings.read_only:
        app.add_middleware(SearchOnlyGuard)
    app.add_middleware(OriginGuard)
    if settings.is_shared:
        app.add_middleware(OwnerCookie, names=settings.allowed_names)
    if settings.auth is not None:
        app.add_middleware(PasswordGuard, auth=settings.auth)
    app.add_middleware(HostGuard, hosts=allowed_hosts(settings.host, settings.allowed_names))
    app.add_middleware(HeadGuard)
