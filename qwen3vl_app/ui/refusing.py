"""How guards say no: a status, a sentence, and a code by which the page has it in other words."""

from __future__ import annotations

from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send


async def refuse_with(  # the three of ASGI, and what to say
    scope: Scope,
    receive: Receive,
    send: Send,
    status: int,
    sentence: str,
    *,
    code: str,
    **values: str | float,
) -> None:
    """Answer ``{"error": sentence, "code", "values"}``, as ``failures`` does for our routes."""
    content = {"error": sentence, "code": code, "values": values}
    await JSONResponse(content, status_code=status)(scope, receive, send)
