"""Where models are got from: addresses and tokens, as the hubs' own clients read them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from qwen3vl_app.errors import DownloadError
from qwen3vl_app.messages import Message
from qwen3vl_app.models.checkpoint.caches import hugging_face_home
from qwen3vl_app.settings import ASKED_OFFLINE, is_loopback

_YES = {"1", "ON", "YES", "TRUE"}


class Source(StrEnum):
    """A hub that models are published on."""

    HUGGING_FACE = "hugging-face"
    MODELSCOPE = "modelscope"

    @property
    def display(self) -> str:
        """As it writes itself."""
        return "Hugging Face" if self is Source.HUGGING_FACE else "ModelScope"

    @property
    def variables(self) -> tuple[str, str]:
        """The environment variables of its address and of the token, for what is said."""
        if self is Source.HUGGING_FACE:
            return "HF_ENDPOINT", "HF_TOKEN"
        return "MODELSCOPE_DOMAIN", "MODELSCOPE_API_TOKEN"

    @property
    def other(self) -> Source:
        """The way out where this one fails."""
        return Source.MODELSCOPE if self is Source.HUGGING_FACE else Source.HUGGING_FACE


@dataclass(frozen=True, slots=True, kw_only=True)
class Hub:
    """A source as this computer reaches it."""

    source: Source
    endpoint: str
    """``https://host``, without a slash at the end; ``http://`` on this computer alone."""

    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Headers with the token, for the endpoint itself and no other host."""


def hub_of(source: Source) -> Hub:
    """Address and token of a source, read from the environment.

    Raises:
        DownloadError: The person asked for no network, or the address cannot be used.
    """
    if source is Source.MODELSCOPE:
        return _modelscope()
    if ASKED_OFFLINE:
        raise DownloadError(Message.of("get.offline", other=source.other.value))
    endpoint = _checked(source, os.environ.get("HF_ENDPOINT") or "https://huggingface.co")
    token = _hugging_face_token()
    secrets = {"Authorization": f"Bearer {token}"} if token else {}
    return Hub(source=source, endpoint=endpoint, secrets=secrets)


def _modelscope() -> Hub:
    """Its client knows the host alone; with a scheme in front, a mirror may be a local one."""
    source = Source.MODELSCOPE
    host = os.environ.get("MODELSCOPE_DOMAIN") or "www.modelscope.cn"
    endpoint = _checked(source, host if "://" in host else f"https://{host}")
    token = os.environ.get("MODELSCOPE_API_TOKEN", "").strip()
    # the cookie is what its earlier interfaces know a person by
    secrets = {"Authorization": f"Bearer {token}", "Cookie": f"m_session_id={token}"}
    return Hub(source=source, endpoint=endpoint, secrets=secrets if token else {})


def _checked(source: Source, endpoint: str) -> str:
    if not _is_usable(endpoint):
        variable = source.variables[0]
        raise DownloadError(Message.of("get.endpoint", variable=variable, value=endpoint))
    return endpoint.rstrip("/")


def _is_usable(endpoint: str) -> bool:
    """Whether it is https to a host, or http to this computer, and nothing else is in it."""
    try:
        parts = urlsplit(endpoint)
        host = parts.hostname or ""
    except ValueError:
        return False
    if not host or parts.username or parts.password or parts.query or parts.fragment:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))


def _hugging_face_token() -> str:
    """From the variable, else from the file that ``hf auth login`` writes."""
    for variable in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"):
        if os.environ.get(variable, "").strip():
            return os.environ[variable].strip()
    if os.environ.get("HF_HUB_DISABLE_IMPLICIT_TOKEN", "").upper() in _YES:
        return ""
    written = os.environ.get("HF_TOKEN_PATH")
    file = Path(written).expanduser() if written else hugging_face_home() / "token"
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""
