"""What to do with a file that a scan has met: pure decisions."""

from __future__ import annotations

from enum import Enum

from qwen3vl_app.store.rows import KnownStamp
from qwen3vl_app.types import FileStamp, Outcome, SkippedPath

_HELD = frozenset({Outcome.INDEXED, Outcome.DUPLICATE})


class Action(Enum):
    """What a scan decides about one path."""

    READ = "read"
    """Open it: it is new, has changed, or did not work before."""

    KEEP = "keep"
    """Leave it: what the library holds of it is still true."""

    SKIP = "skip"
    """Note why it was left alone."""


def plan(found: FileStamp | SkippedPath, known: KnownStamp | None) -> Action:
    """Decide by the stamp alone, so that a hundred thousand unchanged files take seconds.

    A stamp that goes backwards counts as a change like any other: clocks do that, and so do
    files restored from a copy.
    """
    if isinstance(found, SkippedPath):
        if known is not None and (known.outcome, known.reason) == (Outcome.SKIPPED, found.reason):
            return Action.KEEP
        return Action.SKIP
    if known is None or known.outcome not in _HELD or known.size is None:
        return Action.READ
    same = (found.size, found.mtime_ns) == (known.size, known.mtime_ns)
    return Action.KEEP if same else Action.READ
