"""How guards say no: a status, a sentence, and a code by which the page has it in other words."""

from __future__ import annotations

from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from qwen3vl_app.messages import Message, Value
from qwen3vl_app.ui.message_rows import message_row


async def refuse_with(  # the three of ASGI, and what to say
    scope: Scope,
    receive: Receive,
    send: Send,
    status: int,
    sentence: str,
    *,
    code: str,
    **values: Value,
) -> None:
    """Answer ``{"error": sentence, "code", "values"}``, as ``failures`` does for our routes."""
    row = message_row(Message(code, values))
    content = {"error": sentence, "code": code, "values": row["values"]}
    await JSONResponse(content, status_code=status)(scope, receive, send)
