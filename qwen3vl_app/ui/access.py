"""Who may use the page, and for what: a password, and reading only."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from pathlib import Path

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from qwen3vl_app.messages import Message
from qwen3vl_app.ui.guard import OWN_PREFIXES, SAFE_METHODS
from qwen3vl_app.ui.refusing import refuse

CHALLENGE = {"www-authenticate": 'Basic realm="Qwen3-VL Search", charset="UTF-8"'}

WHO = Message.of("access.who")

SEARCH_ONLY = Message.of("public.search_only")

PRIVATE = (
    *("/api/outcomes", "/api/about", "/api/folders", "/api/ignore", "/api/storage"),
    *("/api/removed", "/api/history", "/api/models/stages", "/api/exports", "/api/disk"),
    *("/api/models/known", "/api/models/getting", "/api/inspect"),
    *("/api/judging", "/api/comparison", "/api/runs", "/api/balance"),
    "/api/connections",
)
"""What a public demo does not reveal: folders, files and error details of this computer."""

QUESTIONS = frozenset(
    {*(f"/api/hits/{name}" for name in ("seen", "cost", "evidence")), "/api/map/begin"}
)
"""Posted because a question is long, and changing nothing: like a search, anybody may ask them."""

NO_FILE = Message.of("file.none")


class PasswordGuard:
    """ASGI middleware: answers 401 to every request without the right user and password.

    HTTP basic authentication (RFC 7617), over scripts, media and gradio's own routes alike. The
    comparison takes constant time, so that it tells nothing about the password.
    """

    def __init__(self, app: ASGIApp, *, auth: tuple[str, str]) -> None:
        self._app = app
        self._wanted = _digest(":".join(auth).encode())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or ask for the password."""
        if scope["type"] not in ("http", "websocket") or self._knows(Headers(scope=scope)):
            await self._app(scope, receive, send)
        else:
            await refuse(scope, receive, send, 401, WHO, CHALLENGE)

    def _knows(self, headers: Headers) -> bool:
        scheme, _, encoded = headers.get("authorization", "").partition(" ")
        try:
            given = base64.b64decode(encoded.strip(), validate=True)
        except (binascii.Error, ValueError):
            given = b""
        # always compared, so that a malformed header takes as long as a wrong password
        same = hmac.compare_digest(_digest(given), self._wanted)
        return same and scheme.lower() == "basic"


class SearchOnlyGuard:
    """ASGI middleware: answers 403 to requests that change something or reveal this computer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass searches and pictures on, refuse the rest of our own routes."""
        if scope["type"] == "http" and _is_more_than_search(scope["method"], scope["path"]):
            await refuse(scope, receive, send, 403, SEARCH_ONLY)
        else:
            await self._app(scope, receive, send)


def is_inside(path: Path, folder: Path) -> bool:
    """Whether a path leads to something inside ``folder``, all links followed."""
    try:
        return path.resolve().is_relative_to(folder.resolve())
    except (OSError, ValueError, RuntimeError):  # a loop, a NUL, a name too long for the disk
        return False


def _is_more_than_search(method: str, path: str) -> bool:
    if not path.startswith(OWN_PREFIXES) or (method == "POST" and path in QUESTIONS):
        return False
    return method not in SAFE_METHODS or path.startswith(PRIVATE)


def _digest(secret: bytes) -> bytes:
    """Of equal length for secrets of any length, so that the comparison does not reveal it."""
    return hashlib.sha256(secret).digest()
