"""Dropped files: received in a stream, copied into the library, handed to the indexer."""

from __future__ import annotations

import errno
import shutil
from collections.abc import AsyncIterator
from pathlib import Path, PurePosixPath
from tempfile import NamedTemporaryFile
from urllib.parse import unquote

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel

from qwen3vl_app.errors import AppError, LibraryError, LibraryReadOnlyError, UsageError
from qwen3vl_app.media.files import content_hash
from qwen3vl_app.services import Services
from qwen3vl_app.store.uploads import place_upload
from qwen3vl_app.ui.present import Json
from qwen3vl_app.ui.routes.indexing import clean_name
from qwen3vl_app.ui.uploads import safe_relative

CHUNK = 2**20
"""Bytes gathered before they are written: a hop to a worker thread per network packet is slow."""

HEADROOM = 2**28
"""Bytes that stay free on the disk; SQLite needs room to commit what is being indexed."""


class Uploaded(BaseModel):
    """Files of one drop, as ``PUT /api/upload`` named them."""

    stored: list[str] = []
    collection: str | None = None


def upload_routes(services: Services) -> APIRouter:
    """``PUT /api/upload`` with the percent-encoded ``X-Path`` and ``X-Collection``.

    ``X-Hold: 1`` stores the file without indexing it yet; ``POST /api/upload/done`` with the
    stored paths does that for a whole batch, so that a dropped folder is one job.
    """
    router = APIRouter(prefix="/api")
    uploads = services.library.uploads
    limit = services.settings.limits.max_file_bytes

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
        half = await _receive(request, uploads, limit)
        try:
            stored = await run_in_threadpool(_place, half, uploads, relative)
        finally:
            half.unlink(missing_ok=True)
        if request.headers.get("x-hold") != "1":
            collection = clean_name(unquote(request.headers.get("x-collection", "")))
            await run_in_threadpool(services.indexer.add, [stored], collection=collection)
        return {"stored": stored.relative_to(uploads).as_posix()}

    @router.post("/upload/done")
    async def done(body: Uploaded) -> Json:
        paths = [_stored(uploads, name) for name in body.stored]
        if not paths:
            raise UsageError("No file was uploaded.", code="upload.none")
        collection = clean_name(body.collection)
        await run_in_threadpool(services.indexer.add, paths, collection=collection)
        return {"files": len(paths)}

    return router


def _place(half: Path, uploads: Path, relative: PurePosixPath) -> Path:
    return place_upload(half, uploads, relative, content_hash(half))


def _stored(uploads: Path, name: str) -> Path:
    path = uploads / safe_relative(name)
    if not path.is_file():
        raise UsageError(f"{name} was not uploaded.")
    return path


async def _receive(request: Request, uploads: Path, limit: int) -> Path:
    """Write the body to a temporary file beside its later place; never more than ``limit``."""
    await run_in_threadpool(_check_room, uploads, int(request.headers.get("content-length", 0)))
    with NamedTemporaryFile(dir=uploads, prefix=".", suffix=".part", delete=False) as half:
        path = Path(half.name)
        try:
            async for piece in _pieces(request, limit):
                await run_in_threadpool(half.write, piece)
        except BaseException as error:
            path.unlink(missing_ok=True)
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
        if size > limit:
            raise UsageError(
                f"The file is larger than the limit of {limit} bytes.",
                code="upload.large",
                limit=limit,
            )
        waiting += chunk
        if len(waiting) >= CHUNK:
            yield bytes(waiting)
            waiting.clear()
    yield bytes(waiting)


def _check_room(uploads: Path, announced: int) -> None:
    try:
        free = shutil.disk_usage(uploads).free
    except OSError as error:  # made anew, it would stand in the way of the drive that was there
        raise LibraryError(
            f"The folder {uploads} cannot be reached ({error.strerror}); if it is on a drive, "
            "connect that again."
        ) from error
    if announced + HEADROOM > free:
        raise AppError(
            f"The file has {announced} bytes and the disk of the library {free} free, of which "
            f"{HEADROOM} are kept; free some space or add the folder by its path.",
            code="disk.small",
        )
