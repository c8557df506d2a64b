"""How guards say no: a status, and a message that the page has in its own words."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocketClose

from qwen3vl_app.messages import Message
from qwen3vl_app.ui.message_rows import answer_row


async def refuse(  # noqa: PLR0917  # the three of ASGI, and what to say
    scope: Scope,
    receive: Receive,
    send: Send,
    status: int,
    why: Message,
    headers: Mapping[str, str] | None = None,
) -> None:
    """Answer with a status and what ``failures`` says for our routes, or close a websocket."""
    if scope["type"] == "websocket":
        await WebSocketClose(code=1008, reason=str(why))(scope, receive, send)
    else:
        answer = JSONResponse(answer_row(why), status_code=status, headers=headers)
        await answer(scope, receive, send)
