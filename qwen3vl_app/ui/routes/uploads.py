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
from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel
from starlette.requests import ClientDisconnect

from qwen3vl_app.errors import AppError, LibraryReadOnlyError, UsageError
from qwen3vl_app.media.files import content_hash
from qwen3vl_app.services import Services
from qwen3vl_app.store.uploads import ARRIVING
from qwen3vl_app.ui.present import Json
from qwen3vl_app.ui.room import Reservation, Room
from qwen3vl_app.ui.routes.indexing import clean_name
from qwen3vl_app.ui.uploads import safe_relative

CHUNK = 2**20
"""Bytes gathered before they are written: a hop to a worker thread per network packet is slow."""

PLACING = 4
"""Files hashed and named at once, as many as the page sends: one of 20 GiB takes minutes, and
the threads that answer everything else are few."""

MOST_AT_ONCE = 10_000
"""Files of one job; a page sends 50."""


class Uploaded(BaseModel):
    """Files of one drop, as ``PUT /api/upload`` named them."""

    stored: list[str] = []
    collection: str | None = None


def upload_routes(services: Services, room: Room | None = None) -> APIRouter:
    """``PUT /api/upload`` with the percent-encoded ``X-Path`` and ``X-Collection``.

    ``X-Hold: 1`` stores the file without indexing it yet; ``POST /api/upload/done`` with the
    stored paths does that for a whole batch, so that a dropped folder is one job.
    """
    router = APIRouter(prefix="/api")
    uploads = services.library.uploads
    limit = services.settings.limits.max_file_bytes
    room = room or Room(uploads)
    placing = anyio.CapacityLimiter(PLACING)

    @router.put("/upload")
    @router.post("/upload")
    async def upload(request: Request) -> Json:
        if not services.library.writable:
            raise LibraryReadOnlyError(
                "This library is open for reading only; nothing is added.", code="library.readonly"
            )
        if (trouble := await run_in_threadpool(services.library.trouble)) is not None:
            raise trouble  # before a file is received that could not be kept
        relative = safe_relative(unquote(request.headers.get("x-path", "")))
        announced = _announced(request, limit)
        with await run_in_threadpool(room.reserve, announced) as reservation:
            half = await _receive(request, uploads, reservation, limit)
            try:
                stored = await run_sync(_place, services, half, relative, limiter=placing)
            finally:
                half.unlink(missing_ok=True)
        if request.headers.get("x-hold") != "1":
            collection = clean_name(unquote(request.headers.get("x-collection", "")))
            await run_in_threadpool(services.indexer.add, [stored], collection=collection)
        return {"stored": stored.relative_to(uploads).as_posix()}

    @router.post("/upload/done")
    async def done(body: Uploaded) -> Json:
        if len(body.stored) > MOST_AT_ONCE:
            raise UsageError(
                f"{len(body.stored)} files are named; name up to {MOST_AT_ONCE} at a time.",
                code="upload.many",
                most=MOST_AT_ONCE,
            )
        paths = await run_in_threadpool(_all_stored, uploads, body.stored)
        if not paths:
            raise UsageError("No file was uploaded.", code="upload.none")
        collection = clean_name(body.collection)
        await run_in_threadpool(services.indexer.add, paths, collection=collection)
        return {"files": len(paths)}

    return router


def _place(services: Services, half: Path, relative: PurePosixPath) -> Path:
    return services.library.dropped.place(half, relative, content_hash(half))


def _all_stored(uploads: Path, names: list[str]) -> list[Path]:
    return [_stored(uploads, name) for name in names]


def _stored(uploads: Path, name: str) -> Path:
    relative = PurePosixPath(name)
    is_ours = not relative.is_absolute() and not any(
        part.startswith(".") for part in relative.parts
    )
    path = uploads / relative
    with suppress(OSError, ValueError):  # no name on this disk at all
        if is_ours and path.is_file():
            return path
    raise UsageError(f"{name[:200]} was not uploaded.", code="upload.unknown", name=name[:200])


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
                raise AppError("The file broke off on its way.", code="upload.broken") from error
            if isinstance(error, OSError) and error.errno == errno.ENOSPC:
                raise AppError(
                    "The disk of the library is full; free some space.", code="disk.full"
                ) from error
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
        raise UsageError(
            f"The file is larger than the limit of {limit} bytes.",
            code="upload.large",
            limit=limit,
        )
