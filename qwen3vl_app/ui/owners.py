"""Whose a request is, where several people use one page: told by a cookie of each browser.

A user and a password are the same for everybody, and gradio's name of a tab changes with every
reload; so a browser gets a random cookie with the page, which no script reads. The library has
only its hash: who reads the history there cannot pretend to be somebody.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable
from http.cookies import CookieError, SimpleCookie
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.types import Message as AsgiMessage

from qwen3vl_app.types.run import HERE, Owner
from qwen3vl_app.ui.guard import PAGE

COOKIE = "qwen3vl-browser"

COOKIE_SECONDS = 400 * 86400
"""Browsers keep no cookie for longer."""

OWNER = "qwen3vl.owner"
"""In the scope of a request."""

OWNER_HEADER = b"x-qwen3vl-owner"
"""Tells gradio's events; ``gate`` sets it, and no client's own gets through there."""

_COOKIE = re.compile(r"[0-9a-f]{64}")


class OwnerCookie:
    """ASGI middleware: notes whose a request is, and gives a browser its cookie with the page.

    A client that brings none, such as a program, is nobody: it has no history.

    Args:
        app: What answers.
        names: Host names of a proxy in front, which is trusted about the scheme.
    """

    def __init__(self, app: ASGIApp, *, names: Iterable[str] = ()) -> None:
        self._app = app
        self._names = frozenset(name.lower() for name in names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its owner."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        known = _cookie_of(headers)
        scope = {**scope, OWNER: None if known is None else _owner(known)}
        if known is not None or scope["path"] != PAGE or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        cookie = _set_cookie(secure=is_https(headers, self._names))

        async def with_cookie(message: AsgiMessage) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).append("set-cookie", cookie)
            await send(message)

        await self._app(scope, receive, with_cookie)


def owner_of(scope: Scope) -> Owner | None:
    """Whose a request is; ``HERE`` where nobody is told apart, None for one without a cookie."""
    found: Owner | None = scope.get(OWNER, HERE)
    return found


def owner_of_event(request: Any) -> Owner | None:  # noqa: ANN401  # gradio's types are too wide
    """The same for one of gradio's events, of which the gate has kept it in a header."""
    headers = getattr(request, "headers", None)  # gradio's request has none in tests of events
    said = None if headers is None else headers.get(OWNER_HEADER.decode())
    return HERE if said is None else Owner(said) if said else None


def header_of(scope: Scope) -> tuple[bytes, bytes] | None:
    """What tells gradio's events whose a request is; None where nobody is told apart."""
    return (OWNER_HEADER, (owner_of(scope) or "").encode()) if OWNER in scope else None


def is_https(headers: Headers, names: Iterable[str]) -> bool:
    """Whether a proxy in front, known by name, says that it was asked by https."""
    name = headers.get("host", "").rpartition("@")[2].partition(":")[0].lower()
    said = headers.get("x-forwarded-proto", "").partition(",")[0].strip()
    return said == "https" and name in names


def _cookie_of(headers: Headers) -> str | None:
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return None
    return found.value if found is not None and _COOKIE.fullmatch(found.value) else None


def _owner(cookie: str) -> Owner:
    return Owner(hashlib.sha256(cookie.encode()).hexdigest())


def _set_cookie(*, secure: bool) -> str:
    # Lax: a link from another site must bring it along, or it would be given anew.
    said = f"{COOKIE}={secrets.token_hex(32)}; Path=/; Max-Age={COOKIE_SECONDS}; HttpOnly"
    return f"{said}; SameSite=Lax{'; Secure' if secure else ''}"
