"""Paths as people paste them: in quotes, as an address, with what a terminal adds."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

from qwen3vl_app.errors import UsageError
from qwen3vl_app.media.file_types import claimed, unsupported
from qwen3vl_app.media.scan import NOT_REGULAR
from qwen3vl_app.messages import Message
from qwen3vl_app.store.encoding import display
from qwen3vl_app.types.paths import home_expanded, usable_path

_QUOTES = (('"', '"'), ("'", "'"), ("“", "”"), ("‘", "’"), ("«", "»"), ("`", "`"))

_HERE = frozenset({"", "localhost", "127.0.0.1", "::1"})
"""Hosts in an address of a file that mean this computer."""


def path_on_this_computer(text: str) -> Path:
    """The file or folder to index that a person typed or pasted, as ``path_that_is_there``.

    Raises:
        UsageError: As there, or it is a file that cannot be searched.
    """
    path = path_that_is_there(text)
    _check_kind(path)
    return path


def path_that_is_there(text: str) -> Path:
    """The file or folder that a person typed or pasted.

    It is taken as it stands if that is there: a name may hold quotes, per cent signs and spaces.
    Else quotes around it, ``file://``, spaces at its ends and backslashes of a terminal are
    undone, and ``~`` is the home folder.

    Raises:
        UsageError: Nothing was typed; no path can be so; it is not absolute, not there, or on
            another computer.
    """
    candidates = list(dict.fromkeys(_readings(text)))
    if not candidates:
        raise UsageError(Message.of("path.none"))
    paths = [home_expanded(usable_path(one)) for one in candidates]
    # os.path.exists takes names that are too long as well
    there = (path for path in paths if path.is_absolute() and os.path.exists(path))
    path = next(there, paths[-1])
    if not path.is_absolute():
        raise UsageError(Message.of("path.relative", path=candidates[-1]))
    if not os.path.exists(path):
        shown = display(path)
        raise UsageError(Message.of("path.absent", path=shown))
    return path


def _check_kind(path: Path) -> None:
    """Make sure that something can come of adding a path that is there.

    Raises:
        UsageError: It is a file that no reader takes, or no file at all.
    """
    if path.is_dir():
        return
    reason = None if path.is_file() else NOT_REGULAR
    if reason is None and claimed(path) is None:
        reason = unsupported(path)
    if reason is not None:
        shown = display(path)
        raise UsageError(Message.of("path.kind", path=shown, reason=reason))


def _readings(text: str) -> Iterator[str]:
    """What a text may mean, the most literal first; none where it is empty."""
    stripped = text.strip()
    bare = _without_quotes(stripped)
    if not bare:
        return
    if text.startswith(("/", "~")) and text != stripped:
        yield text  # a name may end with a space
    yield stripped
    yield bare
    if _is_address(bare):
        yield _path_of(bare)
    elif "\\" in bare and os.sep == "/":
        with suppress(ValueError):  # a quote that is never closed
            words = shlex.split(bare)
            yield words[0] if len(words) == 1 else bare


def _without_quotes(text: str) -> str:
    """The text in the quotes around it, and in those within, without space at its ends."""
    for left, right in _QUOTES:
        if len(text) >= 2 and text.startswith(left) and text.endswith(right):
            return _without_quotes(text[1:-1].strip())
    return text.strip("\"'").strip()


def _is_address(text: str) -> bool:
    return text[:5].lower() == "file:"


def _path_of(address: str) -> str:
    """The path in an address of a file, as browsers and file managers give it.

    Raises:
        UsageError: It is on another computer, or there is none.
    """
    try:
        parts = urlsplit(address, allow_fragments=False)
        host = parts.hostname or ""
    except ValueError:  # a bracket that is never closed
        return address
    if host.lower() not in _HERE:
        raise UsageError(Message.of("path.host", path=address[:200]))
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    if not path:
        raise UsageError(Message.of("path.none"))
    return url2pathname(path) if os.name == "nt" else unquote(path, errors="surrogateescape")
