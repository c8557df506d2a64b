"""Shows the file of an item in its folder, on the desktop of this computer."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from qwen3vl_app.errors import UnreadableMediaError
from qwen3vl_app.media.originals import Originals
from qwen3vl_app.messages import Message
from qwen3vl_app.services import Services
from qwen3vl_app.types import Item
from qwen3vl_app.ui import file_manager
from qwen3vl_app.ui.failures import GoneError, NotLocalError
from qwen3vl_app.ui.lanes import Lane
from qwen3vl_app.ui.local_use import is_local
from qwen3vl_app.ui.previews import opened
from qwen3vl_app.ui.routes.media import known_item
from qwen3vl_app.ui.serialize import Json

if TYPE_CHECKING:
    from qwen3vl_app.store.library import Library

SHOWING, MOST_WAITING = 1, 4
"""Windows opened at once, and waiting: a person asks for one."""


class Showing(BaseModel):
    """Show the file of an item in its folder."""

    item: int


def in_folder_routes(services: Services, originals: Originals) -> APIRouter:
    """``POST /api/in_folder``; where it is refused, no item offers it."""
    router = APIRouter(prefix="/api")
    lane = Lane(SHOWING, MOST_WAITING)

    @router.post("/in_folder")
    async def in_folder(request: Request, job: Showing) -> Response:
        if not is_local(request, services.settings):
            raise NotLocalError(Message.of("in_folder.not_local"))
        return await lane.change(show, job.item)

    def show(number: int) -> Json:
        item = known_item(services, number)
        file_manager.show_in_folder(file_of(services.library, originals, item))
        return {"shown": int(item.id)}

    return router


def can_show_in_folder(request: Request, services: Services) -> bool:
    """Whether the page may offer it to whoever asks."""
    return is_local(request, services.settings) and file_manager.is_there()


def file_of(library: Library, originals: Originals, item: Item) -> Path:
    """A file of the item that is there: as it was indexed, or one that was changed since.

    Raises:
        GoneError: None is.
    """
    try:
        with opened(library, originals, item) as original:
            return original.path
    except (GoneError, UnreadableMediaError):
        for path in library.paths_of(item.content_hash):
            if os.path.lexists(path):
                return path
        raise
