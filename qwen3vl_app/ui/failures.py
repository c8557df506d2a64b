"""Turns expected failures into one sentence for the page; everything else stays a traceback."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from qwen3vl_app.errors import (
    AppError,
    LibraryBusyError,
    LibraryDamagedError,
    LibraryLostError,
    LibraryReadOnlyError,
    ModelError,
    TooSlowError,
    UnreadableMediaError,
)
from qwen3vl_app.ui.sentences import error_row

STATUS: tuple[tuple[type[AppError], int], ...] = (
    (TooSlowError, 504),
    (UnreadableMediaError, 422),
    (LibraryReadOnlyError, 409),
    (LibraryBusyError, 409),
    (LibraryLostError, 503),
    (LibraryDamagedError, 503),
    (ModelError, 503),
    (AppError, 400),
)
"""The first class that fits decides."""

UNEXPECTED = "Something went wrong in the program; the terminal it runs in has the details."


class GoneError(AppError):
    """What was asked for is not in the library, or its file is no longer on disk."""


def status_of(error: AppError) -> int:
    """HTTP status that says whose fault it was."""
    if isinstance(error, GoneError):
        return 404
    return next(status for kind, status in STATUS if isinstance(error, kind))


def answer_failures(app: FastAPI) -> None:
    """Answer an ``AppError`` from any of our routes as ``{"error": sentence, …}``."""

    def answer(_request: Request, error: Exception) -> JSONResponse:
        if not isinstance(error, AppError):
            raise error
        words = error_row(error)
        return JSONResponse({"error": words.pop("text"), **words}, status_code=status_of(error))

    app.add_exception_handler(AppError, answer)
