"""Whether somebody at this very computer asks, and nobody else can."""

from __future__ import annotations

from fastapi import Request

from qwen3vl_app.settings import Settings, is_loopback

FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")
"""What proxies add: then somebody behind one asks, wherever that is."""


def is_local(request: Request, settings: Settings) -> bool:
    """Whether the page is used on this computer alone, and this request comes from it.

    For what shows on this computer's screen. The server must be bound to this computer, without
    a password (behind which others may be), a proxy or visitors; and the request must come from
    here, under a name of this computer, and through nobody.
    """
    return _serves_here_only(settings) and _comes_from_here(request)


def _serves_here_only(settings: Settings) -> bool:
    if settings.auth is not None or settings.read_only or settings.allowed_names:
        return False
    return is_loopback(settings.host)


def _comes_from_here(request: Request) -> bool:
    if request.client is None or any(name in request.headers for name in FORWARDED):
        return False
    return is_loopback(request.client.host) and is_loopback(request.url.hostname or "")
