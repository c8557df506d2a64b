"""Patterns that leave files out, in the syntax of ``.gitignore``.

A file named ``.searchignore`` applies to everything below its folder; what stands deeper in the
tree decides before what stands higher, and in one file the last pattern that fits. A folder that
is left out is not entered, so nothing below it can be taken in again. Lists are written by whoever
filled the folder, so everything about them has a limit.
"""

from __future__ import annotations

import logging
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Self

from qwen3vl_app.errors import UsageError
from qwen3vl_app.media.globs import Fit, Glob, compile_glob
from qwen3vl_app.messages import NOTHING, Message

log = logging.getLogger(__name__)

IGNORE_FILE = ".searchignore"

LONGEST_PATTERN = 1000
"""Characters: a path has 4,096 at most, and patterns are seldom longer than 100."""

MOST_PATTERNS = 2000
"""In one list: the longest that are published have some 1,500. Comparing a path with all of them
takes some 5 ms."""

MOST_TOGETHER = 5 * MOST_PATTERNS
"""In all lists that apply in one folder, which may lie 2,000 deep with a list in each."""

LARGEST_FILE = 2**18
"""256 KiB is twice ``MOST_PATTERNS`` of usual length; a larger file is something else of that
name."""

_QUOTED = 80
"""Characters of a pattern that a sentence shows, which may be told of every file of a library."""


_NO_WAIT, _NO_LINK = getattr(os, "O_NONBLOCK", 0), getattr(os, "O_NOFOLLOW", 0)


@dataclass(frozen=True, slots=True, eq=False)
class _Patterns:
    """Patterns that apply below one folder."""

    folder: str
    """With a separator at the end."""

    globs: tuple[tuple[Glob, str], ...]
    """The last of the list first, with the line that it was written as."""

    where: str
    """As a reason names it."""

    def decide(self, path: str, *, is_folder: bool) -> tuple[Glob, str] | None:
        """The pattern that decides about a path below the folder; None where none fits.

        What fits the path itself decides before what fits a folder above it, as in Git.
        """
        names = path[len(self.folder) :].split(os.sep)
        best, chosen = Fit.NOT, None
        for glob, line in self.globs:
            fit = glob.fit(names, is_folder=is_folder)
            if fit > best:
                best, chosen = fit, (glob, line)
                if fit is Fit.ITSELF:
                    break
        return chosen


@dataclass(frozen=True, slots=True, eq=False)
class Ignore:
    """Everything that applies in one folder; ``entered`` gives that of a folder inside it."""

    _levels: tuple[_Patterns, ...] = ()
    """The deepest first."""

    trouble: Message = NOTHING
    """Why some of what stands in the folder's own list does not count."""

    @classmethod
    def of_library(cls, patterns: Iterable[str], root: str) -> Self:
        """The library's own list, as if it stood in ``root``.

        Raises:
            UsageError: A pattern that means nothing, or too many.
        """
        lines = tuple(patterns)
        check_patterns(lines)
        level = _level(root, lines, "the library's list")
        return cls(() if level is None else (level,))

    def entered(self, folder: str) -> Ignore:
        """With the patterns that stand in ``folder``, if any."""
        file = os.path.join(folder, IGNORE_FILE)
        lines, trouble = _read(file)
        return self.with_list(folder, lines, trouble, where=file)

    def with_list(
        self, folder: str, lines: tuple[str, ...], trouble: Message = NOTHING, *, where: str
    ) -> Ignore:
        """With patterns as if they stood in ``folder``, which need not be on this computer.

        Args:
            folder: Below which they apply.
            lines: Patterns that can be used; see ``usable``.
            trouble: Why others of the list do not count.
            where: The list as reasons name it.
        """
        room = MOST_TOGETHER - sum(len(level.globs) for level in self._levels)
        if len(lines) > room:
            n, limit = f"{MOST_TOGETHER - room:,}", f"{MOST_TOGETHER:,}"
            lines, trouble = (), Message.of("ignore.lists", n=n, limit=limit)
        if trouble:
            log.warning("%s: %s", where, trouble)
        level = _level(folder, lines, where) if lines else None
        if level is None and trouble == self.trouble:
            return self
        return Ignore(self._levels if level is None else (level, *self._levels), trouble)

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

    def reason(self, path: str, *, is_folder: bool) -> Message | None:
        """Why a path is left out; None where nothing says so."""
        for level in self._levels:
            if not path.startswith(level.folder):
                continue
            if (found := level.decide(path, is_folder=is_folder)) is not None:
                glob, line = found
                if not glob.leaves_out:
                    return None
                return Message.of("reason.ignored", pattern=quoted(line), where=level.where)
        return None


