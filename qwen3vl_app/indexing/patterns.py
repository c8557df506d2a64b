"""The library's own list of patterns: a text file in its folder, one pattern a line."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from qwen3vl_app.errors import LibraryError, UsageError
from qwen3vl_app.media.ignore import check_pattern
from qwen3vl_app.store.belongings import PATTERNS as OWN_PATTERNS
from qwen3vl_app.store.belongings import PATTERNS_PART

log = logging.getLogger(__name__)

PATTERNS = OWN_PATTERNS
"""Inside the library; may be edited by hand, in the syntax of ``.gitignore``."""


def read_patterns(directory: Path) -> tuple[str, ...]:
    """The usable patterns, in their order; none where there is no such file."""
    try:
        text = (directory / PATTERNS).read_text(encoding="utf-8-sig", errors="replace")
    except FileNotFoundError:
        return ()
    except OSError as error:
        log.warning("%s cannot be read: %s", directory / PATTERNS, error.strerror)
        return ()
    usable = []
    for line in text.splitlines():
        with suppress(UsageError):  # typed by hand; the others still count
            check_pattern(line)
            usable.append(line)
    return tuple(line for line in usable if line.strip() and not line.startswith("#"))


def write_patterns(directory: Path, patterns: Sequence[str]) -> tuple[str, ...]:
    """Replace the list; counts from the next scan on.

    Returns:
        The list as it is now: without empty lines and repetitions.

    Raises:
        UsageError: One of them means nothing; then nothing is changed.
        LibraryError: The disk refuses.
    """
    lines = tuple(dict.fromkeys(one.rstrip("\r\n") for one in patterns if one.strip()))
    for line in lines:
        if "\n" in line:
            raise UsageError("A pattern is one line; give several one by one.")
        check_pattern(line)
    file = directory / PATTERNS
    unfinished = file.with_name(PATTERNS_PART)
    try:
        unfinished.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        os.replace(unfinished, file)
    except OSError as error:
        raise LibraryError(
            f"The patterns cannot be written to {file} ({error.strerror}); free some space or "
            "check the permissions there."
        ) from error
    return lines
