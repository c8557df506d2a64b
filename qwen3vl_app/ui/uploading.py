"""Bodies as they arrive: held to a pace, and cut off cleanly where they stop."""

from __future__ import annotations

import asyncio

from starlette.formparsers import MultiPartException
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.types import Message as AsgiMessage

from qwen3vl_app.messages import NOTHING, Message
from qwen3vl_app.ui.refusing import refuse

WINDOW_SECONDS = 20.0
"""Of waiting for the client; what the program itself takes does not count."""

WINDOW_BYTES = 20 * 2**10
"""At least in that time: a kilobyte a second, a tenth of what a slow mobile network sends."""


class CutOffError(MultiPartException):
    """A body that does not arrive in full, or is not read in full.

    Of the one kind on which the parser of forms (starlette's, and gradio's after it) deletes what
    it has written so far.

    Attributes:
        gone: The client has disconnected, so no answer can be sent.
        status: HTTP status of the answer.
        why: What to say.
    """

    def __init__(self, why: Message = NOTHING, *, status: int = 408) -> None:
        super().__init__(str(why))
        self.gone = not why
        self.status = status
        self.why = why

    def __str__(self) -> str:
        return self.message


class Pace:
    """``receive``, held to ``least`` bytes in every ``seconds`` of waiting."""

    def __init__(
        self, receive: Receive, *, seconds: float = WINDOW_SECONDS, least: int = WINDOW_BYTES
    ) -> None:
        self._receive = receive
        self._seconds = seconds
        self._least = least
        self._waited = 0.0
        self._arrived = 0

    async def __call__(self) -> AsgiMessage:
        """The next part of the body.

        Raises:
            CutOffError: It took too long, or the client has gone.
        """
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            async with asyncio.timeout(self._seconds - self._waited):
                message = await self._receive()
        except TimeoutError as error:
            raise CutOffError(
                Message.of(
                    "body.slow",
                    bytes=self._arrived,
                    seconds=f"{self._seconds:.0f}",
                    least=self._least,
                )
            ) from error
        if message["type"] != "http.request":
            raise CutOffError
        self._waited += loop.time() - began
        self._arrived += len(message.get("body", b""))
        if self._arrived >= self._least:
            self._waited, self._arrived = 0.0, 0
        return message


class Arriving:
    """``receive`` for an app that takes a body piece by piece; remembers why it was cut off.

    Args:
        receive: Where the pieces come from; may raise ``CutOffError``.
    """

    def __init__(self, receive: Receive, pieces: Receive | None = None) -> None:
        self._receive = receive
        self._pieces = pieces or receive
        self._ended = False
        self.cut: CutOffError | None = None

    async def __call__(self) -> AsgiMessage:
        """The next piece; after the last one, whether the client is still there."""
        if self._ended:
            return await self._receive()
        try:
            message = await self._pieces()
            self._ended = not message.get("more_body", False)
            await self.look(message)
        except CutOffError as error:
            self.cut = error
            raise
        return message

    async def look(self, message: AsgiMessage) -> None:
        """Called with each piece before the app has it; may raise ``CutOffError``."""


class PacedFiles:
    """ASGI middleware for file bodies: cuts off those that stall."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, its body at a pace."""
        await take_in(self._app, scope, Arriving(receive, Pace(receive)), send)


async def take_in(app: ASGIApp, scope: Scope, body: Arriving, send: Send) -> None:
    """Pass a body to an app; if it is cut off, send the reason instead of the app's answer."""
    begun = False

    async def answer(message: AsgiMessage) -> None:
        nonlocal begun
        if body.cut is None or begun:
            begun = True
            await send(message)

    try:
        await app(scope, body, answer)
    except CutOffError as error:
        body.cut = error
    cut = body.cut
    if cut is not None and not cut.gone and not begun:
        await refuse(scope, body, send, cut.status, cut.why)
