"""Walks one source, notes what is new, changed, skipped or gone. Opens no file."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from qwen3vl_app.errors import UsageError
from qwen3vl_app.indexing.plan import Action, plan
from qwen3vl_app.indexing.tracker import ProgressTracker
from qwen3vl_app.media.scan import scan
from qwen3vl_app.store.encoding import display
from qwen3vl_app.store.library import Library
from qwen3vl_app.store.rows import FileId, KnownFile, Source
from qwen3vl_app.types import FileStamp, Outcome, SkippedPath

STEP = 500
"""Paths noted in one transaction, some 20 ms: a search hardly waits, a crash loses nothing."""


def belongs_to_library(path: Path, library: Library) -> bool:
    """Whether this is a file of the library's own, such as a thumbnail; uploads are not."""
    return path.is_relative_to(library.directory) and not path.is_relative_to(library.uploads)


def scan_source(
    library: Library, source: Source, tracker: ProgressTracker, halted: Callable[[], bool]
) -> None:
    """Scan to the end and drop the source; when halted before, it stays and is begun anew.

    Files that vanished from a folder leave the library, but only then, only if the folder that
    held them could be read, and not if nothing at all is left in it: a drive that is not
    mounted looks like that.
    """
    walk = _Walk(library, source, tracker)
    try:
        for found in scan([source.path]):
            if halted():
                return
            walk.meet(found)
    except UsageError:
        library.writer.finish_source(source.id, [])
        tracker.say(f"{display(source.path)} is no longer there; what it held is kept.")
        return
    walk.finish()


@dataclass(slots=True)
class _Step:
    pending: list[FileStamp] = field(default_factory=list)
    skipped: list[SkippedPath] = field(default_factory=list)
    kept: list[FileId] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.pending) + len(self.skipped) + len(self.kept)


class _Walk:
    """One scan under way."""

    def __init__(self, library: Library, source: Source, tracker: ProgressTracker) -> None:
        self._library = library
        self._source = source
        self._tracker = tracker
        self._step = _Step()
        self._unseen = {
            os.fspath(file.path): file for file in library.writer.known_under(source.path)
        }
        self._skipped: set[Path] = set()
        self._met = 0

    def meet(self, found: FileStamp | SkippedPath) -> None:
        """Decide about one path."""
        if belongs_to_library(found.path, self._library):
            return
        self._met += 1
        known = self._unseen.pop(os.fspath(found.path), None)
        if isinstance(found, SkippedPath):
            self._skipped.add(found.path)
            self._step.skipped.append(found)
        elif plan(found, known) is Action.KEEP and known is not None:
            self._step.kept.append(known.id)
        else:
            self._step.pending.append(found)
        if len(self._step) >= STEP:
            self._note()

    def finish(self) -> None:
        """Note the rest, and drop what is gone."""
        self._note()
        gone = [file for file in self._unseen.values() if self._has_vanished(file)]
        if gone and not self._met:
            self._tracker.say(
                f"Nothing is left in {display(self._source.path)}; the {len(gone)} files that "
                "were there are kept, in case its drive is not mounted."
            )
            gone = []
        self._library.writer.finish_source(self._source.id, [file.id for file in gone])

    def _has_vanished(self, file: KnownFile) -> bool:
        return self._skipped.isdisjoint(file.path.parents)

    def _note(self) -> None:
        step, self._step = self._step, _Step()
        pending, skipped = self._library.writer.record_scan(
            pending=step.pending,
            skipped=step.skipped,
            members=step.kept,
            collection=self._source.collection,
        )
        self._tracker.see(pending)
        self._tracker.end(_all(skipped, Outcome.SKIPPED))
        self._tracker.end(_all(step.kept, Outcome.UNCHANGED))


def _all(files: Iterable[FileId], outcome: Outcome) -> list[tuple[FileId, Outcome]]:
    return [(file, outcome) for file in files]
