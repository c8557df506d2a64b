"""Dropped files: received in a stream, copied into the library, handed to the indexer."""

from __future__ import annotations

import errno
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path, PurePosixPath
from tempfile import NamedTemporaryFile
from urllib.parse import unquote

import anyio
from anyio.to_thread import run_sync
from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel
from starlette.requests import ClientDisconnect

from qwen3vl_app.errors import AppError, LibraryReadOnlyError, UsageError
from qwen3vl_app.media.files import content_hash
from qwen3vl_app.media.offered import reasons_to_leave
from qwen3vl_app.messages import Message
from qwen3vl_app.services import Services
from qwen3vl_app.store.encoding import storable
from qwen3vl_app.store.uploads import ARRIVING, CONTENT
from qwen3vl_app.ui.lanes import Lane
from qwen3vl_app.ui.message_rows import message_row
from qwen3vl_app.ui.room import Reservation, Room
from qwen3vl_app.ui.routes.indexing import clean_name
from qwen3vl_app.ui.routes.removals import removed_row
from qwen3vl_app.ui.serialize import Json
from qwen3vl_app.ui.uploads import safe_relative

CHUNK = 2**20
"""Bytes gathered before they are written: a hop to a worker thread per network packet is slow."""

PLACING = 4
"""Files hashed and named at once, as many as the page sends: one of 20 GiB takes minutes, and
the threads that answer everything else are few."""

MOST_AT_ONCE = 10_000
"""Files of one job; a page sends 50. Names of one offer; a page sends 2,000."""

OFFERS, MOST_WAITING = 2, 32
"""Offers answered at once, and waiting: patterns are compared with thousands of names."""


class Uploaded(BaseModel):
    """Files of one drop, as ``PUT /api/upload`` named them."""

    stored: list[str] = []
    collection: str | None = None


class Offered(BaseModel):
    """The names of a folder that a browser would send."""

    names: list[str]
    lists: dict[str, str] = {}
    """The texts of its files ``.searchignore``, by their names."""


def upload_routes(services: Services, room: Room | None = None) -> APIRouter:
    """``PUT /api/upload`` with the percent-encoded ``X-Path`` and ``X-Collection``.

    ``X-Hold: 1`` stores the file without indexing it yet; ``POST /api/upload/done`` with the
    stored paths does that for a whole batch, so that a dropped folder is one job.
    ``POST /api/upload/undo`` takes such files out again, into the trash.
    ``POST /api/upload/offer`` says before anything is sent what of a folder a scan would take.
    """
    router = APIRouter(prefix="/api")
    uploads = services.library.uploads
    limit = services.settings.limits.max_file_bytes
    room = room or Room(uploads)
    placing = anyio.CapacityLimiter(PLACING)
    offering = Lane(OFFERS, MOST_WAITING)

    @router.post("/upload/offer")
    async def offer(job: Offered) -> Response:
        _check_number(len(job.names))
        return await offering.change(left_out, job)

    def left_out(job: Offered) -> Json:
        patterns = services.indexer.folders.patterns
        names = [storable(name) for name in job.names]
        lists = {storable(name): storable(text) for name, text in job.lists.items()}
        reasons = reasons_to_leave(names, lists, ignore=patterns)
        return {"left": [None if reason is None else message_row(reason) for reason in reasons]}

    @router.put("/upload")
    @router.post("/upload")
    async def upload(request: Request) -> Json:
        if not services.library.writable:
            raise LibraryReadOnlyError(Message.of("library.adds_nothing"))
        if (trouble := await run_in_threadpool(services.library.trouble)) is not None:
            raise trouble  # before a file is received that could not be kept
        name = unquote(request.headers.get("x-path", ""))
        relative = safe_relative(name)
        await run_in_threadpool(_check_wanted, services, name)
        announced = _announced(request, limit)
        with await run_in_threadpool(room.reserve, announced) as reservation:
            half = await _receive(request, uploads, reservation, limit)
            try:
                stored, known = await run_sync(_place, services, half, relative, limiter=placing)
            finally:
                half.unlink(missing_ok=True)
        if request.headers.get("x-hold") != "1":
            collection = clean_name(unquote(request.headers.get("x-collection", "")))
            await run_in_threadpool(services.indexer.add, [stored], collection=collection)
        name = stored.relative_to(uploads).as_posix()
        return {"stored": name, "known": True} if known else {"stored": name}

    @router.post("/upload/done")
    async def done(body: Uploaded) -> Json:
        _check_number(len(body.stored))
        paths = await run_in_threadpool(_all_stored, uploads, body.stored)
        if not paths:
            raise UsageError(Message.of("upload.none"))
        collection = clean_name(body.collection)
        await run_in_threadpool(services.indexer.add, paths, collection=collection)
        return {"files": len(paths)}

    @router.post("/upload/undo")
    async def undo(body: Uploaded) -> Json:
        _check_number(len(body.stored))
        paths = await run_in_threadpool(_all_stored, uploads, body.stored)
        removed = await run_in_threadpool(services.indexer.folders.remove, paths)
        return {"removed": removed_row(removed)}

    return router


