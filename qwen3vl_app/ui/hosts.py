"""Under which host names the page may be asked for; others are those of hostile sites."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.types import Message as AsgiMessage

from qwen3vl_app.messages import Message
from qwen3vl_app.ui.refusing import refuse

_KNOWN = "qwen3vl.known_host"
"""Set in the scope of a request whose host is one of ours."""


class HostGuard:
    """ASGI middleware: answers 400 to requests for an unknown ``Host`` (DNS rebinding).

    Args:
        app: What answers the others.
        hosts: Names and addresses, as ``allowed_hosts`` gives them.
    """

    def __init__(self, app: ASGIApp, *, hosts: Sequence[str]) -> None:
        self._app = app
        # How a host is read is starlette's matter; how it is refused is ours.
        self._judge = TrustedHostMiddleware(_passed, allowed_hosts=hosts, www_redirect=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it with the reason."""
        if scope["type"] in ("http", "websocket"):
            await self._judge(scope, receive, _unsent)
            if not scope.pop(_KNOWN, False):
                asked = Headers(scope=scope).get("host", "")[:200]
                await refuse(scope, receive, send, 400, Message.of("access.host", name=asked))
                return
        await self._app(scope, receive, send)


async def _passed(scope: Scope, _receive: Receive, _send: Send) -> None:
    scope[_KNOWN] = True


async def _unsent(_message: AsgiMessage) -> None:
    pass


def allowed_hosts(bound: str, names: Sequence[str] = ()) -> list[str]:
    """Host names under which the page may be asked for, given the address it is bound to.

    Bound to every address (``0.0.0.0``), these are the names and addresses of this machine.

    Args:
        bound: Address or name.
        names: Further ones, such as that of a proxy in front.
    """
    hosts = ["127.0.0.1", "localhost", "::1", bound, *names]
    if _is_wildcard(bound):
        hosts += _own_names()
    return list(dict.fromkeys(f"[{one}]" if ":" in one else one.lower() for one in hosts))


def _own_names() -> list[str]:
    """The names and addresses of this machine, as far as it knows them."""
    name = socket.gethostname()
    try:
        found = socket.getaddrinfo(name, None)
    except OSError:
        found = []
    addresses = [str(entry[4][0]).partition("%")[0] for entry in found]
    return [name, f"{name}.local", *addresses, *_outgoing_address()]


def _outgoing_address() -> list[str]:
    """The address under which the network knows this machine; nothing is sent to find it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # reserved for documentation (RFC 5737)
        except OSError:
            return []
        return [str(probe.getsockname()[0])]


def _is_wildcard(bound: str) -> bool:
    try:
        return ipaddress.ip_address(bound).is_unspecified
    except ValueError:
        return False
