"""Messages as the page gets them: it words them from the catalogues of the command line."""

from __future__ import annotations

from typing import Any

from qwen3vl_app.messages import Message


def message_row(message: Message) -> dict[str, Any]:
    """``{"text", "code", "values"}``; ``text`` is English, for who has no catalogue."""
    values = {
        name: message_row(value) if isinstance(value, Message) else value
        for name, value in message.values.items()
    }
    return {"text": str(message), "code": message.code, "values": values}


def answer_row(message: Message) -> dict[str, Any]:
    """``{"error", "code", "values"}``, as all routes answer where they refuse something."""
    row = message_row(message)
    return {"error": row.pop("text"), **row}
