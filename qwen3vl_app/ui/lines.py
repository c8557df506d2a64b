"""Answers that come line by line, each one JSON, and end when the client leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import Event

import orjson
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from qwen3vl_app.ui.serialize import Json


class Lines(StreamingResponse):
    """Sends lines, and ends what makes them when the client leaves.

    Args:
        lines: Made in a thread of their own, one after the other.
        over: Set when the answer has ended, or its client has left.
        ended: Called after that.
    """

    def __init__(self, lines: Iterator[bytes], over: Event, ended: Callable[[], None]) -> None:
        super().__init__(lines, media_type="application/x-ndjson")
        self.over, self.ended = over, ended

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send them."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self.over.set()
            self.ended()


def line(row: Json) -> bytes:
    """One line."""
    return orjson.dumps(row, option=orjson.OPT_NON_STR_KEYS) + b"\n"
