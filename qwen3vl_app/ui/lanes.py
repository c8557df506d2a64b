"""Lanes for work that takes long: each has threads and a bounded queue of its own.

What a route does in a thread shares forty of them with every other route and with gradio. So forty
slow pictures, or forty folders on a drive that does not answer, would keep the status and the
searches waiting, too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, TypeVar

import anyio
from anyio.to_thread import run_sync
from fastapi import Request
from fastapi.responses import JSONResponse

from qwen3vl_app.errors import AppError
from qwen3vl_app.messages import Message
from qwen3vl_app.ui.failures import TooBusyError

Result = TypeVar("Result")


class Lane:
    """Runs functions on ``threads`` threads of its own. Used on the event loop only.

    Args:
        threads: How many run at once.
        waiting: How many more may wait for their turn.
    """

    def __init__(self, threads: int, waiting: int) -> None:
        self._limiter = anyio.CapacityLimiter(threads)
        self._most = threads + waiting
        self._inside = 0

    async def run(self, function: Callable[..., Result], *args: object) -> Result:
        """What the function returns; cancelled while it waits, it is never called.

        Raises:
            TooBusyError: Too many are waiting already.
        """
        if self._inside >= self._most:
            raise TooBusyError(Message.of("busy", n=self._inside))
        self._inside += 1
        try:
            return await run_sync(function, *args, limiter=self._limiter)
        finally:
            self._inside -= 1

    async def answer(
        self, request: Request, function: Callable[..., Any], *args: object
    ) -> JSONResponse:
        """As ``change``, but not begun for a client that has left: to be asked, not told.

        Raises:
            TooBusyError: Too many are waiting already.
            AppError: The client has disconnected; nobody reads this.
        """
        return await while_there(request, self.change(function, *args))

    async def change(self, function: Callable[..., Any], *args: object) -> JSONResponse:
        """What the function returns as an answer, which is written on the lane's thread, too.

        Raises:
            TooBusyError: Too many are waiting already.
        """
        return await self.run(lambda: JSONResponse(function(*args)))


async def while_there(request: Request, work: Coroutine[Any, Any, Result]) -> Result:
    """What comes of the work; it is cancelled when the client leaves.

    Raises:
        AppError: The client has disconnected; nobody reads this.
    """
    working = asyncio.ensure_future(work)
    leaving = asyncio.ensure_future(_leaves(request))
    try:
        await asyncio.wait((working, leaving), return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return working.result()
        raise AppError(Message.of("unawaited"))
    finally:
        for task in (working, leaving):
            task.cancel()
        with suppress(asyncio.CancelledError, AppError):
            await working


async def _leaves(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
