"""The library's own list of patterns: a text file in its folder, one pattern a line."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from pathlib import Path

from qwen3vl_app.errors import LibraryError, UsageError
from qwen3vl_app.media.ignore import LARGEST_FILE, check_patterns, read_lines, usable
from qwen3vl_app.messages import Message
from qwen3vl_app.store.belongings import PATTERNS as OWN_PATTERNS
from qwen3vl_app.store.belongings import PATTERNS_PART

log = logging.getLogger(__name__)

PATTERNS = OWN_PATTERNS
"""Inside the library; may be edited by hand, in the syntax of ``.gitignore``."""


def read_patterns(directory: Path) -> tuple[str, ...]:
    """The usable patterns, in their order; none where there is no such file."""
    file = os.fspath(directory / PATTERNS)
    try:
        lines, trouble = usable(read_lines(file, follow=True))
    except FileNotFoundError:
        return ()
    except OSError as error:
        lines, trouble = (), Message.free(str(error))
    except UsageError as error:
        lines, trouble = (), error.message
    if trouble:
        log.warning("%s: %s", file, trouble)
    return lines


def write_patterns(directory: Path, patterns: Sequence[str]) -> tuple[str, ...]:
    """Replace the list; counts from the next scan on.

    Returns:
        The list as it is now: without empty lines and repetitions.

    Raises:
        UsageError: One of them means nothing, or they are too many or too long; then nothing is
            changed.
        LibraryError: The disk refuses.
    """
    lines = tuple(dict.fromkeys(one.rstrip("\r\n") for one in patterns if one.strip()))
    for line in lines:
        if len(line.splitlines()) > 1:
            raise UsageError(Message.of("pattern.lines"))
    check_patterns(lines)
    text = "".join(f"{line}\n" for line in lines)
    if len(text.encode()) > LARGEST_FILE:
        raise UsageError(Message.of("patterns.large", limit=LARGEST_FILE))
    file = directory / PATTERNS
    unfinished = file.with_name(PATTERNS_PART)
    try:
        unfinished.write_text(text, encoding="utf-8")
        os.replace(unfinished, file)
    except OSError as error:
        raise LibraryError(
            Message.of("patterns.unwritten", path=str(file), said=str(error.strerror))
        ) from error
    return lines
