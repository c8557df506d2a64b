"""Where the vectors of a library are searched, when that is not its own folder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from qwen3vl_app.errors import UsageError
from qwen3vl_app.messages import Message

LOCAL = "local"
"""What a person writes for the library's own folder."""

_SECURE = {"milvus": False, "milvus+tls": True}
_PORT = 19530
_LONGEST = 100
"""Milvus takes 255 characters for a collection; that of a space is appended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorPlace:
    """A Milvus server, and by what the collections of one library begin there."""

    host: str
    port: int
    name: str
    secure: bool = False
    """Whether it is asked by TLS."""

    @classmethod
    def read(cls, text: str) -> Self | None:
        """What ``milvus://HOST:PORT/NAME`` means; None for ``local``.

        Raises:
            UsageError: It is neither.
        """
        if text.strip().lower() == LOCAL:
            return None
        try:
            parts = urlsplit(text.strip())
            host, port = parts.hostname, parts.port
        except ValueError:  # brackets that do not close, a port that is no number
            raise UsageError(Message.of("vectors.address", address=text)) from None
        name = parts.path.removeprefix("/")
        extra = parts.username or parts.password or parts.query or parts.fragment
        if parts.scheme not in _SECURE or not host or extra or not _is_name(name):
            raise UsageError(Message.of("vectors.address", address=text))
        return cls(
            host=host, port=_PORT if port is None else port, name=name,
            secure=_SECURE[parts.scheme],
        )  # fmt: skip

    def __str__(self) -> str:
        scheme = next(one for one, secure in _SECURE.items() if secure == self.secure)
        return f"{scheme}://{self._address}/{self.name}"

    @property
    def uri(self) -> str:
        """As the client of Milvus wants it."""
        return f"{'https' if self.secure else 'http'}://{self._address}"

    @property
    def _address(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def _is_name(name: str) -> bool:
    """Letters, digits and underscores, as Milvus wants it, and no digit first."""
    return name.isascii() and name.isidentifier() and len(name) <= _LONGEST
