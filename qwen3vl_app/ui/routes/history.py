"""Finished searches: listed, saved under a name, deleted and brought back; kept or not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import BaseModel, Field

from qwen3vl_app.media.file_types import FileType
from qwen3vl_app.messages import Message
from qwen3vl_app.search.question_files import kind_of_query
from qwen3vl_app.services import Services
from qwen3vl_app.store.search_runs import MOST_RUNS
from qwen3vl_app.types import ItemId, Kind, Part
from qwen3vl_app.types.run import KeptRun, Owner, RunId
from qwen3vl_app.ui.failures import GoneError
from qwen3vl_app.ui.lanes import Lane, while_there
from qwen3vl_app.ui.owners import owner_of
from qwen3vl_app.ui.serialize import Json, item_card

if TYPE_CHECKING:
    from qwen3vl_app.search.history import History

LARGEST = 2**53
"""Of numbers that the page's scripts can tell apart."""

MOST_SHOWN = 100
"""Runs of one answer; the page asks for more when it is scrolled to their end."""

LONGEST_FIND = 200
"""Characters that are looked for in the history."""

THUMBNAIL_PIXELS = 160
"""Of the longer side of a picture of a question, twice what the page shows."""

DRAWING, MOST_DRAWING = 1, 64
"""Such pictures made at once, and waiting."""

_KINDS = {FileType.PICTURE: Kind.PICTURE, FileType.VIDEO: Kind.VIDEO}

Number = Annotated[int, Path(ge=0, le=LARGEST)]


class Saving(BaseModel):
    """Keep a run for good, or no longer, and under which name; None leaves that as it is."""

    pinned: bool
    name: Annotated[str, Field(max_length=1000)] | None = None


class Restoring(BaseModel):
    """Bring back runs that have just been deleted."""

    runs: Annotated[list[int], Field(max_length=MOST_RUNS)]


class Keeping(BaseModel):
    """Keep searches of this library, or no more."""

    on: bool


def _whose(request: Request) -> Owner | None:
    return owner_of(request.scope)


def _known(request: Request) -> Owner:
    owner = owner_of(request.scope)
    if owner is None:
        raise _gone()
    return owner


Whose = Annotated[Owner | None, Depends(_whose)]
"""Of which history is meant; None for a client that is nobody."""

Known = Annotated[Owner, Depends(_known)]
"""The same, where nobody has nothing."""

Kept: TypeAlias = "Callable[[], History]"


def history_routes(services: Services) -> APIRouter:
    """``/api/history*``; gone where no history is kept. Everybody has their own."""
    router = APIRouter(prefix="/api/history")

    def kept() -> History:
        if services.history is None:
            raise GoneError(Message.of("history.off"))
        return services.history

    @router.get("")
    def newest(
        owner: Whose,
        limit: Annotated[int, Query(ge=1, le=MOST_SHOWN)] = 50,
        before: Annotated[int | None, Query(ge=0, le=LARGEST)] = None,
        only: Literal["saved", "recent"] | None = None,
        find: Annotated[str, Query(max_length=LONGEST_FIND)] = "",
    ) -> Json:
        history = kept()
        older = None if before is None else RunId(before)
        pinned = None if only is None else only == "saved"
        listed = partial(history.runs.newest, limit, before=older, pinned=pinned, find=find)
        runs = [] if owner is None else listed(owner=owner)
        return {"runs": run_rows(services, runs), "keeping": history.is_on}

    _keep(router, kept)
    _change(router, kept)
    _draw(router, kept, services)
    return router


def _keep(router: APIRouter, kept: Kept) -> None:
    @router.get("/keeping")
    def keeping() -> Json:
        return {"on": kept().is_on}

    @router.put("/keeping")
    def keep(job: Keeping) -> Json:
        kept().turn(on=job.on)
        return {"on": job.on}


def _change(router: APIRouter, kept: Kept) -> None:
    @router.post("/restore")
    def restore(owner: Known, job: Restoring) -> Json:
        runs = [RunId(run) for run in job.runs]
        return {"restored": kept().runs.restore(runs, owner=owner)}

    @router.put("/{run}")
    def save(owner: Known, run: Number, job: Saving) -> Json:
        runs = kept().runs
        if not runs.pin(RunId(run), on=job.pinned, name=job.name, owner=owner):
            raise _gone()
        found = runs.find(RunId(run), owner=owner)
        return {"pinned": job.pinned, "name": "" if found is None else found.name}

    @router.delete("/{run}")
    def forget(owner: Known, run: Number) -> Json:
        if not kept().runs.forget(RunId(run), owner=owner, undoable=True):
            raise _gone()
        return {"deleted": [run]}

    @router.delete("")
    def clear(owner: Known) -> Json:
        return {"deleted": kept().runs.clear(owner=owner, undoable=True)}


def _draw(router: APIRouter, kept: Kept, services: Services) -> None:
    drawing = Lane(DRAWING, MOST_DRAWING)

    @router.get("/{run}/file/{n}")
    async def picture(request: Request, owner: Known, run: Number, n: int) -> Response:
        draw = partial(_picture, services, kept(), RunId(run), n, owner)
        webp = await while_there(request, drawing.run(draw))
        headers = {"cache-control": "private, max-age=86400"}
        return Response(webp, media_type="image/webp", headers=headers)


def _picture(services: Services, history: History, run: RunId, n: int, owner: Owner) -> bytes:
    """A small WebP of a file that a run asked by."""
    found = history.runs.find(run, owner=owner)
    keys = () if found is None else found.run.question.keys
    path = history.runs.files.find(keys[n]) if 0 <= n < len(keys) else None
    kind = None if path is None else _KINDS.get(kind_of_query(path))
    if path is None or kind is None:
        raise _gone()
    part = Part(ordinal=0, kind=kind)
    return services.reader.preview(path, part, longest=THUMBNAIL_PIXELS)


def run_rows(services: Services, runs: Sequence[KeptRun]) -> list[Json]:
    """Runs as the page lists them: the question, and cards of the items that it names."""
    named = {item for one in runs for item in (*one.run.question.like, *one.run.question.not_like)}
    cards = {item.id: item_card(item) for item in services.library.items([*named]).values()}

    def of(items: Sequence[ItemId]) -> list[Json]:
        return [cards[item] for item in items if item in cards]

    def files(keys: Sequence[str]) -> list[Json]:
        kept = services.library.runs.files
        return [
            {"name": key.rpartition("/")[2], "kept": kept.find(key) is not None} for key in keys
        ]

    return [
        {
            "id": one.id,
            "asked": one.asked,
            "pinned": one.pinned,
            "name": one.name,
            "question": {"text": "", "files": [], **one.run.question.written()},
            "files": files(one.run.question.keys),
            "items": of((*one.run.question.like, *one.run.question.not_like)),
            "hits": len(one.run.hits),
            "ms": _ms(one),
            "model": one.run.model,
            "reranker": one.run.reranker,
        }
        for one in runs
    ]


def _ms(one: KeptRun) -> float:
    timings = one.run.timings
    return timings.embed + timings.recall + timings.rerank


def _gone() -> GoneError:
    return GoneError(Message.of("history.gone"))