def _check_number(found: int) -> None:
    if found > MOST_AT_ONCE:
        raise UsageError(Message.of("upload.many", found=found, most=MOST_AT_ONCE))


def _check_wanted(services: Services, name: str) -> None:
    """Apply the rules of a scan again, for clients that send a file without asking first.

    What no reader claims is left to the indexer, which notes it as an outcome.

    Raises:
        UsageError: It lies in a folder, and a scan of that would leave it out.
    """
    patterns = services.indexer.folders.patterns
    (reason,) = reasons_to_leave([name.replace("\\", "/")], {}, ignore=patterns, kinds=False)
    if reason is not None:
        raise UsageError(Message.of("upload.left", name=name[:200], reason=reason))


def _place(services: Services, half: Path, relative: PurePosixPath) -> tuple[Path, bool]:
    """Where it is from now on, and whether the library knew it there before."""
    stored = services.library.dropped.place(half, relative, content_hash(half))
    return stored, services.library.knows(stored)


def _all_stored(uploads: Path, names: list[str]) -> list[Path]:
    return [_stored(uploads, name) for name in names]


def _stored(uploads: Path, name: str) -> Path:
    relative = PurePosixPath(name)
    first = relative.parts[0] if relative.parts else CONTENT
    is_ours = (
        not relative.is_absolute()
        and ".." not in relative.parts
        and first.casefold() != CONTENT
        and not first.startswith(ARRIVING)
    )
    path = uploads / relative
    with suppress(OSError, ValueError):  # no name on this disk at all
        if is_ours and path.is_file():
            return path
    raise UsageError(Message.of("upload.unknown", name=name[:200]))


def _announced(request: Request, limit: int) -> int:
    """Bytes that the request says it has; none where it does not say."""
    given = request.headers.get("content-length", "")
    size = int(given) if given.isdecimal() and len(given) <= len(str(2**63)) else 0
    _check_size(size, limit)
    return size


async def _receive(request: Request, uploads: Path, reservation: Reservation, limit: int) -> Path:
    """Write the body to a temporary file beside its later place; never more than ``limit``."""
    with NamedTemporaryFile(dir=uploads, prefix=ARRIVING, suffix=".part", delete=False) as half:
        path = Path(half.name)

        def write(piece: bytes) -> None:
            reservation.take(len(piece))
            half.write(piece)
            half.flush()  # so that the next look at the disk sees it

        try:
            async for piece in _pieces(request, limit):
                await run_in_threadpool(write, piece)
        except BaseException as error:
            path.unlink(missing_ok=True)
            if isinstance(error, ClientDisconnect):
                raise AppError(Message.of("upload.broken")) from error
            if isinstance(error, OSError) and error.errno == errno.ENOSPC:
                raise AppError(Message.of("disk.full")) from error
            raise
    return path


async def _pieces(request: Request, limit: int) -> AsyncIterator[bytes]:
    """The body in pieces of about ``CHUNK`` bytes."""
    size, waiting = 0, bytearray()
    async for chunk in request.stream():
        size += len(chunk)
        _check_size(size, limit)
        waiting += chunk
        if len(waiting) >= CHUNK:
            yield bytes(waiting)
            waiting.clear()
    yield bytes(waiting)


def _check_size(size: int, limit: int) -> None:
    if size > limit:
        raise UsageError(Message.of("upload.large", limit=limit))
