"""File names as the page sends them back: any bytes can be one, and not all bytes are text."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote_from_bytes, unquote_to_bytes

from qwen3vl_app.errors import UsageError
from qwen3vl_app.messages import Message

LONGEST = 4096
"""Bytes of a path that Linux opens; other systems take less."""


def key_of(path: Path) -> str:
    """A path as text that brings it back, whatever bytes it has."""
    return quote_from_bytes(os.fsencode(path), safe="/")


def path_of(key: str) -> Path:
    """Undoes ``key_of``.

    Raises:
        UsageError: No file can be called so.
    """
    path = usable_path(os.fsdecode(unquote_to_bytes(_encodable(key))))
    if ".." in path.parts:  # no key was made of such a path, and it would mean another folder
        raise _unusable(key)
    return path


def usable_path(text: str) -> Path:
    """The path that a text names; it need not be there.

    Raises:
        UsageError: No file can be called so: it is empty or too long, or holds a character that
            no name has.
    """
    if not text:
        raise UsageError(Message.of("path.none"))
    raw = os.fsencode(_encodable(text))
    if b"\0" in raw or len(raw) > LONGEST:
        raise _unusable(text)
    return Path(text)


def home_expanded(path: Path) -> Path:
    """The path with ``~`` and ``~user`` at its beginning replaced.

    Raises:
        UsageError: There is no such user.
    """
    try:
        return path.expanduser()
    except (RuntimeError, KeyError) as error:
        user = path.parts[0][:80]
        raise UsageError(Message.of("path.user", user=user)) from error


def _encodable(text: str) -> str:
    try:
        os.fsencode(text)
    except UnicodeEncodeError as error:  # half of a pair of surrogates
        raise _unusable(text) from error
    return text


def _unusable(text: str) -> UsageError:
    shown = text[:80].encode("utf-8", "replace").decode().replace("\0", "\ufffd")
    return UsageError(Message.of("path.unusable", path=shown))
