"""A file that is open already, sent to a browser, whatever becomes of its path."""

from __future__ import annotations

import os
from pathlib import Path

from fastapi.responses import FileResponse
from starlette.types import Receive, Scope, Send

from qwen3vl_app.media.originals import OpenOriginal
from qwen3vl_app.types import calendar_time

_DESCRIPTORS = Path("/dev/fd")
"""Where Linux and macOS have open files by number. Elsewhere the path is opened again."""


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
    fields[8] = int(calendar_time(status.st_mtime_ns).timestamp())
    return os.stat_result(fields)
