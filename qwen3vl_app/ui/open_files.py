"""A file that is open already, sent to a browser, whatever becomes of its path."""

from __future__ import annotations

import os
from pathlib import Path

from fastapi.responses import FileResponse
from starlette.types import Receive, Scope, Send

from qwen3vl_app.media.originals import OpenOriginal

_DESCRIPTORS = Path("/dev/fd")
"""Where Linux and macOS have open files by number. Elsewhere the path is opened again."""


LAST_SECOND = 253_402_300_799
"""Of the year 9999, after which there is no date; a file's time may be anything."""


def clamped(seconds: float) -> int:
    """A time since 1970 that is a date, the nearest one."""
    return int(min(max(seconds, -LAST_SECOND // 5), LAST_SECOND))


class OpenFileResponse(FileResponse):
    """``FileResponse``, ranges and all, of what was opened and checked. Closes it at the end."""

    def __init__(self, original: OpenOriginal, **given: object) -> None:
        descriptor = _DESCRIPTORS / str(original.file.fileno())
        path = descriptor if _DESCRIPTORS.is_dir() else original.path
        super().__init__(path, stat_result=_dated(original.status), **given)  # type: ignore[arg-type]
        self._file = original.file

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._file.close()


def _dated(status: os.stat_result) -> os.stat_result:
    """The status with a time that can be written into a header."""
    fields = list(status[:10])
    fields[8] = clamped(status.st_mtime)
    return os.stat_result(fields)
