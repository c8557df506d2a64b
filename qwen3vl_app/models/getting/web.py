"""Requests to one hub: where they may lead, and who sees the token."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

import httpx
import orjson

from qwen3vl_app import __version__
from qwen3vl_app.errors import DownloadError
from qwen3vl_app.messages import Message
from qwen3vl_app.models.getting.patience import PassingError, Trying, asked_to_wait
from qwen3vl_app.models.getting.sources import Hub
from qwen3vl_app.settings import is_loopback

MOST_REDIRECTS = 10
LARGEST_LIST = 16 * 2**20
"""Bytes of a list of files: that of a model has a hundred lines, and 16 MiB are 50,000."""

MOVED = frozenset({301, 302, 303, 307, 308})
PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Statuses that go away by themselves."""

TRIES_OF_A_LIST = 4
"""With their pauses 7 s: where there is no network, that is soon said."""


class Web:
    """Sends requests to a hub and follows where it leads. For one thread.

    Only https is spoken, and http with a hub on this computer, which may lead to this computer
    alone. The token goes to the address that the person named, never to another host.

    Args:
        hub: Address and token.
        trying: When to stop, and how long to go on.
    """

    def __init__(self, hub: Hub, trying: Trying) -> None:
        self.hub = hub
        self.trying = trying
        home = httpx.URL(hub.endpoint)
        self._local = home.scheme == "http"
        self._home = _origin(home)
        self._client = httpx.Client(
            verify=_trusted(),
            timeout=httpx.Timeout(trying.patience.silence),
            # a proxy has no business between this computer and itself
            trust_env=not is_loopback(home.host),
            headers={"User-Agent": f"qwen3vl-app/{__version__}", "Accept-Encoding": "identity"},
        )

    def close(self) -> None:
        """End its connections."""
        self._client.close()

    def json(self, url: str, model: str) -> Any:  # noqa: ANN401  # whatever the hub answers
        """What is at an address of the hub, read as JSON.

        Raises:
            DownloadError: The hub refuses, cannot be reached, or answers something else.
        """
        return self.trying.persist(lambda: self._json(url, model), tries=TRIES_OF_A_LIST)

    def _json(self, url: str, model: str) -> Any:  # noqa: ANN401
        with self.open(url, model) as response:
            body = bytearray()
            for piece in response.iter_bytes():
                self.trying.check()
                body += piece
                if len(body) > LARGEST_LIST:
                    break
        try:
            return orjson.loads(body if len(body) <= LARGEST_LIST else b"")
        except orjson.JSONDecodeError as error:
            raise unreadable(self.hub, model, str(error)) from error

    @contextmanager
    def open(
        self, url: str, model: str, headers: Mapping[str, str] | None = None
    ) -> Iterator[httpx.Response]:
        """The answer to a GET, 200, 206 or 416, with its body still to be read.

        Raises:
            DownloadError: The hub refuses, or leads to where nothing is got from.
            PassingError: Broken off, or busy; also from reading the body inside the context.
        """
        where = httpx.URL(url)
        try:
            for _ in range(MOST_REDIRECTS):
                self.trying.check()
                own = self.hub.secrets if _origin(where) == self._home else {}
                with self._client.stream("GET", where, headers={**(headers or {}), **own}) as got:
                    if got.status_code not in MOVED or "location" not in got.headers:
                        self._judge(got, model)
                        yield got
                        return
                    where = self._led_to(got)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError) as error:
            raise PassingError(
                Message.of("get.unreached", host=where.host, said=_words(error))
            ) from error
        except httpx.RequestError as error:
            raise PassingError(
                Message.of("get.broken", host=where.host, said=_words(error))
            ) from error
        raise DownloadError(Message.of("get.circle", host=self._client_host(), model=model))

    def _client_host(self) -> str:
        return httpx.URL(self.hub.endpoint).host

    def _led_to(self, response: httpx.Response) -> httpx.URL:
        try:
            where = response.url.join(response.headers["location"])
        except httpx.InvalidURL:
            where = httpx.URL("")
        plain = self._local and where.scheme == "http" and is_loopback(where.host)
        if where.userinfo or not where.host or not (where.scheme == "https" or plain):
            raise DownloadError(
                Message.of("get.led_away", host=response.url.host, value=str(where)[:200])
            )
        return where

    def _judge(self, response: httpx.Response, model: str) -> None:
        status = response.status_code
        if status in {200, 206, 416}:
            return
        source, token = self.hub.source.display, self.hub.source.variables[1]
        host = response.url.host
        if status in PASSING:
            why = Message.of("get.busy", host=host, status=str(status))
            raise PassingError(why, after=asked_to_wait(response.headers.get("retry-after", "")))
        if status == 401 and not self.hub.secrets:
            # what is not there, and what is private, are one to somebody without a token
            raise DownloadError(
                Message.of("get.unknown_or_private", source=source, model=model, variable=token)
            )
        if status in {401, 403}:
            page = f"{self.hub.endpoint}/{model}"
            raise DownloadError(
                Message.of("get.denied", source=source, model=model, page=page, variable=token)
            )
        if status in {404, 410}:
            raise DownloadError(Message.of("get.unknown", source=source, model=model))
        raise DownloadError(Message.of("get.refused", host=host, status=str(status), model=model))


def unreadable(hub: Hub, model: str, said: str) -> DownloadError:
    """The failure of a hub that gives no list of files that can be read."""
    return DownloadError(
        Message.of("get.unreadable", source=hub.source.display, model=model, said=said)
    )


def _words(error: httpx.RequestError) -> str:
    return str(error) or type(error).__name__


@cache
def _trusted() -> ssl.SSLContext:
    """Whose certificates are believed; reading them takes a quarter of a second."""
    return httpx.create_ssl_context()


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    default = {"https": 443, "http": 80}.get(url.scheme)
    return url.scheme, url.host, url.port or default
