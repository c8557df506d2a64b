"""What an assistant may send by MCP: read and checked before gradio sees it.

Gradio answers the protocol; it also reads resources and prompts by asking itself over HTTP, with
files in both directions. Here are tools alone, and no value of a call can be taken for a file.
"""

from __future__ import annotations

from typing import Any

import orjson

from qwen3vl_app.ui.event_bodies import Json, json_object, known_values, unknown

METHODS = frozenset(
    {
        *("initialize", "ping", "tools/list", "tools/call"),
        *("resources/list", "resources/templates/list", "prompts/list"),
        *("notifications/initialized", "notifications/cancelled", "notifications/progress"),
    }
)
"""Of JSON-RPC; lists of resources and prompts are empty."""


def known_message(raw: bytes) -> Json:
    """One message of the protocol.

    Raises:
        UsageError: It is none that is served, or several.
    """
    body = json_object(raw)
    if body.get("method") not in METHODS:
        raise unknown(f"the method {str(body.get('method'))[:40]!r}")
    params = body.get("params")
    if body["method"] == "tools/call" and isinstance(params, dict):
        body["params"] = {**params, "arguments": known_values(params.get("arguments") or {})}
    return body


def json_texts(server: Any) -> None:  # noqa: ANN401  # gradio has no types
    """Have gradio's MCP server answer JSON, where it writes values as Python does.

    What endpoints answer are dictionaries without files, so there is nothing else to be made of
    them.
    """
    text = server.types.TextContent

    def written(data: list[Any], _root: str) -> list[Any]:
        return [text(type="text", text=orjson.dumps(one).decode()) for one in data]

    server.postprocess_output_data = written
