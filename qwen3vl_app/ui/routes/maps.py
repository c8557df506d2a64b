"""The map of a collection: how far it is, its points as one binary answer, beginning, stopping.

Nothing of the library is changed, so strangers may begin one, too; those of a library that is open
for reading only stay in memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated

import numpy as np
from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from qwen3vl_app.inspection.maps import MapStage, MapView
from qwen3vl_app.messages import Message
from qwen3vl_app.services import Services
from qwen3vl_app.types import ItemId, Kind
from qwen3vl_app.types.listing import MapRow
from qwen3vl_app.types.reading import LONGEST_NAME
from qwen3vl_app.ui.failures import TooBusyError
from qwen3vl_app.ui.lanes import Lane
from qwen3vl_app.ui.message_rows import message_row
from qwen3vl_app.ui.serialize import Json, item_card

LOOKING, MOST_WAITING = 2, 16
"""Requests answered at once, and waiting: 200,000 items take a second to read."""

MOST_MAPS = 4
"""Maps that are laid out or wait for it, of everybody together."""

MOST_COLLECTIONS = 250
"""Collections that points are told apart by; one byte says which."""

NO_COLLECTION = 255
UNKNOWN_DAY = -(2**31)
"""Stands for the day of an item of which none is known."""

Named = Annotated[str, Query(max_length=LONGEST_NAME)]


class Mapped(BaseModel):
    """Which collection is meant; empty for the whole library."""

    collection: Annotated[str, Field(max_length=LONGEST_NAME)] = ""


def map_routes(services: Services) -> APIRouter:
    """``GET /api/map``, ``GET /m/map``, ``POST /api/map/begin`` and ``/stop``."""
    router = APIRouter()
    maps = services.maps
    lane = Lane(LOOKING, MOST_WAITING)

    @router.get("/api/map")
    async def look(request: Request, collection: Named = "") -> Response:
        return await lane.answer(request, state, collection)

    @router.get("/m/map")
    async def points(collection: Named = "") -> Response:
        packed = await lane.run(lambda: packed_points(maps.view(collection)))
        headers = {"cache-control": "no-store"}
        return Response(packed, media_type="application/octet-stream", headers=headers)

    @router.post("/api/map/begin")
    async def begin(request: Request, job: Mapped) -> Response:
        if maps.waiting >= MOST_MAPS:
            raise TooBusyError(Message.of("busy", n=maps.waiting))
        await lane.run(maps.begin, job.collection)
        return await lane.answer(request, state, job.collection)

    @router.post("/api/map/stop")
    async def stop(request: Request, job: Mapped) -> Response:
        maps.stop(job.collection)
        return await lane.answer(request, state, job.collection)

    def state(collection: str) -> Json:
        return map_row(services, maps.view(collection))

    return router


def map_row(services: Services, view: MapView) -> Json:
    """How far a map is, and what its clusters are called."""
    clusters = () if view.made is None else view.made.clusters
    wanted = [ItemId(item) for one in clusters for item in one.representatives]
    cards = {item: item_card(one) for item, one in services.library.items(wanted).items()}
    return {
        "stage": view.stage,
        "done": view.done,
        "left": view.left,
        "message": message_row(view.message) if view.stage in _SAID else None,
        "version": view.version,
        "total": view.total,
        "points": len(view.rows),
        "newer": view.newer,
        "collections": collections_of(view.rows),
        "clusters": [
            {
                "words": list(one.words),
                "items": [cards[ItemId(n)] for n in one.representatives if ItemId(n) in cards],
            }
            for one in clusters
        ],
    }


_SAID = (MapStage.STOPPED, MapStage.FAILED)


def packed_points(view: MapView) -> bytes:
    """N, then columns one after the other, little-endian, the wide ones first.

    ids (uint32), x and y (float32), days since 1970 (int32), kinds, clusters, collections (uint8):
    19 bytes a point.
    """
    kinds = {kind: number for number, kind in enumerate(Kind)}
    names = {name: number for number, name in enumerate(collections_of(view.rows))}
    rows = view.rows
    columns = (
        np.array([len(rows)], "<u4"),
        np.array([row.item for row in rows], "<u4"),
        np.ascontiguousarray(view.places.T, "<f4"),
        np.array([day_number(row.day) for row in rows], "<i4"),
        np.array([kinds[row.kind] for row in rows], np.uint8),
        view.of_each,
        np.array([names.get(row.collection, NO_COLLECTION) for row in rows], np.uint8),
    )
    return b"".join(column.tobytes() for column in columns)


def collections_of(rows: Sequence[MapRow]) -> list[str]:
    """The collections of these points by name; its place in this list stands for each."""
    return sorted({row.collection for row in rows} - {""})[:MOST_COLLECTIONS]


def day_number(day: str) -> int:
    """Days since 1970, or ``UNKNOWN_DAY``."""
    try:
        return date.fromisoformat(day).toordinal() - _FIRST_DAY
    except ValueError:
        return UNKNOWN_DAY


_FIRST_DAY = date(1970, 1, 1).toordinal()
