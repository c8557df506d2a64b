"""Folders that were added: scanned again, watched, removed, and what is left out of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from qwen3vl_app.errors import UsageError
from qwen3vl_app.indexing.patterns import read_patterns, write_patterns
from qwen3vl_app.indexing.watching import Watcher
from qwen3vl_app.messages import Message
from qwen3vl_app.store.encoding import display
from qwen3vl_app.store.library import Library
from qwen3vl_app.store.rows import Folder, RemovalId
from qwen3vl_app.store.trash import Removed

Notice = Callable[[Sequence[Path], str | None], None]
"""Takes paths to scan, and the collection of their files."""


class Folders:
    """Thread-safe; every method but ``close`` returns at once.

    Args:
        library: Where they are remembered.
        notice: Is told what wants scanning.
        every_folder: Watch all of them, not only those of which that was asked.
    """

    def __init__(self, library: Library, notice: Notice, *, every_folder: bool = False) -> None:
        self._library = library
        self._notice = notice
        self._watcher = Watcher(library, notice, every_folder=every_folder)

    def all(self) -> list[Folder]:
        """The folders that were added, by path."""
        return self._library.folders()

    def rescan(self, paths: Sequence[Path] | None = None) -> int:
        """Scan these folders, or all, for what has changed; how many.

        Raises:
            UsageError: One of them was never added; then none is scanned.
            LibraryReadOnlyError: The library is open for reading only.
        """
        known = {folder.path: folder for folder in self.all()}
        wanted = list(known) if paths is None else [Path(os.path.abspath(p)) for p in paths]
        for path in wanted:
            if path not in known:
                raise UsageError(Message.of("folder.never", path=str(display(path))))
        for path in wanted:
            self._notice([path], known[path].collection)
        return len(wanted)

    def watch(self, path: Path, *, on: bool) -> None:
        """Notice what changes in a folder from now on, or no longer; remembered on disk.

        Raises:
            UsageError: It was never added.
            LibraryReadOnlyError: The library is open for reading only.
        """
        absolute = Path(os.path.abspath(path))
        if not self._library.writer.watch(absolute, on=on):
            raise UsageError(Message.of("folder.unknown", path=str(display(absolute))))
        self._watcher.look_again()

    def remove(self, paths: Sequence[Path]) -> Removed:
        """Take files, or folders with all that is in them, out of the library.

        Files of folders stay where they are, and no scan takes them in again, whatever becomes of
        their content; copies of what was dropped on the page go to the library's trash. Both can
        be brought back. A folder that was added is scanned again as soon as it is added again.

        Raises:
            LibraryReadOnlyError: The library is open for reading only.
        """
        removed = self._library.trash.remove(paths)
        self._watcher.look_again()
        return removed

    def restore(self, removals: Sequence[RemovalId]) -> int:
        """Bring back what was removed, and scan it for what has changed; how many paths.

        Raises:
            UsageError: One of them is not there any more; then none is brought back.
            LibraryReadOnlyError: The library is open for reading only.
        """
        returned = self._library.trash.restore(removals)
        together: dict[str | None, list[Path]] = {}
        for one in returned:
            together.setdefault(one.collection, []).append(one.path)
        for collection, paths in together.items():
            self._notice(paths, collection)
        self._watcher.look_again()
        return len(returned)

    @property
    def patterns(self) -> tuple[str, ...]:
        """What every scan leaves out, in the syntax of ``.gitignore``."""
        return read_patterns(self._library.directory)

    def ignore(self, patterns: Sequence[str]) -> tuple[str, ...]:
        """Replace those patterns, and scan all folders again where that is a change.

        Returns:
            The patterns as they are now.

        Raises:
            UsageError: One of them means nothing; then nothing is changed.
            LibraryReadOnlyError: The library is open for reading only.
            LibraryError: The disk refuses.
        """
        _ = self._library.writer  # raises where the library is open for reading only
        before = self.patterns
        now = write_patterns(self._library.directory, patterns)
        if now != before:
            self.rescan()
        return now

    def start_watching(self) -> None:
        """Scan watched folders for what has changed meanwhile, and notice changes from now on."""
        self._watcher.start()

    def close(self) -> None:
        """Stop watching."""
        self._watcher.close()