def check_patterns(patterns: Sequence[str]) -> None:
    """Make sure that patterns given by a person can be used together.

    Raises:
        UsageError: One of them cannot, or there are too many.
    """
    if len(patterns) > MOST_PATTERNS:
        raise UsageError(Message.of("patterns.many", n=len(patterns), limit=MOST_PATTERNS))
    for pattern in patterns:
        check_pattern(pattern)


def check_pattern(pattern: str) -> None:
    """Make sure that a pattern given by a person can be used.

    Raises:
        UsageError: It cannot, or is too long.
    """
    if len(pattern) > LONGEST_PATTERN:
        raise UsageError(
            Message.of(
                "pattern.long", pattern=quoted(pattern), n=len(pattern), limit=LONGEST_PATTERN
            )
        )
    try:
        pattern.encode()  # lone surrogates cannot be written to a file
        compile_glob(pattern)
    except ValueError as error:
        raise UsageError(Message.of("pattern.wrong", pattern=quoted(pattern))) from error


def read_lines(file: str, *, follow: bool = False) -> tuple[str, ...]:
    """The lines of a file of patterns, read without waiting for anything.

    Args:
        file: Where it is.
        follow: Whether it may be a link.

    Raises:
        UsageError: It is no regular file or too large.
        OSError: It cannot be read.
    """
    # Not waiting: between asking what it is and opening it, somebody may put a pipe in its place.
    descriptor = os.open(file, os.O_RDONLY | _NO_WAIT | (0 if follow else _NO_LINK))
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise UsageError(Message.of("ignore.special"))
        if status.st_size > LARGEST_FILE:
            found, limit = f"{status.st_size:,}", f"{LARGEST_FILE:,}"
            raise UsageError(Message.of("ignore.large", bytes=found, limit=limit))
        with open(descriptor, encoding="utf-8-sig", errors="replace", closefd=False) as opened:
            return tuple(opened.read(LARGEST_FILE).splitlines())
    finally:
        os.close(descriptor)


def usable(lines: Iterable[str]) -> tuple[tuple[str, ...], Message]:
    """The patterns among some lines, and why the others do not count; nothing where all do."""
    kept: list[str] = []
    troubles: list[Message] = []
    written = [line for line in lines if line.strip() and not line.startswith("#")]
    for line in written[:MOST_PATTERNS]:
        try:
            check_pattern(line)
        except UsageError as error:
            troubles.append(error.message)
        else:
            kept.append(line)
    if len(written) > MOST_PATTERNS:
        n, limit = f"{len(written):,}", f"{MOST_PATTERNS:,}"
        troubles.append(Message.of("ignore.many", n=n, limit=limit))
    return tuple(kept), troubles[0] if troubles else NOTHING


def quoted(pattern: str) -> str:
    """A pattern as a sentence shows it: its beginning, where it is long."""
    return pattern if len(pattern) <= _QUOTED else f"{pattern[: _QUOTED - 1]}…"


def _level(folder: str, lines: Sequence[str], where: str) -> _Patterns | None:
    globs = tuple(_globs(lines))
    if not globs:
        return None
    below = folder if folder.endswith(os.sep) else folder + os.sep
    return _Patterns(folder=below, globs=globs, where=where)


def _globs(lines: Sequence[str]) -> Iterator[tuple[Glob, str]]:
    for line in reversed(lines):
        if (glob := compile_glob(line)) is not None:
            yield glob, line


def _read(file: str) -> tuple[tuple[str, ...], Message]:
    """The usable lines of a file of patterns, and what is wrong with the others."""
    try:
        return usable(read_lines(file))
    except FileNotFoundError:
        return (), NOTHING
    except UsageError as error:
        return (), error.message
    except OSError as error:
        return (), Message.of("ignore.unread", said=str(error.strerror))
