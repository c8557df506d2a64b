"""Turns expected failures into one sentence for the page; everything else stays a traceback."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from qwen3vl_app.errors import (
    AppError,
    DownloadError,
    LibraryBusyError,
    LibraryDamagedError,
    LibraryLostError,
    LibraryReadOnlyError,
    ModelError,
    TooSlowError,
    UnreadableMediaError,
    VectorServerError,
    VectorServerSlowError,
)
from qwen3vl_app.messages import Message
from qwen3vl_app.search.discretion import discreet
from qwen3vl_app.store.encoding import storable
from qwen3vl_app.ui.message_rows import answer_row

HTTP_BUSY = 503

MOST_FIELDS = 5
"""Errors of one request that an answer lists."""

RETRY_AFTER = 5
"""Seconds after which a client that was told the program is busy may ask again."""


class GoneError(AppError):
    """What was asked for is not in the library, or its file is no longer on disk."""


class TooBusyError(AppError):
    """Too many ask for the same kind of work at once."""


class NotLocalError(AppError):
    """What works at this computer alone was asked for from elsewhere."""


STATUS: tuple[tuple[type[AppError], int], ...] = (
    (GoneError, 404),
    (NotLocalError, 403),
    (TooBusyError, 503),
    (TooSlowError, 504),
    (UnreadableMediaError, 422),
    (LibraryReadOnlyError, 409),
    (LibraryBusyError, 409),
    (LibraryLostError, 503),
    (LibraryDamagedError, 503),
    (DownloadError, 400),
    (ModelError, 503),
    (VectorServerSlowError, 504),
    (VectorServerError, 503),
    (AppError, 400),
)
"""The first class that fits decides."""

UNEXPECTED = Message.of("unexpected")


def status_of(error: AppError) -> int:
    """HTTP status that says whose fault it was."""
    return next(status for kind, status in STATUS if isinstance(error, kind))


def answer_failures(app: FastAPI, *, to_strangers: bool = False) -> None:
    """Answer an ``AppError`` from any of our routes as ``{"error": sentence, …}``.

    What a request should have been is said without repeating it: half a surrogate in it, for one,
    cannot be written into an answer. ``to_strangers``, no sentence tells a path.
    """

    def answer(_request: Request, error: Exception) -> JSONResponse:
        if not isinstance(error, AppError):
            raise error
        status = status_of(error)
        said = discreet(error) if to_strangers else error
        headers = {"retry-after": str(RETRY_AFTER)} if status == HTTP_BUSY else None
        body = _writable(answer_row(said.message))
        return JSONResponse(body, status_code=status, headers=headers)

    def unreadable(_request: Request, error: Exception) -> JSONResponse:
        if not isinstance(error, RequestValidationError):
            raise error
        where = ", ".join(sorted({_field(one) for one in error.errors()})[:MOST_FIELDS])
        return JSONResponse(
            _writable(answer_row(Message.of("request.unreadable", where=where))), 422
        )

    app.add_exception_handler(AppError, answer)
    app.add_exception_handler(RequestValidationError, unreadable)


def _field(found: Mapping[str, Any]) -> str:
    """Where in the request something is wrong, and what."""
    place = ".".join(str(part)[:40] for part in found["loc"][:4])
    return f"{place} ({found['msg'][:80]})"


def _writable(body: Any) -> Any:  # noqa: ANN401  # any JSON
    """The same with what no answer can hold replaced."""
    if isinstance(body, str):
        return storable(body)
    if isinstance(body, float):
        return body if math.isfinite(body) else str(body)
    if isinstance(body, dict):
        return {name: _writable(value) for name, value in body.items()}
    return body
