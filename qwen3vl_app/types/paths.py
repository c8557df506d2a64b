"""Paths that a person types: any text can be given, and not every text is one."""

from __future__ import annotations

import os
from pathlib import Path

from qwen3vl_app.errors import UsageError
from qwen3vl_app.messages import Message

LONGEST = 4096
"""Bytes of a path that Linux opens; other systems take less."""


def usable_path(text: str) -> Path:
    """The path that a text names; it need not be there.

    Raises:
        UsageError: No file can be called so: it is empty or too long, or holds a character that
            no name has.
    """
    if not text:
        raise UsageError(Message.of("path.none"))
    raw = os.fsencode(encodable(text))
    if b"\0" in raw or len(raw) > LONGEST:
        raise unusable_path(text)
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


def encodable(text: str) -> str:
    """The text, which the system can take as a name.

    Raises:
        UsageError: It holds half of a pair of surrogates.
    """
    try:
        os.fsencode(text)
    except UnicodeEncodeError as error:
        raise unusable_path(text) from error
    return text


def unusable_path(text: str) -> UsageError:
    """The failure of a text that no file can be called."""
    shown = text[:80].encode("utf-8", "replace").decode().replace("\0", "\ufffd")
    return UsageError(Message.of("path.unusable", path=shown))
