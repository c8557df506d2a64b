"""Walks one source, notes what is new, changed, skipped or gone. Opens no file."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from qwen3vl_app.errors import AppError, UsageError
from qwen3vl_app.indexing.decoding import told
from qwen3vl_app.indexing.plan import Action, plan
from qwen3vl_app.indexing.tracker import ProgressTracker
from qwen3vl_app.media.scan import IgnoredPath, Scanned, scan
from qwen3vl_app.messages import Message
from qwen3vl_app.models.service.protocol import ModelService
from qwen3vl_app.store.encoding import display
from qwen3vl_app.store.library import Library
from qwen3vl_app.store.rows import FileId, Source
from qwen3vl_app.types import FileStamp, Outcome, SkippedPath

log = logging.getLogger(__name__)

STEP = 500
"""Paths noted in one transaction, some 20 ms: a search hardly waits, a crash loses nothing."""


def scan_source(
    library: Library,
    source: Source,
    tracker: ProgressTracker,
    halted: Callable[[], bool],
    *,
    ignore: Sequence[str] = (),
    reader: str = "",
    space: str = "",
) -> None:
    """Scan to the end and drop the source; if halted, it stays, and the scan starts over.

    Files that vanished from a folder leave the library, but only then, only if the folder that
    held them could be read, and not if nothing at all is left in it: a drive that is not
    mounted looks like that. 100,000 files of which nothing is new take some 2 seconds.

    Args:
        library: Where it is noted.
        source: What to walk.
        tracker: Is told of every path.
        halted: Says that the scan is no longer wanted.
        ignore: The library's own patterns.
        reader: ``Reader.version``; what that reader has given up is not read again.
        space: Fingerprint of the model's space; nor what that has refused.
    """
    removed = library.trash.kept_out()
    if not removed.isdisjoint(map(os.fspath, (source.path, *source.path.parents))):
        library.writer.finish_source(source.id, [])  # ordered before it was removed
        return
    try:
        found = scan([source.path], ignore=ignore, without=library.directory, removed=removed)
    except UsageError:
        library.writer.finish_source(source.id, [])
        tracker.say(Message.of("index.gone", path=display(source.path)))
        return
    walk = _Walk(library, source, tracker, reader, space)
    for one in found:
        if halted():
            return
        walk.meet(one)
    walk.finish()
    if late := library.trash.kept_out() - removed:
        library.writer.forget([Path(path) for path in late])  # removed while this went on


def scanned_for(library: Library, models: ModelService) -> str:
    """Fingerprint of the model's space, of the newest while that loads; empty if there is none."""
    if (loaded := models.loaded_space()) is not None:
        return loaded.fingerprint
    spaces = library.spaces()
    return spaces[-1][0].fingerprint if spaces else ""


@dataclass(slots=True)
class _Step:
    pending: list[FileStamp] = field(default_factory=list)
    skipped: list[SkippedPath] = field(default_factory=list)
    kept: list[FileId] = field(default_factory=list)
    still_failed: list[FileId] = field(default_factory=list)
    """Of these only the time is written, so that they are the failures of this run."""

    still_skipped: list[FileId] = field(default_factory=list)
    """Left alone as before: nothing has to be written."""

    def __len__(self) -> int:
        paths = len(self.pending) + len(self.skipped) + len(self.still_skipped)
        return paths + len(self.kept) + len(self.still_failed)


class _Walk:
    """One scan under way."""

    def __init__(
        self,
        library: Library,
        source: Source,
        tracker: ProgressTracker,
        reader: str = "",
        space: str = "",
    ) -> None:
        self._library = library
        self._source = source
        self._tracker = tracker
        self._reader = reader
        self._space = space
        self._step = _Step()
        self._unseen = library.writer.stamps_under(source.path)
        self._unreadable: set[str] = set()
        self._met = 0
        self._leave_out_library()

    def meet(self, found: Scanned) -> None:
        """Decide about one path."""
        self._met += 1
        path = os.fspath(found.path)
        known = self._unseen.pop(path, None)
        action, step = plan(found, known, reader=self._reader, space=self._space), self._step
        if isinstance(found, SkippedPath):
            if not isinstance(found, IgnoredPath):
                self._unreadable.add(path)
            if action is Action.KEEP and known is not None:
                step.still_skipped.append(known.id)
            else:
                step.skipped.append(found)
        elif action is Action.KEEP and known is not None:
            failed = known.outcome is Outcome.FAILED
            (step.still_failed if failed else step.kept).append(known.id)
        else:
            step.pending.append(found)
        if len(step) >= STEP:
            self._note()

    def finish(self) -> None:
        """Note the rest, and drop what is gone."""
        self._note()
        gone = [known for path, known in self._unseen.items() if self._has_vanished(path)]
        if gone and not self._met:
            where = display(self._source.path)
            self._tracker.say(Message.of("index.nothing_left", path=where, n=len(gone)))
            gone = []
        self._library.writer.finish_source(self._source.id, [known.id for known in gone])

    def _has_vanished(self, path: str) -> bool:
        """Whether a file that was not met is gone, rather than in a folder that was not read."""
        return self._unreadable.isdisjoint(map(os.fspath, Path(path).parents))

    def _leave_out_library(self) -> None:
        """Where the library is inside the folder, its uploads are not looked for there."""
        if self._library.directory.is_relative_to(self._source.path):
            own = os.path.join(self._library.directory, "")
            self._unseen = {p: known for p, known in self._unseen.items() if not p.startswith(own)}

    def _note(self) -> None:
        step, self._step = self._step, _Step()
        pending: Sequence[FileId] = ()
        skipped: Sequence[FileId] = ()
        changes = step.pending or step.skipped or step.still_failed
        if changes or self._source.collection is not None:
            try:
                pending, skipped = self._record(step)
            except AppError:
                raise  # the disk refuses
            except Exception:
                log.exception("paths cannot be noted; trying them one by one")
                pending, skipped = self._record_singly(step)
        self._tracker.see(pending)
        self._tracker.end(_all((*skipped, *step.still_skipped), Outcome.SKIPPED))
        self._tracker.end(_all(step.still_failed, Outcome.FAILED))
        self._tracker.end(_all(step.kept, Outcome.UNCHANGED))

    def _record(self, step: _Step) -> tuple[list[FileId], list[FileId]]:
        return self._library.writer.record_scan(
            pending=step.pending,
            skipped=step.skipped,
            members=step.kept,
            failed=step.still_failed,
            collection=self._source.collection,
        )

    def _record_singly(self, step: _Step) -> tuple[list[FileId], list[FileId]]:
        """Note what can be noted; a path that itself cannot be kept is only spoken of."""
        pending, skipped = self._record(_Step(kept=step.kept, still_failed=step.still_failed))
        alone = [(stamp.path, _Step(pending=[stamp])) for stamp in step.pending]
        alone += [(left.path, _Step(skipped=[left])) for left in step.skipped]
        for path, one in alone:
            try:
                found = self._record(one)
            except AppError:
                raise
            except Exception as error:
                log.exception("noting %r", path)
                what = Message.of("index.unnoted", path=ascii(str(path)), said=told(error))
                self._tracker.say(what)
            else:
                pending += found[0]
                skipped += found[1]
        return pending, skipped


def _all(files: Iterable[FileId], outcome: Outcome) -> list[tuple[FileId, Outcome]]:
    return [(file, outcome) for file in files]
