"""Keeps other web pages in the same browser away from the program.

A page on the internet can send requests to 127.0.0.1. Three things stop it: an unknown ``Host`` is
refused (DNS rebinding, see ``hosts``), a request must not come from another site, and one to our
own routes that changes something must carry a header that a foreign page cannot set without asking
first.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.types import Message as AsgiMessage
from starlette.websockets import WebSocketClose

from qwen3vl_app.messages import NOTHING, Message
from qwen3vl_app.ui.refusing import refuse

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

PAGE = "/"
"""The one address to which other sites may link, with a question behind it or without."""

OWN_SITES = frozenset({"same-origin", "none"})
"""From the page itself, or from the person: an address typed, a bookmark. ``same-site`` is another
port of this computer, which is another program."""

FOREIGN = Message.of("access.foreign")

PAGE_HEADER = "x-qwen3vl-page"
"""Sent by our scripts with every request that changes something."""

OWN_PREFIXES = ("/api/", "/m/")

OWN_HEADERS = {
    b"x-content-type-options": b"nosniff",
    b"cross-origin-resource-policy": b"same-origin",
    b"referrer-policy": b"no-referrer",
    b"x-frame-options": b"SAMEORIGIN",
}
"""Set on every response of the program."""

PAGE_POLICY = (
    b"content-security-policy",
    b"default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; frame-ancestors 'self'",
)
"""Set on HTML: the browser itself keeps the page from asking other hosts for anything. Gradio
compiles its templates, so scripts cannot be restricted further."""

PAGE_ALONE = (b"cross-origin-opener-policy", b"same-origin")
"""Set on HTML: a site that opened the page cannot look into its window, nor count its frames."""


def refusal(method: str, path: str, headers: Headers) -> Message:
    """Why a request is refused; nothing where it may pass.

    Browsers say where a request comes from, and what it is for (Fetch Metadata). Other sites may
    link to the page itself, and nothing else: what they embed or fetch of this program would make
    it work for them, or tell them of it. Programs that say nothing, such as curl, may pass.
    """
    if _is_link_to_page(method, path, headers):
        return NOTHING
    if elsewhere := _asked_elsewhere(headers):
        return elsewhere
    if method not in SAFE_METHODS and path.startswith(OWN_PREFIXES) and PAGE_HEADER not in headers:
        return Message.of("access.header", name=PAGE_HEADER)
    return NOTHING


def _asked_elsewhere(headers: Headers) -> Message:
    """Why a request is not of this page; nothing where it does not say so."""
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None and site not in OWN_SITES:
        return FOREIGN
    if origin is not None and not _is_own(origin, headers):
        return Message.of("access.origin", origin=origin[:200])
    # not sent to addresses that are neither https nor this computer, and by old browsers
    referer = headers.get("referer") if site is None and origin is None else None
    return FOREIGN if referer is not None and not _is_own(referer, headers) else NOTHING


def _is_link_to_page(method: str, path: str, headers: Headers) -> bool:
    """Whether a browser opens the page in a window of its own, from wherever."""
    if method not in ("GET", "HEAD") or path != PAGE or "origin" in headers:
        return False
    mode = headers.get("sec-fetch-mode", "navigate")
    return mode == "navigate" and headers.get("sec-fetch-dest", "document") == "document"


def _is_own(address: str, headers: Headers) -> bool:
    """Whether an address is of this program; ``null`` is not."""
    try:
        place = urlsplit(address).netloc
    except ValueError:  # such as a bracket that is never closed
        return False
    return bool(place) and place == headers.get("host")


class OriginGuard:
    """ASGI middleware: refuses with 403 what ``refusal`` names, and marks every response."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it with the reason."""
        if scope["type"] == "websocket":  # the page has none, and other sites may open them
            await WebSocketClose(code=1008)(scope, receive, send)
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        reason = refusal(scope["method"], scope["path"], Headers(scope=scope))
        if reason:
            await refuse(scope, receive, send, 403, reason)
            return

        async def marked(message: AsgiMessage) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": _with_own(message["headers"])}
            await send(message)

        await self._app(scope, receive, marked)


def _with_own(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """The headers with ours, where they do not say something else already."""
    given = list(headers)
    present = {name.lower(): value for name, value in given}
    own = list(OWN_HEADERS.items())
    if present.get(b"content-type", b"").startswith(b"text/html"):
        own += [PAGE_POLICY, PAGE_ALONE]
    return [*given, *(pair for pair in own if pair[0] not in present)]
