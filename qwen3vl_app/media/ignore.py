"""Patterns that leave files out, in the syntax of ``.gitignore``.

A file named ``.searchignore`` applies to everything below its folder; what stands deeper in the
tree decides before what stands higher, and in one file the last pattern that fits. A folder that
is left out is not entered, so nothing below it can be taken in again.
"""

from __future__ import annotations

import logging
import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from pathspec import GitIgnoreSpec

from qwen3vl_app.errors import UsageError

log = logging.getLogger(__name__)

IGNORE_FILE = ".searchignore"

LARGEST_FILE = 2**20
"""1 MiB is some 30,000 patterns; a larger file is something else of that name."""


@dataclass(frozen=True, slots=True, eq=False)
class _Patterns:
    """Patterns that apply below one folder."""

    folder: str
    """With a separator at the end."""

    lines: tuple[str, ...]
    spec: GitIgnoreSpec
    where: str
    """As a reason names it."""


@dataclass(frozen=True, slots=True, eq=False)
class Ignore:
    """Everything that applies in one folder; ``entered`` gives that of a folder inside it."""

    _levels: tuple[_Patterns, ...] = ()
    """The deepest first."""

    @classmethod
    def of_library(cls, patterns: Iterable[str], root: str) -> Self:
        """The library's own list, as if it stood in ``root``.

        Raises:
            UsageError: A pattern that means nothing.
        """
        lines = tuple(patterns)
        for line in lines:
            check_pattern(line)
        level = _level(root, lines, "the library's list")
        return cls(() if level is None else (level,))

    def entered(self, folder: str) -> Ignore:
        """With the patterns that stand in ``folder``, if any."""
        lines = _read(os.path.join(folder, IGNORE_FILE))
        level = _level(folder, lines, os.path.join(folder, IGNORE_FILE)) if lines else None
        return self if level is None else Ignore((level, *self._levels))

    def entered_all(self, root: str) -> Ignore:
        """As ``entered`` for every folder above ``root``, the outermost first."""
        above, folders = root, []
        while (parent := os.path.dirname(above)) != above:
            above = parent
            folders.append(parent)
        found = self
        for folder in reversed(folders):
            found = found.entered(folder)
        return found

    def reason(self, path: str, *, is_folder: bool) -> str | None:
        """Why a path is left out, as a sentence; None where nothing says so."""
        for level in self._levels:
            if not path.startswith(level.folder):
                continue
            asked = path[len(level.folder) :] + ("/" if is_folder else "")
            found = level.spec.check_file(asked.replace(os.sep, "/"))
            if found.include is not None and found.index is not None:
                pattern = level.lines[found.index]
                return f'Left out by "{pattern}" in {level.where}.' if found.include else None
        return None


def check_pattern(pattern: str) -> None:
    """Make sure that a pattern typed by a person can be used.

    Raises:
        UsageError: It cannot.
    """
    try:
        GitIgnoreSpec.from_lines([pattern])
    except ValueError as error:
        raise UsageError(
            f'"{pattern}" is no pattern; write it as in .gitignore, such as *.tmp or drafts/.'
        ) from error


def _level(folder: str, lines: tuple[str, ...], where: str) -> _Patterns | None:
    meant = tuple(line for line in lines if line.strip() and not line.startswith("#"))
    if not meant:
        return None
    below = folder if folder.endswith(os.sep) else folder + os.sep
    spec = GitIgnoreSpec.from_lines(meant)
    return _Patterns(folder=below, lines=meant, spec=spec, where=where)


def _read(file: str) -> tuple[str, ...]:
    """The usable lines of a file of patterns; what cannot be read leaves nothing out."""
    try:
        status = os.lstat(file)
        if not stat.S_ISREG(status.st_mode) or status.st_size > LARGEST_FILE:
            log.warning("%s is no file of patterns", file)
            return ()
        with open(file, encoding="utf-8-sig", errors="replace") as opened:
            lines = opened.read(LARGEST_FILE).splitlines()
    except FileNotFoundError:
        return ()
    except OSError as error:
        log.warning("%s cannot be read: %s", file, error.strerror)
        return ()
    return tuple(line for line in lines if _is_usable(line, file))


def _is_usable(line: str, file: str) -> bool:
    try:
        check_pattern(line)
    except UsageError as error:
        log.warning("%s: %s", file, error)
        return False
    return True
